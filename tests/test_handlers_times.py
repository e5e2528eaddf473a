"""Moments in messages, checked by the rules of the test server."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from handlers.times import FURTHEST, moment
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
