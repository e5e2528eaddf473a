"""What came after the report: whole, sourced, dated, told apart, and doubted where due."""

import csv
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from knowledge.answer import Answer
from knowledge.assistant import Assistant
from knowledge.event_times import is_committee, on_now
from knowledge.export import export_tables
from knowledge.facts import Event
from knowledge.query import Query, run
from knowledge.snapshot import Snapshot

PACK = "after-2017"
FOLDER = Path(__file__).parent.parent / "knowledge" / "packs" / PACK
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def ask(assistant: Assistant, question: str, now: datetime = NOW) -> Answer:
    return assistant.ask(question, now=now)


def rows() -> list[dict[str, str]]:
    with (FOLDER / "memberships.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


# The pack


@pytest.fixture(scope="module")
def later(snapshot: Snapshot) -> dict[str, list[dict[str, Any]]]:
    """The rows of the pack, as they are exported."""
    tables = export_tables(snapshot)
    return {
        name: [row for row in found if row["pack"] == PACK]
        for name, found in tables.items()
        if name not in ("packs", "aliases", "phrasings", "links", "details")
    }


def test_the_pack_is_whole(later: dict[str, list[dict[str, Any]]]) -> None:
    assert len(later["events"]) == 64
    assert len(later["partnerships"]) == 22
    assert len(later["memberships"]) == len(rows()) == 121
    assert Counter(row["platform"] for row in later["partnerships"]) == {
        "industrial-modernisation": 13,
        "agri-food": 5,
        "energy": 3,
        "vanguard": 1,
    }
    assert [row["value"] for row in later["statistics"]] == [
        "10",
        "18",
        "28",
        "21",
        "21 or 23",
        "42",
    ]
    changed = {
        row["subject"] for row in later["developments"] if row["subject_kind"] == "partnership"
    }
    nine = {"adma-energy", "bio-economy", "efficient-manufacturing", "3d-printing", "industry-4-0"}
    assert changed >= {*nine, "textile", "nano", "medtech", "sport"}


def test_every_row_has_its_page_its_date_and_its_confidence(
    later: dict[str, list[dict[str, Any]]],
) -> None:
    for name, found in later.items():
        for row in found:
            if name == "regions":
                continue  # they are those of Eurostat
            assert row["source"].startswith("http"), (name, row)
            assert row["as_of"] >= "2017", (name, row)
            assert row["confidence"] in ("high", "medium", "low"), (name, row)
            assert all(page["source"].startswith("http") for page in row["more_sources"])


# The report stays what it is


def test_what_is_counted_is_the_report(snapshot: Snapshot) -> None:
    assert len(snapshot.founding_partnerships) == 9
    assert len(snapshot.memberships) == 126
    assert len(run(Query("partnership"), snapshot)) == 9
    assert len(run(Query("region"), snapshot)) == 52
    assert len(run(Query("country"), snapshot)) == 16
    assert Counter(row.role for row in snapshot.memberships) == {
        "lead": 22,
        "participant": 100,
        "observer": 1,
        "interested": 3,
    }


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("how many regions take part?", "52 regions"),
        ("how many countries take part?", "16 countries"),
        ("how many partnerships are there?", "9 partnerships"),
        ("which regions lead more than one partnership?", "3 regions"),
        ("how many Spanish regions are in textile?", "2 regions"),
    ],
)
def test_counts_are_of_the_report_and_say_so(
    assistant: Assistant, question: str, begins: str
) -> None:
    text = ask(assistant, question).text
    assert text.startswith(begins)
    assert "as of July 2017" in text.splitlines()[-1]


def test_a_combination_does_not_mix_dates(assistant: Assistant) -> None:
    text = ask(assistant, "which Italian regions are in textile?").text
    assert "Tuscany" not in text, "it is named by a later page only"
    assert "Later web pages would change this for 2 regions" in text


# What is told since then


def test_every_later_membership_is_told_of_its_region(
    assistant: Assistant, snapshot: Snapshot
) -> None:
    told = [row for row in rows() if row["change"] != "unchanged"]
    assert len(told) > 80
    for region in {row["region"] for row in told}:
        answer = ask(assistant, f"which partnerships is {snapshot.regions[region].name} in?")
        if answer.status == "clarify":
            continue  # Limburg and Luxembourg are two regions each
        for row in told:
            if row["region"] == region:
                partnership = snapshot.partnerships[row["partnership"]].short_name
                assert partnership in answer.text, (region, row["partnership"], answer.text)


def test_every_newer_partnership_is_known_by_name(assistant: Assistant, snapshot: Snapshot) -> None:
    members = rows()
    for id, one in snapshot.newer_partnerships.items():
        about = ask(assistant, f"tell me about the {one.name}")
        assert about.intent == "partnership_about", (id, about.text)
        assert about.sources[0].label == one.source
        if not one.confirmed:
            assert "Not confirmed" in about.text
        leads = {
            row["region"] for row in members if (row["partnership"], row["role"]) == (id, "lead")
        }
        answer = ask(assistant, f"who leads {one.short_name}?")
        assert answer.status == "answer", id
        assert answer.focus is not None
        assert set(answer.focus.results) == leads, (id, answer.text)


def test_what_is_not_confirmed_is_called_so(assistant: Assistant, snapshot: Snapshot) -> None:
    doubtful = [row for row in rows() if row["confidence"] == "low"]
    assert len(doubtful) >= 5
    for row in doubtful:
        region = snapshot.regions[row["region"]].name
        partnership = snapshot.partnerships[row["partnership"]].short_name
        text = ask(assistant, f"is {region} in {partnership}?").text
        assert "not confirmed" in text.lower(), text
    for event in snapshot.events:
        if not event.confirmed:
            text = ask(assistant, f"tell me about the {event.title}").text
            assert "not confirmed" in text.lower(), text


