"""Moments in messages, checked by the rules of the test server."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from handlers.times import moment, told, when
from knowledge.moments import FURTHEST, within_reach
from knowledge.occasions import Occasion
from tests.botapi.markup import parse

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_a_moment_is_shown_in_the_readers_zone() -> None:
    at = datetime(2027, 3, 17, 9, 30, tzinfo=ZoneInfo("Europe/Brussels"))
    shown = moment(at, "17 March 2027, 9:30 Brussels <time>", now=NOW)
    marked = parse(str(shown), NOW.timestamp())
    assert marked.text == "17 March 2027, 9:30 Brussels <time>"
    assert marked.entities[0]["unix_time"] == int(at.timestamp())


@pytest.mark.parametrize(
    "at", [datetime(1969, 12, 31, tzinfo=UTC), NOW + FURTHEST + timedelta(days=1)]
)
def test_what_is_out_of_range_is_plain(at: datetime) -> None:
    assert moment(at, "then & there", now=NOW) == "then &amp; there"


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        moment(datetime(2027, 3, 17), "then", now=NOW)  # noqa: DTZ001 - what is refused


HELSINKI, BRUSSELS = ZoneInfo("Europe/Helsinki"), ZoneInfo("Europe/Brussels")
MEETING = Occasion(
    id="x",
    start="2027-03-17",
    precision="day",
    start_time="09:30",
    end_time="16:00",
    zone="Europe/Brussels",
)


def test_a_moment_names_its_zone() -> None:
    at = datetime(2027, 3, 17, 9, 30, tzinfo=HELSINKI)
    marked = parse(str(told(at, now=NOW)), NOW.timestamp())
    assert marked.text == "Wed 17 March 2027, 09:30 Helsinki time"
    assert marked.entities[0]["unix_time"] == int(at.timestamp())


def test_an_event_names_its_own_zone_and_that_of_the_reader() -> None:
    marked = parse(str(when(MEETING, HELSINKI, now=NOW)), NOW.timestamp())
    assert marked.text == (
        "Wed 17 March 2027, 09:30 Brussels time (10:30 Helsinki time), until 16:00 (Brussels)"
    )
    assert len(marked.entities) == 1
    same = parse(str(when(MEETING, BRUSSELS, now=NOW)), NOW.timestamp())
    assert same.text == "Wed 17 March 2027, 09:30 Brussels time, until 16:00 (Brussels)"


def test_events_of_several_days_and_without_hours() -> None:
    days = Occasion(
        id="x", precision="day", start="2027-03-17", end="2027-03-18", zone="Europe/Brussels"
    )
    assert when(days, BRUSSELS, now=NOW) == "17-18 March 2027"
    begun = Occasion(
        id="x",
        start="2027-03-17",
        end="2027-03-18",
        precision="day",
        start_time="13:00",
        end_time="12:00",
        zone="Europe/Brussels",
    )
    text = parse(str(when(begun, BRUSSELS, now=NOW)), NOW.timestamp()).text
    assert text == ("Wed 17 March 2027, 13:00 Brussels time, until 18 March 2027, 12:00 (Brussels)")
    open_end = Occasion(
        id="x", precision="day", start="2027-03-17", start_time="13:00", zone="Europe/Brussels"
    )
    text = parse(str(when(open_end, BRUSSELS, now=NOW)), NOW.timestamp()).text
    assert text == "Wed 17 March 2027, 13:00 Brussels time"
    unknown = Occasion(id="x", precision="unknown")
    assert when(unknown, BRUSSELS, now=NOW) == "date to be confirmed"


def test_only_moments_within_reach_stay_marked() -> None:
    html = 'a <tg-time unix="-5" format="wDT">1969</tg-time>, <b>b</b>'
    assert within_reach(html, NOW) == "a 1969, <b>b</b>"
