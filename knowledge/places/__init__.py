"""Time zones by the names of places: cities, the recorded regions and countries, zones themselves.

The cities are from GeoNames (see ``cities.txt``), the zones of a country from the time zone
database, that of a region or of a point on the map from the borders in ``tzfpy``.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from rapidfuzz import fuzz, process

from knowledge.snapshot import Snapshot
from knowledge.text import fold

CITIES = Path(__file__).parent / "cities.txt"
_ALIKE = 85
"""So much alike a mistyped name has to be; from 0 to 100."""

_FEWEST_LETTERS = 4
_ASIDE = fold(
    "i im m am we are in from at near my our the time zone timezone city is it its s live lives "
    "living located based please use set to"
)
_PARTS_OF_THE_WORLD = (
    "Africa/",
    "America/",
    "Antarctica/",
    "Arctic/",
    "Asia/",
    "Atlantic/",
    "Australia/",
    "Europe/",
    "Indian/",
    "Pacific/",
)
_YEARS = range(2026, 2031)


@dataclass(frozen=True, slots=True)
class Place:
    """A place that was named, and the IANA zone that its clocks keep."""

    name: str
    zone: str


def find(written: str, snapshot: Snapshot) -> tuple[Place, ...]:
    """The places that a text may name; several when their clocks differ, none when unknown.

    Args:
        written: a zone, a city, a region or a country, also within a short sentence.
    """
    words = fold(written).split()
    said = [word for word in words if f" {word} " not in f" {_ASIDE} "] or words
    wanted = " ".join(said)
    if zone := _zones().get(fold(written)):
        return (Place(zone, zone),)
    recorded = _recorded(snapshot)
    found = _named(wanted, recorded, snapshot)
    if not found and len(wanted) >= _FEWEST_LETTERS:
        names = [*_cities(), *recorded, *_far_cities()]
        near = process.extractOne(wanted, names, scorer=fuzz.ratio, score_cutoff=_ALIKE)
        if near is not None and near[0][0] == wanted[0]:
            return _named(near[0], recorded, snapshot)
    return found


def _named(
    wanted: str, recorded: Mapping[str, tuple[str, str]], snapshot: Snapshot
) -> tuple[Place, ...]:
    if wanted in _cities():
        return _distinct(_cities()[wanted])
    if wanted in recorded:
        return _within(*recorded[wanted], snapshot)
    return _far_cities().get(wanted, ())


def zone_at(latitude: float, longitude: float) -> str | None:
    """The zone of a point on the map; None where no clock is kept that is known here."""
    # Imported here because few need it, and the borders of all zones take a third of a second.
    from tzfpy import get_tz

    zone = get_tz(longitude, latitude)
    return zone if zone in available_timezones() else None


def _distinct(found: tuple[Place, ...]) -> tuple[Place, ...]:
    """Each place whose clocks differ from those before it."""
    seen: dict[tuple[object, ...], Place] = {}
    for place in found:
        seen.setdefault(_clocks(place.zone), place)
    return tuple(seen.values())


@cache
def _clocks(zone: str) -> tuple[object, ...]:
    """What tells the clocks of two zones apart: the offsets of the months to come."""
    known = ZoneInfo(zone)
    return tuple(
        datetime(year, month, 1, tzinfo=UTC).astimezone(known).utcoffset()
        for year in _YEARS
        for month in range(1, 13)
    )


@cache
def _zones() -> Mapping[str, str]:
    """All zones that places keep, by their folded names: "europe brussels", "cet"."""
    short = {"UTC", "CET", "EET", "WET"}
    return {
        fold(name): name
        for name in available_timezones()
        if name in short or name.startswith(_PARTS_OF_THE_WORLD)
    }


@cache
def _cities() -> Mapping[str, tuple[Place, ...]]:
    """The cities of the file by each of their folded names, the largest first."""
    named: dict[str, list[Place]] = defaultdict(list)
    for line in CITIES.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        zone, _, rest = line.split(" ", 2)
        for city in rest.split("; "):
            name, *others = city.split(", ")
            for one in {fold(name), *map(fold, others)}:
                named[one].append(Place(name, zone))
    return {name: tuple(places) for name, places in named.items()}


@cache
def _far_cities() -> Mapping[str, tuple[Place, ...]]:
    """The cities that zones elsewhere are named after."""
    found = {}
    for zone in sorted(_zones().values(), reverse=True):
        if "/" in zone:
            found[fold(_city_of(zone))] = (Place(_city_of(zone), zone),)
    return found


def _recorded(snapshot: Snapshot) -> Mapping[str, tuple[str, str]]:
    """The regions and countries of the knowledge base (kind, id) by each of their folded names."""
    names: dict[str, tuple[str, str]] = {}
    for kind in ("country", "region"):
        for thing in snapshot.things[kind].values():
            names.setdefault(fold(thing.name), (kind, thing.id))
    for alias in snapshot.aliases:
        if alias.kind in ("country", "region") and alias.form != "demonym":
            names.setdefault(fold(alias.text), (alias.kind, alias.target))
    return names


def _within(kind: str, id: str, snapshot: Snapshot) -> tuple[Place, ...]:
    """The zones of a region or country; a country's islands may keep another time."""
    if kind == "region":
        region = snapshot.regions[id]
        if region.lat is None or region.lon is None:
            return _within("country", region.country, snapshot)
        zone = zone_at(region.lat, region.lon)
        return (Place(region.name, zone),) if zone is not None else ()
    zones = _of_countries().get(id, ())
    if len({_clocks(zone) for zone in zones}) == 1:
        return (Place(snapshot.countries[id].name, zones[0]),)
    return _distinct(tuple(Place(_city_of(zone), zone) for zone in zones))


@cache
def _of_countries() -> Mapping[str, tuple[str, ...]]:
    """The zones of each country (ISO 3166-1), the one most people live in first."""
    zones: dict[str, list[str]] = defaultdict(list)
    table = files("tzdata").joinpath("zoneinfo/zone.tab").read_text(encoding="utf-8")
    for line in table.splitlines():
        if not line.startswith("#"):
            country, _, zone, *_ = line.split("\t")
            zones[country].append(zone)
    return {country: tuple(found) for country, found in zones.items()}


def _city_of(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")
