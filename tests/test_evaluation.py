"""Judging answers, reading case files, and the command ``evaluate``."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.cli import run
from knowledge.answer import Answer, Entity
from knowledge.assistant import Assistant
from knowledge.evaluation import CaseError, Expected, evaluate, judge, read_cases, summarise
from tests.databases import Database

NOW = datetime(2026, 1, 15, 9, tzinfo=UTC)
LEADS = '- ask: ["who leads sport?", "sport leads"]\n  must: [Lapland]\n'


def answer(text: str = "Lapland leads Sport.", status: str = "answer") -> Answer:
    named = Entity("partnership", "sport", "Sport", "sport", 100)
    return Answer(status, "find", 90, (named,), text, text, (), (), None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("expected", "amiss"),
    [
        (Expected(), ()),
        (Expected(must=(("lapland",), ("Kainuu", "SPORT"))), ()),
        (Expected(must=((r"/\bleads\b/",),)), ()),
        (Expected(must=(("Kainuu", "Oulu"),)), ("does not say Kainuu or Oulu",)),
        (Expected(must_not=("Lapland",)), ("says Lapland",)),
        (Expected(status=("decline", "clarify")), ("status is answer, not decline or clarify",)),
        (Expected(status=("answer", "clarify")), ()),
        (Expected(intent="compare"), ("intent is find, not compare",)),
        (Expected(entities=("partnership/sport",)), ()),
        (Expected(entities=("region/lapland",)), ("did not understand region/lapland",)),
        (Expected(reply="Lapland leads Sport.\n"), ()),
        (Expected(reply="Lapland"), ("reads otherwise than written out",)),
    ],
)
def test_an_answer_is_held_to_what_is_expected(expected: Expected, amiss: tuple[str, ...]) -> None:
    assert judge(answer(), expected) == amiss


def test_each_phrasing_is_a_case_of_its_own() -> None:
    cases = read_cases(LEADS, "cases/en/sport.yaml")
    assert [(case.id, case.tag) for case in cases] == [("sport:1", "sport")] * 2
    assert [case.turns[0].text for case in cases] == ["who leads sport?", "sport leads"]


def test_turns_of_a_dialogue_are_asked_with_their_focus(assistant: Assistant) -> None:
    text = (
        "- tag: talk\n  dialogue:\n    - ask: who leads sport?\n    - ask: and nano?\n"
        "      must: [Tampere]\n      must_not: [Lapland]\n"
    )
    (case,) = read_cases(text, "talk.yaml")
    outcomes = list(
        evaluate([case], lambda q, now, f: (assistant.ask(q, now=now, focus=f), 1.5), NOW)
    )
    assert [outcome.passed for outcome in outcomes] == [True, True]
    report = summarise(outcomes)
    assert dict(report.accuracy) == {"talk": (2, 2)}
    assert (report.p50, report.p99, report.misses) == (1.5, 1.5, ())


def test_lines_of_one_chat_are_a_dialogue() -> None:
    rows = [
        {"id": 1, "chat": "a", "tag": "x", "text": "who leads sport?", "must": [["Lapland"]]},
        {"id": 2, "text": "hello", "status": ["answer"]},
        {"id": 3, "chat": "a", "text": "and nano?", "now": "2017-06-01T09:00+02:00"},
    ]
    cases = read_cases("\n".join(map(json.dumps, rows)), "held.jsonl")
    assert [[turn.text for turn in case.turns] for case in cases] == [
        ["who leads sport?", "and nano?"],
        ["hello"],
    ]
    assert cases[0].turns[0].expected.must == (("Lapland",),)


@pytest.mark.parametrize(
    ("text", "name", "says"),
    [
        ("- ask: [", "a.yaml", "not YAML"),
        ("ask: hello", "a.yaml", "list of cases"),
        ("- hello", "a.yaml", "a:1"),
        ("- ask: hello\n  mustt: [x]", "a.yaml", "mustt is no key"),
        ("- ask: 12", "a.yaml", "not a text"),
        ("- ask: hello\n  status: maybe", "a.yaml", "maybe"),
        ("- ask: hello\n  now: yesterday", "a.yaml", "no ISO"),
        ("- ask: hello\n  now: '2017-06-01'", "a.yaml", "no time zone"),
        ("- dialogue: hello", "a.yaml", "list of turns"),
        ("- dialogue: [hello]", "a.yaml", "a:1.1"),
        ("{", "a.jsonl", "not JSON"),
        ('{"id": 1}', "a.jsonl", "text"),
    ],
)
def test_a_malformed_case_names_file_and_place(text: str, name: str, says: str) -> None:
    with pytest.raises(CaseError, match="a") as error:
        read_cases(text, name)
    assert says in str(error.value)


def test_the_worst_miss_comes_first() -> None:
    text = "- {ask: one, status: decline}\n- {ask: two, must: [x]}\n- {ask: three, must: [x]}\n"
    answers = {"one": answer(), "two": answer(status="decline"), "three": answer()}
    outcomes = evaluate(read_cases(text, "a.yaml"), lambda q, _now, _f: (answers[q], 1.0), NOW)
    report = summarise(outcomes)
    assert [miss.turn.text for miss in report.misses] == ["one", "three", "two"]
    assert [miss.turn.text for miss in report.unanswered] == ["two"]


# The command


@pytest.fixture
def used(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database.url)


@pytest.mark.usefixtures("used")
def test_the_command_reports_and_fails_with_a_miss(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(LEADS, "utf-8")
    bad.write_text("- ask: who leads sport?\n  intent: compare\n  must: [Oulu]\n", "utf-8")
    assert run(["evaluate", str(good)]) == 0
    assert "2 of     2  100.0%" in capsys.readouterr().out
    assert run(["evaluate", str(tmp_path)]) == 1
    said = capsys.readouterr().out
    assert "does not say Oulu" in said
    assert "compare  find  1" in said
    assert run(["evaluate", str(bad), "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert (report["passed"], report["total"]) == (0, 1)
    assert report["misses"][0]["amiss"] == ["intent is find, not compare", "does not say Oulu"]


@pytest.mark.usefixtures("used")
def test_the_command_names_what_it_cannot_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["evaluate", str(tmp_path / "none.yaml")]) == 2
    assert run(["evaluate", str(tmp_path)]) == 2
    (tmp_path / "a.yaml").write_text("- ask: 12", "utf-8")
    assert run(["evaluate", str(tmp_path / "a.yaml")]) == 1
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 3
    assert "a:1" in errors[-1]
