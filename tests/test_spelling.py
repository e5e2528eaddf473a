"""What the speller repairs, what it leaves alone and in which order it offers candidates."""

import pytest

from knowledge.spelling import Repair, Speller

WORDS = {
    "partnerships": 40,
    "partner": 30,
    "netherlands": 20,
    "south": 25,
    "southern": 5,
    "message": 12,
    "massage": 1,
    "form": 3,
    "from": 90,
    "report": 8,
    "cat": 5,
    "are": 50,
    "area": 7,
}


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller(WORDS)


def words(repairs: tuple[Repair, ...]) -> list[str]:
    return [repair.word for repair in repairs]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("partnr", "partner"),
        ("partnerr", "partner"),
        ("pratner", "partner"),
        ("netherlnds", "netherlands"),
        ("nethrelnads", "netherlands"),
        ("rpeort", "report"),
        ("eport", "report"),
        ("teport", "report"),
        ("prtnrshps", "partnerships"),
        ("mssg", "message"),
    ],
)
def test_repairs_slips_of_the_hand_and_shorthand(typed: str, meant: str) -> None:
    vocabulary = {word: count for word, count in WORDS.items() if word != "massage"}

    assert words(Speller(vocabulary).repair(typed)) == [meant]


@pytest.mark.parametrize(
    "typed", ["message", "ca", "czt", "foxxm", "2024", "sou7h", "<region>", "qwzkvjx", ""]
)
def test_leaves_alone_what_it_cannot_judge(speller: Speller, typed: str) -> None:
    assert speller.repair(typed) == ()


def test_short_words_allow_one_edit_only(speller: Speller) -> None:
    assert words(speller.repair("sotth")) == ["south"]
    assert speller.repair("sottg") == ()


def test_repairs_three_letters_only_on_request() -> None:
    assert Speller(["the"]).repair("hte") == ()
    assert words(Speller(["the"], shortest=3).repair("hte")) == ["the"]


def test_returns_all_of_the_nearest_frequent_ones_first(speller: Speller) -> None:
    assert words(speller.repair("mwssage")) == ["message", "massage"]


def test_prefers_a_near_key_over_a_far_one() -> None:
    assert words(Speller(["bought", "fought"]).repair("nought")) == ["bought", "fought"]


def test_prefers_fewer_edits_over_frequent_words() -> None:
    assert words(Speller({"painting": 1, "pointing": 1000}).repair("paintimg")) == ["painting"]


def test_reports_distance_and_a_score_that_falls_with_it(speller: Speller) -> None:
    near, far = speller.repair("netherlandz")[0], speller.repair("nehterlandz")[0]

    assert (near.distance, far.distance) == (1, 2)
    assert 0 < far.score < near.score <= 100


def test_shared_skeleton_is_no_shorthand() -> None:
    assert Speller(["message", "massage"]).repair("mssg") == ()


def test_splits_where_a_space_is_missing(speller: Speller) -> None:
    assert speller.split("southnetherlands") == ("south", "netherlands")
    assert speller.split("southern") == ()
    assert speller.split("catxyz") == ()
    assert speller.split("caare") == ()


def test_cuts_up_words_written_together() -> None:
    speller = Speller(["which", "regions", "are", "in", "is"])

    assert speller.split("whichregionsarein") == ("which", "regions", "are", "in")
    assert speller.split("whichregionsxq") == ()
    assert speller.split("regions") == ()
    assert speller.split("in" * 2000) == ()


def test_splits_into_the_more_frequent_words() -> None:
    speller = Speller({"port": 9, "area": 9, "porta": 1, "rea": 1})

    assert speller.split("portarea") == ("port", "area")


def test_counts_the_words_of_an_iterable() -> None:
    speller = Speller(["cart", "card", "card", "card"])

    assert speller.known("cart")
    assert not speller.known("carp")
    assert words(speller.repair("carp")) == ["card", "cart"]


def test_knows_nothing_without_words() -> None:
    assert Speller([]).repair("hello") == ()
