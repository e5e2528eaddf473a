"""How intents are ranked by declared examples, and how far the score can be trusted."""

import pytest

from knowledge.matcher import Matcher
from knowledge.spelling import Speller

EXAMPLES = {
    "balance": [
        "what is my balance",
        "how much money is in my account",
        "show me the balance of my account",
        "how much do i have left",
    ],
    "transfer": [
        "send money to my sister",
        "transfer <amount> to <name>",
        "move money from savings to checking",
        "i want to transfer money",
    ],
    "weather": [
        "what is the weather like in <city>",
        "will it rain tomorrow",
        "give me the forecast for <city>",
        "do i need an umbrella",
    ],
    "alarm": ["wake me up at seven", "set an alarm for six", "i need an alarm tomorrow"],
}


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    return Matcher(EXAMPLES)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("tell me my account balance", "balance"),
        ("please transfer some money to my brother", "transfer"),
        ("is it going to rain", "weather"),
        ("forecast", "weather"),
        ("alarm at seven please", "alarm"),
    ],
)
def test_ranks_the_intent_of_a_new_wording_first(matcher: Matcher, text: str, intent: str) -> None:
    assert matcher.rank(text)[0].label == intent


@pytest.mark.parametrize("text", [text for texts in EXAMPLES.values() for text in texts])
def test_finds_a_declared_example_itself(matcher: Matcher, text: str) -> None:
    best = matcher.rank(text)[0]

    assert text in EXAMPLES[best.label]
    assert best.example == text
    assert best.score > 60


def test_ranks_with_falling_scores_up_to_the_limit(matcher: Matcher) -> None:
    ranked = matcher.rank("what is my balance", limit=3)
    scores = [found.score for found in ranked]

    assert len(ranked) == 3
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 100 for score in scores)
    assert len(matcher.rank("what is my balance", limit=99)) == len(EXAMPLES)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("whats the wether like", "weather"),
        ("trnsfer money", "transfer"),
        ("set an alram for six", "alarm"),
        ("accountbalance", "balance"),
    ],
)
def test_sees_through_mistyped_words(matcher: Matcher, text: str, intent: str) -> None:
    assert matcher.rank(text)[0].label == intent


@pytest.mark.parametrize("text", ["", "zzz qqq", "<planet>"])
def test_knows_nothing_of_wholly_unknown_text(matcher: Matcher, text: str) -> None:
    assert matcher.rank(text) == []


def test_scores_foreign_text_far_below_a_new_wording_in_scope(matcher: Matcher) -> None:
    in_scope = ["show my balance", "transfer money to my brother", "will it rain in <city>"]
    foreign = ["who painted the mona lisa", "hire a plumber", "my elephant likes purple jazz"]
    lowest = min(matcher.rank(text)[0].score for text in in_scope)

    assert max(matcher.rank(text)[0].score for text in foreign) < 0.7 * lowest


def test_halves_the_share_of_labels_that_cannot_be_told_apart() -> None:
    twins = Matcher({"a": ["open the door"], "b": ["open the door"], "c": ["feed the cat"]})
    first, second = twins.rank("open the door", limit=2)

    assert {first.label, second.label} == {"a", "b"}
    assert first.score == pytest.approx(second.score)
    assert first.score < twins.rank("feed the cat")[0].score


def test_slots_are_symbols_that_count_as_words() -> None:
    matcher = Matcher(
        {"count": ["<op:count> <thing>", "<op:count> of <thing>"], "list": ["<op:list> <thing>"]}
    )

    assert matcher.rank("<op:list> <thing>")[0].label == "list"
    assert matcher.rank("<op:count> <other>")[0].label == "count"
    assert matcher.rank("<op:lost>") == []


def test_big_labels_have_no_advantage() -> None:
    many = [
        f"play {name} on the {place}"
        for name in ("jazz", "rock", "pop", "blues", "soul")
        for place in ("speaker", "radio", "phone")
    ]
    matcher = Matcher({"music": many, "lamp": ["lamp on"]})

    assert matcher.rank("switch the lamp on")[0].label == "lamp"
    assert matcher.rank("play folk on the speaker")[0].label == "music"


def test_repairs_with_the_given_speller() -> None:
    examples = {"ship": ["drop the ballast"], "art": ["see the ballet"]}
    own, given = Matcher(examples), Matcher(examples, speller=Speller(["balloon"]))

    assert own.rank("ballats")[0].score > given.rank("ballats")[0].score


@pytest.mark.parametrize("examples", [{}, {"empty": []}])
def test_ranks_nothing_without_examples(examples: dict[str, list[str]]) -> None:
    assert Matcher(examples).rank("hello") == []


def test_works_with_a_single_example() -> None:
    assert Matcher({"greeting": ["hello"], "empty": []}).rank("hello")[0].label == "greeting"