def test_later_sources_are_given_apart(assistant: Assistant) -> None:
    answer = ask(assistant, "who leads ESM?")
    assert [source.as_of for source in answer.sources][:2] == ["2017-07", "2023"]
    assert answer.sources[1].label.startswith("https://www.s3vanguardinitiative.eu/")
    last = answer.text.splitlines()[-1]
    assert last.startswith("Source: Table 4, p. 34; as of July 2017. Since then: https://")
    assert last.endswith("as of 2023 or later")


def test_without_the_later_pack_the_report_answers_alone(snapshot: Snapshot) -> None:
    """As with KNOWLEDGE_PACKS=report-2017: nothing speaks of what came since."""
    things = {
        kind: {id: thing for id, thing in known.items() if thing.pack != PACK}
        for kind, known in snapshot.things.items()
    }
    alone = Assistant(
        replace(
            snapshot,
            packs={id: pack for id, pack in snapshot.packs.items() if id != PACK},
            things=things,
            later_memberships=(),
            developments=(),
            links=tuple(link for link in snapshot.links if link.pack != PACK),
            aliases=tuple(alias for alias in snapshot.aliases if alias.pack != PACK),
            phrasings=tuple(row for row in snapshot.phrasings if row.pack != PACK),
        )
    )
    for question in ("who leads ESM?", "how many partnerships are there?", "list the milestones"):
        answer = alone.ask(question, now=NOW)
        assert answer.status == "answer"
        assert "ince" not in answer.text, answer.text
    for question in ("which partnerships are new?", "how many partnerships are there now?"):
        assert alone.ask(question, now=NOW).text


# The calendar against the clock


def test_the_committee_is_followed_through_the_years(
    assistant: Assistant, snapshot: Snapshot
) -> None:
    meetings = [e for e in snapshot.events if is_committee(e) and e.status == "held"]
    assert len(meetings) == 11
    for before, after in pairwise(meetings):
        day = datetime.fromisoformat(f"{before.end or before.start}T12:00+00:00") + timedelta(
            days=2
        )
        upcoming = ask(assistant, "when is the next steering committee meeting?", day)
        assert upcoming.focus is not None
        assert upcoming.focus.results == (after.id,), day
        last = ask(assistant, "when did the committee last meet?", day)
        assert last.focus is not None
        assert last.focus.results == (before.id,), day
    none = ask(assistant, "when is the next steering committee meeting?").text
    for words in ("No Steering Committee meeting", "17 June 2025", "Brussels", "twice a year"):
        assert words in none
    assert "https://www.traceabilityandbigdata.eu/news/tssp-steering-committee" in none


def test_a_month_stays_a_month(assistant: Assistant) -> None:
    text = ask(assistant, "when was the blue economy platform added?").text
    assert "March 2022" in text
    assert "2022-03" not in text
    assert "1 March" not in text


def test_what_is_on_is_seen_in_the_zone_of_the_event(snapshot: Snapshot) -> None:
    whole = snapshot.things["event"]["sc-s3pi-03"]
    hours: Event = replace(
        whole, id="hours", start_time="09:30", end_time="12:00", zone="Europe/Helsinki"
    )
    helsinki = ZoneInfo("Europe/Helsinki")

    def on(event: Event, when: datetime) -> bool:
        return on_now([event], when) == [event]

    day = datetime(2018, 4, 12, tzinfo=helsinki)
    assert on(hours, day.replace(hour=11, minute=59)), "until its last minute"
    assert not on(hours, day.replace(hour=12))
    assert on(hours, day.replace(hour=9, minute=30) - timedelta(days=1)), "a day before it begins"
    assert not on(hours, day.replace(hour=9, minute=29) - timedelta(days=1))
    assert on(whole, day.replace(hour=23, minute=59))
    assert not on(replace(whole, status="cancelled"), day)
    assert not on(replace(whole, kind="call"), day), "a call is open, not on"
    assert not on(replace(whole, start="2018-04", precision="month"), day)


def test_an_event_to_be_confirmed_is_not_promised(snapshot: Snapshot) -> None:
    tentative = replace(
        snapshot.things["event"]["sc-tssp-2025-06"],
        id="sc-next",
        title="Committee of spring 2027",
        start=None,
        precision="unknown",
        status="tentative",
        place=None,
    )
    events = {**snapshot.things["event"], tentative.id: tentative}
    aware = Assistant(replace(snapshot, things={**snapshot.things, "event": events}))
    text = aware.ask("when is the next steering committee meeting?", now=NOW).text
    assert text.startswith("No Steering Committee meeting after 22 November 2026 is recorded.")
    assert "Committee of spring 2027 is tentative on a day to be confirmed" in text


def test_an_event_that_ended_this_morning_is_not_next(snapshot: Snapshot) -> None:
    morning = replace(
        snapshot.things["event"]["sc-tssp-2025-06"],
        start_time="09:00",
        end_time="12:00",
        zone="Europe/Brussels",
    )
    events = {**snapshot.things["event"], morning.id: morning}
    aware = Assistant(replace(snapshot, things={**snapshot.things, "event": events}))
    brussels = ZoneInfo("Europe/Brussels")

    def told(hour: int) -> str:
        when = datetime(2025, 6, 17, hour, 30, tzinfo=brussels)
        return aware.ask("when is the next steering committee meeting?", now=when).text

    assert "The next Steering Committee meeting is" in told(8)
    assert "09:00 Brussels time, until 12:00" in told(8)
    assert "is on now" in told(10)
    assert told(12).startswith("No Steering Committee meeting after 17 June 2025")
