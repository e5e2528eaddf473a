"""A knowledge base many times as large: answers stay as long as a person reads."""

import re
from datetime import UTC, datetime

import pytest

from knowledge.answer import MOST_LISTED
from knowledge.assistant import Assistant
from knowledge.declarations import declarations
from knowledge.readings import MOST_MEANT
from knowledge.snapshot import Snapshot
from tests.bench_scaling import multiplied

NOW = datetime(2026, 1, 15, 9, tzinfo=UTC)
TIMES = 8


@pytest.fixture(scope="module")
def large(snapshot: Snapshot) -> Assistant:
    declared = declarations("en")
    words = {word for all in declared.operators.values() for text in all for word in text.split()}
    return Assistant(multiplied(snapshot, TIMES, words | declared.common_words))


def test_a_long_list_says_how_many_more_there_are(large: Assistant) -> None:
    total = len(large.snapshot.by_region)
    answer = large.ask("which regions are in partnerships?", now=NOW)

    assert f"{total} regions" in answer.text.splitlines()[0]
    assert f" and {total - MOST_LISTED} more" in answer.text
    assert "To see fewer, ask about one country, partnership or role." in answer.text
    assert answer.text.count(" (") == MOST_LISTED
    assert answer.focus is not None
    assert len(answer.focus.results) == MOST_LISTED


def test_a_country_with_many_regions_shows_some_of_them(large: Assistant) -> None:
    answer = large.ask("tell me about Spain", now=NOW)

    shown = answer.text.partition("\n\nSince")[0].count("\n- ")
    total = len({row.region for row in large.snapshot.by_country["ES"]})
    assert f"Spain: {total} regions" in answer.text
    assert f"and {total - shown} more." in answer.text


def test_of_many_newer_partnerships_some_are_shown(large: Assistant) -> None:
    answer = large.ask("which partnerships are new since the report?", now=NOW)

    shown = answer.text.count("\n- ") - answer.text.count("\n- and ")
    more = sum(map(int, re.findall(r"- and (\d+) more", answer.text)))
    assert more
    assert shown + more == len(large.snapshot.newer_partnerships)


def test_a_question_that_does_not_say_which_offers_a_few(large: Assistant) -> None:
    asked_back = large.ask("who leads it?", now=NOW)

    assert asked_back.status == "clarify"
    assert len(asked_back.choices) == MOST_MEANT
    assert "Or write the name of another one." in asked_back.text
    last = list(large.snapshot.partnerships.values())[-1]
    answer = large.ask(last.short_name, now=NOW, focus=asked_back.focus)
    assert answer.status == "answer"
    assert last.short_name in answer.text


def test_few_are_listed_whole(assistant: Assistant) -> None:
    listed = assistant.ask("which regions are in partnerships?", now=NOW)
    asked_back = assistant.ask("who leads it?", now=NOW)

    assert " more" not in listed.text
    assert listed.focus is not None
    assert len(listed.focus.results) == len(assistant.snapshot.by_region)
    assert "another one" not in asked_back.text
    assert len(asked_back.choices) == len(assistant.snapshot.founding_partnerships)
