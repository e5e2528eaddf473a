"""Follow-ups: what a chat was about is used while it is fresh, and dropped by a new topic."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from knowledge.answer import Answer, Focus
from knowledge.assistant import Assistant
from knowledge.snapshot import Snapshot

NOW = datetime(2017, 4, 10, 9, tzinfo=UTC)


def talk(assistant: Assistant, *turns: str, focus: Focus | None = None) -> list[Answer]:
    answers = []
    for minute, text in enumerate(turns):
        answers.append(assistant.ask(text, now=NOW + timedelta(minutes=minute), focus=focus))
        focus = answers[-1].focus
    return answers


def results(answer: Answer) -> set[str]:
    assert answer.focus is not None
    return set(answer.focus.results)


def test_it_is_the_partnership_talked_about(assistant: Assistant, snapshot: Snapshot) -> None:
    for id, partnership in snapshot.founding_partnerships.items():
        _, leads = talk(assistant, f"what is {partnership.short_name} about?", "who leads it?")
        expected = {row.region for row in snapshot.by_partnership[id] if row.role == "lead"}
        assert results(leads) == expected, id


def test_what_about_asks_the_same_of_another(assistant: Assistant, snapshot: Snapshot) -> None:
    ids = ["flanders", "lapland", "tuscany", "scotland"]
    for one, other in permutations(ids, 2):
        names = [snapshot.regions[id].name for id in (one, other)]
        _, answer = talk(
            assistant, f"which partnerships is {names[0]} in?", f"what about {names[1]}?"
        )
        expected = {row.partnership for row in snapshot.by_region[other]}
        assert results(answer) == expected, names


def test_the_focus_expires(assistant: Assistant) -> None:
    first = assistant.ask("who leads nano?", now=NOW)
    assert first.focus is not None
    fresh = assistant.ask(
        "and textile?", now=first.focus.expires - timedelta(seconds=1), focus=first.focus
    )
    assert "Valencia" in fresh.text
    late = assistant.ask("how many are there?", now=first.focus.expires, focus=first.focus)
    assert late == assistant.ask("how many are there?", now=first.focus.expires)


def test_a_new_topic_drops_the_old_one(assistant: Assistant) -> None:
    *_, last = talk(assistant, "who leads nano?", "when was the info day?", "where was it?")
    assert "Brussels" in last.text


@pytest.mark.parametrize(
    "question",
    [
        "who leads 3D printing?",
        "which partnerships is Catalonia in?",
        "what does ERDF stand for?",
        "list the milestones",
        "which regions are in both textile and nano?",
        "what is the sport partnership about?",
        "lead regions of 3D printing",
        "which regions lead a Vanguard pilot?",
        "how many partnerships are there?",
        "is Valencia in textile?",
        "when did the steering committee last meet?",
        "place of the agri-food kick-off",
        "how many partnerships were there in 2019?",
        "who signed the memorandum on KETs?",
    ],
)
def test_a_whole_question_is_answered_alike_in_any_dialogue(
    question: str, assistant: Assistant
) -> None:
    alone = assistant.ask(question, now=NOW)
    before: Sequence[str] = (
        "who leads nano?", "which partnerships is Lapland in?", "when was the kick-off?", "hello",
        "compare Lombardy and Catalonia", "who leads it?", "what does KETs mean?",
        "who wrote the report?", "list the milestones", "which Spanish regions are in bio-economy?",
    )  # fmt: skip
    for first in before:
        _, answer = talk(assistant, first, question)
        assert answer.text == alone.text, f"after {first!r}"


def test_small_talk_leaves_the_focus(assistant: Assistant) -> None:
    *_, answer = talk(assistant, "what is the nano partnership about?", "thanks!", "who leads it?")
    assert results(answer) == {"skane", "tampere"}


def test_a_focus_on_what_is_known_no_more_is_dropped(assistant: Assistant) -> None:
    (first,) = talk(assistant, "when was the kick-off event?")
    assert first.focus is not None
    gone = replace(
        first.focus, entities=(("event", "gone"),), results_kind="event", results=("gone",)
    )
    for said in ("thanks", "who organised it?", "hello", "and the next one?"):
        assert talk(assistant, said, focus=gone)[0].text
    assert assistant.choose("events_next|", now=NOW, focus=gone).status == "answer"


def test_a_choice_can_be_said_instead_of_pressed(assistant: Assistant) -> None:
    asked, *answers = talk(assistant, "who leads it?", "textile")
    assert asked.status == "clarify"
    assert results(answers[0]) == {"valencia", "north-east-romania"}


@pytest.mark.parametrize(
    ("word", "place"), [("the first one", 0), ("the second one", 1), ("the third one", 2)]
)
def test_results_are_counted_off(word: str, place: int, assistant: Assistant) -> None:
    first, answer = talk(assistant, "list the milestones", f"tell me about {word}")
    assert first.focus is not None
    assert ("event", first.focus.results[place]) in (answer.focus or first.focus).entities


def test_the_focus_survives_being_stored(assistant: Assistant) -> None:
    first = assistant.ask("who leads nano?", now=NOW)
    assert first.focus is not None
    stored = Focus.from_json(first.focus.to_json())
    assert talk(assistant, "and textile?", focus=stored) == talk(
        assistant, "and textile?", focus=first.focus
    )
