"""Nothing is made up: what an answer says is in the knowledge base or in the question."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from knowledge.answer import Answer
from knowledge.assistant import Assistant
from knowledge.evaluation import read_cases
from knowledge.snapshot import Snapshot

NOW = datetime(2026, 1, 15, 9, tzinfo=UTC)
CASES = Path(__file__).parent / "cases" / "en"


def boundaries() -> Iterator[tuple[str, str]]:
    text = (CASES / "boundaries.yaml").read_text("utf-8")
    for case in read_cases(text, "boundaries.yaml"):
        yield case.tag, case.turns[0].text


def ask(assistant: Assistant, question: str) -> Answer:
    return assistant.ask(question, now=NOW)


def test_declines_claim_nothing(assistant: Assistant) -> None:
    for _, question in boundaries():
        answer = ask(assistant, question)
        if answer.status == "decline":
            assert not answer.sources, question
            assert not re.search(r"\d{3,}", answer.text.replace("2017", "")), question


def test_declines_that_name_nothing_say_what_is_known(assistant: Assistant) -> None:
    for question in ("asdfghjkl", "what is the weather like?", "who is Elon Musk?", ""):
        assert "S3P-Industry" in ask(assistant, question).text, question


@pytest.mark.parametrize(
    "what",
    [
        *("budget", "phone number", "email address", "contact person", "address"),
        *("number of employees", "number of companies", "turnover", "number of patents"),
    ],
)
def test_what_is_not_recorded_of_a_partnership_is_declined(
    what: str, assistant: Assistant, snapshot: Snapshot
) -> None:
    for partnership in snapshot.partnerships.values():
        answer = ask(assistant, f"what is the {what} of the {partnership.short_name} partnership?")
        assert answer.status == "decline", (what, partnership.id, answer.text)


@pytest.mark.parametrize(
    "what", ["population", "GDP", "president", "capital", "unemployment rate", "budget"]
)
def test_what_is_not_recorded_of_a_region_is_declined(what: str, assistant: Assistant) -> None:
    for region in ("Lombardy", "Skåne", "Bavaria", "Upper Austria"):
        answer = ask(assistant, f"what is the {what} of {region}?")
        assert answer.status == "decline", (what, region, answer.text)


def test_no_region_is_said_to_be_where_it_is_not(assistant: Assistant, snapshot: Snapshot) -> None:
    """Every region of Europe that is in no partnership, asked about all ways."""
    outside = [id for id in snapshot.regions if id not in snapshot.by_region]
    for id in outside:
        name = snapshot.regions[id].name
        answer = ask(assistant, f"which partnerships is {name} in?")
        if answer.status == "answer" and not answer.text.startswith("Which"):
            assert re.search(r"\b(no|none|not)\b", answer.text), (name, answer.text)


def test_regions_outside_meet_nobody(assistant: Assistant, snapshot: Snapshot) -> None:
    """No partnerships of one's own must not be read as any partnership."""
    for id in list(snapshot.regions)[::12]:
        if id not in snapshot.by_region:
            answer = ask(assistant, f"who does {snapshot.regions[id].name} work with?")
            assert answer.focus is None or not answer.focus.results, answer.text


def test_figures_in_facts_stand_in_the_knowledge_base(
    assistant: Assistant, snapshot: Snapshot
) -> None:
    """Cards repeat the numbers of their fact, and add none."""
    for statistic in snapshot.things["statistic"].values():
        answer = assistant.choose(f"card|statistic={statistic.id}", now=NOW)
        later = snapshot.developments_of.get(("statistic", statistic.id), ())
        told = [statistic.value, statistic.text, statistic.name, statistic.source]
        pages = [page["source"] for one in (statistic, *later) for page in one.more_sources]
        fact = " ".join([*told, *(f"{one.text} {one.source}" for one in later), *map(str, pages)])
        known = {*re.findall(r"\d+", fact), *statistic.as_of.split("-"), "2017", "2025"}
        for number in re.findall(r"\d+", answer.text):
            assert number in known, (statistic.id, number)


def test_guessed_names_are_named(assistant: Assistant) -> None:
    for question, name in (
        ("which partnerships is lombrady in?", "Lombardy"),
        ("who leads textlie?", "Textile Innovation"),
        ("what is catalunnia in?", "Catalonia"),
    ):
        text = ask(assistant, question).text
        assert "I read" in text, question
        assert name in text, question


def test_exact_names_are_not_questioned(assistant: Assistant, snapshot: Snapshot) -> None:
    for id in snapshot.by_region:
        name = snapshot.regions[id].name
        assert "I read" not in ask(assistant, f"which partnerships is {name} in?").text, name


def test_corrections_are_shown_where_they_matter(assistant: Assistant) -> None:
    assert "misprint" in ask(assistant, "when was the platform launched?").text
    about = ask(assistant, "who is in the Industry 4.0 partnership?").text
    assert "6 regions" in about
