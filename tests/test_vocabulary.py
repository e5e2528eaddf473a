"""Names and operators are found in what people type, and no name is mistaken for another."""

import csv
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from knowledge.assistant import Assistant
from knowledge.snapshot import Snapshot
from knowledge.text import fold, tokens
from knowledge.vocabulary import Span, Vocabulary

PACK = Path(__file__).parent.parent / "knowledge" / "packs" / "report-2017"
SHARED = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(scope="session")
def vocabulary(assistant: Assistant) -> Vocabulary:
    return assistant.reader.vocabulary


def aliases() -> list[dict[str, str]]:
    rows: list[dict[str, str]] = []
    for file in sorted((PACK / "aliases").glob("*.csv")):
        with file.open(encoding="utf-8") as lines:
            rows += csv.DictReader(lines)
    return rows


def named(spans: tuple[Span, ...]) -> set[tuple[str, str]]:
    return {(name.kind, name.id) for span in spans for name in span.names}


def test_nearly_every_alias_is_understood_by_itself(vocabulary: Vocabulary) -> None:
    """All but the few that are also words with another meaning ("to", "am", "of")."""
    rows = aliases()
    missed = [
        row["text"]
        for row in rows
        if (row["kind"], row["target"]) not in named(vocabulary.spans(row["text"]))
    ]
    assert len(missed) <= 0.01 * len(rows), missed[:50]


def test_an_alias_names_one_thing_of_its_kind_unless_it_is_marked_shared(
    vocabulary: Vocabulary,
) -> None:
    shared = {(row["kind"], fold(row["text"])) for row in aliases() if row.get("shared") == "yes"}
    for row in aliases():
        if (row["kind"], fold(row["text"])) in shared:
            continue
        spans = vocabulary.spans(row["text"])
        ids = {id for kind, id in named(spans) if kind == row["kind"]}
        assert len(ids) <= 1 or len(spans) > 1, row["text"]


def test_names_are_found_inside_questions(vocabulary: Vocabulary, snapshot: Snapshot) -> None:
    for region in snapshot.regions.values():
        spans = vocabulary.spans(f"which partnerships is {region.name} in?")
        assert ("region", region.id) in named(spans), region.name


def test_one_typing_error_in_a_long_name_is_repaired_to_that_name(
    vocabulary: Vocabulary, snapshot: Snapshot
) -> None:
    """Recorded regions with long one-word names, all places, a wrong letter each."""
    draw = random.Random(1)  # noqa: S311 - has to be repeatable, not secret
    members = {row.region for row in snapshot.memberships}
    tried = right = wrong = 0
    for id in sorted(members):
        name = fold(snapshot.regions[id].name)
        if " " in name or len(name) < 7:
            continue
        for place in range(1, len(name)):
            letter = draw.choice("abcdefghijklmnopqrstuvwxyz".replace(name[place], ""))
            found = named(vocabulary.spans(name[:place] + letter + name[place + 1 :]))
            regions = {id for kind, id in found if kind == "region"}
            tried += 1
            right += regions == {id}
            wrong += bool(regions - {id})
    assert right >= 0.9 * tried
    assert wrong <= 0.03 * tried


def test_a_guessed_name_says_so(vocabulary: Vocabulary) -> None:
    (span,) = vocabulary.spans("lombrady")
    assert span.guessed
    (span,) = vocabulary.spans("Lombardy")
    assert not span.guessed


def test_a_slip_in_a_name_of_several_words_is_read(vocabulary: Vocabulary) -> None:
    assert ("region", "south-netherlands") in named(vocabulary.spans("who is south nederlands"))


def test_another_year_is_no_slip(vocabulary: Vocabulary) -> None:
    """The conference of June 2017 is not what happened in June 2016."""
    spans = vocabulary.spans("which topics drew people at the June 2016 workshop?")
    assert ("event", "smart-regions-2017") not in named(spans)


def test_short_names_are_held_to_a_stricter_measure(vocabulary: Vocabulary) -> None:
    """A slip in a code of three letters may be anything, so it is no name."""
    for typed in ("NRV", "ESN", "3DQ", "IDC", "SCT"):
        assert not [name for name in named(vocabulary.spans(typed)) if name[0] == "region"], typed


@SHARED
@given(text=st.text(max_size=80))
def test_spans_cover_all_words_once_and_in_order(text: str, vocabulary: Vocabulary) -> None:
    spans = vocabulary.spans(text)
    assert [span.start for span in spans] == [0, *(span.end for span in spans)][: len(spans)]
    assert sum(span.end - span.start for span in spans) == len(tokens(text))


@given(text=st.text(max_size=80))
@example(text="\N{MATHEMATICAL BOLD CAPITAL A}")
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Skåne", "skane"), ("Łódzkie", "LODZKIE"), ("Örebro", "Orebro"), ("Île-de-France",) * 2],
)
def test_case_and_diacritics_do_not_tell_names_apart(one: str, other: str) -> None:
    assert fold(one) == fold(other.lower())
