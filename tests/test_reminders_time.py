"""No wrong instant: every clock change of European zones 2026-2030, against a second computation.

The second computation knows nothing of folds: it walks along UTC in quarters of an hour and looks
at what the clocks show. All changes of these zones are at whole hours.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.occasions import Occasion, begins, ends
from knowledge.reminders import Lead, Listener, Quiet, matches, notice, plan
from knowledge.zones import ZONE_OF_COUNTRY, instant

STEP = timedelta(minutes=15)
DAY = timedelta(days=1)
ISLANDS = ("Atlantic/Azores", "Atlantic/Madeira", "Atlantic/Canary", "Asia/Famagusta")
ZONES = sorted({*ZONE_OF_COUNTRY.values(), *ISLANDS, "Europe/Gibraltar", "Africa/Ceuta", "UTC"})
QUARTERS = [time(quarter // 4, quarter % 4 * 15) for quarter in range(96)]
LEADS = ("2w", "1w", "3d", "1d", "36h", "24h", "3h", "1h", "15m", "0m")


@cache
def shown(zone: str, month: tuple[int, int]) -> dict[datetime, datetime]:
    """What clocks show -> the first quarter of an hour in UTC at which they do, around a month."""
    place = ZoneInfo(zone)
    found: dict[datetime, datetime] = {}
    at = datetime(*month, 1, tzinfo=UTC) - 2 * DAY
    for _ in range(36 * 96):
        found.setdefault(at.astimezone(place).replace(tzinfo=None, fold=0), at)
        at += STEP
    return found


def walked(day: date, wall: time, zone: str) -> datetime:
    """The instant found by walking: the first that shows it, else the next that exists."""
    table, wanted = shown(zone, (day.year, day.month)), datetime.combine(day, wall)
    while wanted not in table:
        wanted += STEP
    return table[wanted]


def utc(at: datetime) -> datetime:
    """A moment to be compared: Python calls moments of an hour that comes twice never equal."""
    return at.astimezone(UTC)


def changes(zone: str) -> Iterator[datetime]:
    """The clock changes of a zone, 2026-2030."""
    place, at = ZoneInfo(zone), datetime(2026, 1, 1, tzinfo=UTC)
    while at.year <= 2030:
        if at.astimezone(place).utcoffset() != (at + DAY).astimezone(place).utcoffset():
            yield at
        at += DAY


def event_at(day: date, wall: time, zone: str) -> Occasion:
    return Occasion(
        id="x", start=day.isoformat(), start_time=f"{wall:%H:%M}", precision="day", zone=zone
    )


@pytest.mark.parametrize("zone", ZONES)
def test_every_clock_change_with_every_lead(zone: str) -> None:
    listener, checked = Listener(ZoneInfo("UTC")), 0
    for change in changes(zone):
        for days in (-1, 0, 1, 3, 7, 14):
            day = change.date() + days * DAY
            for wall in QUARTERS[::2] if days < 2 else QUARTERS[4:16:2]:
                start = walked(day, wall, zone)
                assert utc(instant(day, wall, ZoneInfo(zone))) == start
                due = {
                    one.lead: one.due
                    for one in plan(event_at(day, wall, zone), LEADS, listener, now=start)
                }
                for lead, at in due.items():
                    assert utc(at) == _before(lead, day, wall, zone, start), (zone, day, wall, lead)
                checked += len(due)
    assert checked or not list(changes(zone))


def _before(lead: str, day: date, wall: time, zone: str, start: datetime) -> datetime:
    number, unit = int(lead[:-1]), lead[-1]
    if unit in "wd":
        return walked(day - timedelta(days=number * (7 if unit == "w" else 1)), wall, zone)
    return start - timedelta(minutes=number * (60 if unit == "h" else 1))


def test_there_are_changes_to_test() -> None:
    assert sum(len(list(changes(zone))) for zone in ZONES) > 350


@dataclass(frozen=True)
class Case:
    zone: str
    chat_zone: str
    day: date
    wall: time
    lead: str
    quiet: tuple[time, time]


cases = st.builds(
    Case,
    zone=st.sampled_from(ZONES),
    chat_zone=st.sampled_from(ZONES),
    # Half of the days lie around clock changes.
    day=st.dates(date(2026, 1, 20), date(2030, 12, 20))
    | st.builds(
        date,
        st.integers(2026, 2030),
        st.sampled_from((3, 10)),
        st.integers(22, 31),
    ),
    wall=st.sampled_from(QUARTERS),
    lead=st.sampled_from(LEADS),
    quiet=st.tuples(st.sampled_from(QUARTERS), st.sampled_from(QUARTERS)),
)


@settings(max_examples=600, deadline=None)
@given(case=cases)
def test_quiet_hours_against_a_walk(case: Case) -> None:
    event = event_at(case.day, case.wall, case.zone)
    start = walked(case.day, case.wall, case.zone)
    raw = _before(case.lead, case.day, case.wall, case.zone, start)
    listener = Listener(ZoneInfo(case.chat_zone), Quiet(*case.quiet))
    long_ago = raw - 30 * DAY
    (found,) = plan(event, [case.lead], listener, now=long_ago)
    assert (utc(found.due), found.silent) == _quieted(case, raw, start)
    assert found.until > found.due or case.lead == "0m"


def _quieted(case: Case, raw: datetime, start: datetime) -> tuple[datetime, bool]:
    """Walks from the moment to the ends of the quiet hours it lies in."""
    first, last = case.quiet
    if first == last:
        return raw, False
    local = raw.astimezone(ZoneInfo(case.chat_zone)).date()
    for day in (local - DAY, local, local + DAY):
        opens = walked(day, first, case.chat_zone)
        closes = walked(day + DAY if last < first else day, last, case.chat_zone)
        if opens <= raw < closes:
            return (closes, False) if closes < start else (opens, False)
    return raw, False


@settings(max_examples=300, deadline=None)
@given(case=cases, weekly=st.booleans())
def test_a_digest_is_never_later_than_the_reminder(case: Case, weekly: bool) -> None:  # noqa: FBT001
    event = event_at(case.day, case.wall, case.zone)
    start = walked(case.day, case.wall, case.zone)
    raw = _before(case.lead, case.day, case.wall, case.zone, start)
    listener = Listener(
        ZoneInfo(case.chat_zone), None, "weekly" if weekly else "daily", case.quiet[0]
    )
    (found,) = plan(event, [case.lead], listener, now=raw - 30 * DAY)
    if not Lead.parse(case.lead).days:
        assert (utc(found.due), found.silent) == (raw, False)
        return
    there = found.due.astimezone(ZoneInfo(case.chat_zone))
    assert found.silent
    assert utc(found.due) == walked(there.date(), case.quiet[0], case.chat_zone)
    assert timedelta(0) <= raw - found.due <= (7 if weekly else 1) * DAY + timedelta(hours=1)
    assert there.weekday() == 0 or not weekly
    (late,) = plan(event, [case.lead], listener, now=found.due)
    assert (utc(late.due), late.silent) == (raw, False), "that digest is gone"


@pytest.mark.parametrize(
    ("zone", "day", "at", "quiet", "due"),
    [
        ("Europe/Brussels", "2026-10-26", "02:10", ("22:00", "02:15"), "2026-10-25T01:10Z"),
        ("Europe/Chisinau", "2029-10-29", "02:30", ("22:00", "02:45"), "2029-10-28T00:30Z"),
        ("America/New_York", "2027-11-08", "01:00", ("23:30", "01:30"), "2027-11-07T06:00Z"),
    ],
)
def test_an_hour_that_comes_twice_is_quiet_once(
    zone: str, day: str, at: str, quiet: tuple[str, str], due: str
) -> None:
    """Quiet hours end when their end is shown for the first time, and do not begin again."""
    event = event_at(date.fromisoformat(day), time.fromisoformat(at), zone)
    hours = Quiet(*map(time.fromisoformat, quiet))
    now = datetime(2026, 1, 1, tzinfo=UTC)
    (found,) = plan(event, ["24h"], Listener(ZoneInfo(zone), hours), now=now)
    assert utc(found.due) == datetime.fromisoformat(due)


def test_gaps_and_overlaps_as_they_are_written_down() -> None:
    brussels = ZoneInfo("Europe/Brussels")
    in_gap = instant(date(2026, 3, 29), time(2, 30), brussels)
    assert in_gap == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
    twice = instant(date(2026, 10, 25), time(2, 30), brussels)
    assert utc(twice) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "start", "end"),
    [
        ({"start": "2027-06-01"}, "2027-06-01T09:00+02:00", "2027-06-02T00:00+02:00"),
        (
            {"start": "2027-06-01", "end": "2027-06-03"},
            "2027-06-01T09:00+02:00",
            "2027-06-04T00:00+02:00",
        ),
        (
            {"start": "2027-06-01", "start_time": "22:00", "end_time": "01:00", "country": "PT"},
            "2027-06-01T22:00+01:00",
            "2027-06-02T01:00+01:00",
        ),
        ({"start": "2027-06", "precision": "month"}, None, None),
        ({"start": None, "precision": "unknown"}, None, None),
    ],
)
def test_when_an_event_begins_and_ends(
    fields: dict[str, str], start: str | None, end: str | None
) -> None:
    event = Occasion(**{"id": "x", "precision": "day", **fields})  # type: ignore[arg-type]
    expected = [datetime.fromisoformat(one) if one else None for one in (start, end)]
    assert [begins(event), ends(event)] == expected
    assert bool(plan(event, ["1d"], Listener(ZoneInfo("UTC")), now=datetime.now(UTC))) == bool(
        start
    )


@pytest.mark.parametrize("status", ["cancelled", "postponed"])
def test_what_is_called_off_is_not_reminded_of(status: str) -> None:
    event = Occasion(id="x", start="2027-06-01", precision="day", status=status)
    assert plan(event, ["1d"], Listener(ZoneInfo("UTC")), now=datetime.now(UTC)) == ()


@given(st.integers(0, 365), st.sampled_from("wdhm"))
def test_spans_are_read_as_they_are_written(number: int, unit: str) -> None:
    written = f"{number if unit != 'w' else number % 52}{unit}"
    lead = Lead.parse(written)
    assert Lead.parse(str(lead)) == lead
    assert Lead.parse(f" {written.upper()} ") == lead


@pytest.mark.parametrize("wrong", ["", "1", "d", "-1d", "1y", "1.5h", "53w9d", "500d", "99999h"])
def test_what_is_no_span_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"no span|more than"):
        Lead.parse(wrong)


def test_a_near_notice_passes_quiet_hours_silently() -> None:
    listener = Listener(ZoneInfo("UTC"), Quiet(time(22), time(7)))
    night = datetime(2027, 6, 1, 23, 0, tzinfo=UTC)
    assert notice(night + timedelta(hours=20), listener, now=night) == (night, True)
    assert notice(night + timedelta(days=2), listener, now=night) == (
        night + timedelta(hours=8),
        False,
    )
    assert notice(None, listener, now=night)[0] == night + timedelta(hours=8)


def test_a_series_is_also_the_one_that_its_key_ends_in() -> None:
    event = Occasion(id="x", series="s3p-industry-steering-committee")
    assert matches("series", "steering-committee", event)
    assert matches("series", "s3p-industry-steering-committee", event)
    assert not matches("series", "committee-x", event)
    assert not matches("series", "", Occasion(id="x"))
    assert not matches("other", "x", event)
