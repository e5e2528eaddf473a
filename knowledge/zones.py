"""Time zones: of countries, and the instants of their wall clocks around a clock change."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DEFAULT_ZONE = "Europe/Brussels"

ZONE_OF_COUNTRY = {
    "AL": "Europe/Tirane",
    "AT": "Europe/Vienna",
    "BA": "Europe/Sarajevo",
    "BE": "Europe/Brussels",
    "BG": "Europe/Sofia",
    "CH": "Europe/Zurich",
    "CY": "Asia/Nicosia",
    "CZ": "Europe/Prague",
    "DE": "Europe/Berlin",
    "DK": "Europe/Copenhagen",
    "EE": "Europe/Tallinn",
    "ES": "Europe/Madrid",
    "FI": "Europe/Helsinki",
    "FR": "Europe/Paris",
    "GB": "Europe/London",
    "GE": "Asia/Tbilisi",
    "GR": "Europe/Athens",
    "HR": "Europe/Zagreb",
    "HU": "Europe/Budapest",
    "IE": "Europe/Dublin",
    "IS": "Atlantic/Reykjavik",
    "IT": "Europe/Rome",
    "LI": "Europe/Vaduz",
    "LT": "Europe/Vilnius",
    "LU": "Europe/Luxembourg",
    "LV": "Europe/Riga",
    "MD": "Europe/Chisinau",
    "ME": "Europe/Podgorica",
    "MK": "Europe/Skopje",
    "MT": "Europe/Malta",
    "NL": "Europe/Amsterdam",
    "NO": "Europe/Oslo",
    "PL": "Europe/Warsaw",
    "PT": "Europe/Lisbon",
    "RO": "Europe/Bucharest",
    "RS": "Europe/Belgrade",
    "SE": "Europe/Stockholm",
    "SI": "Europe/Ljubljana",
    "SK": "Europe/Bratislava",
    "TR": "Europe/Istanbul",
    "UA": "Europe/Kyiv",
    "XK": "Europe/Belgrade",
}
"""The zone of most of a country (ISO 3166-1); its islands may have another, which events name."""


FIRST_YEAR, LAST_YEAR = 1990, 2099
"""The years of events that people enter; far from those that dates cannot be reckoned in."""


def zone_called(name: str | None, default: str) -> ZoneInfo:
    """The zone of this name; the default without one, or where time zone data has lost it."""
    try:
        return ZoneInfo(name or default)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(default)


def zone_of(zone: str | None, country: str | None) -> ZoneInfo:
    """The zone that a place keeps: its own, else that of its country, else the default."""
    return ZoneInfo(zone or ZONE_OF_COUNTRY.get(country or "", DEFAULT_ZONE))


@lru_cache(maxsize=4096)
def instant(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The moment at which clocks of ``zone`` show a wall time on a day.

    A time that a clock change skips is the next that exists; one that comes twice is the first.
    """
    at = datetime.combine(day, wall, zone)
    if _exists(at):
        return at
    # In a gap the two folds are the offsets after and before the change, which lies between them.
    low, high = at.replace(fold=1).astimezone(UTC), at.astimezone(UTC)
    before = low.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low).total_seconds() // 2)
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high.astimezone(zone)


def _exists(at: datetime) -> bool:
    back = at.astimezone(UTC).astimezone(at.tzinfo)
    return back.replace(tzinfo=None) == at.replace(tzinfo=None)
