"""Places have time zones, however they are written; what is in several is not guessed."""

from zoneinfo import available_timezones

import pytest

from handlers.where import OFFERED
from knowledge import places
from knowledge.snapshot import Snapshot

ONE_ZONE = {
    "europe/lisbon": "Europe/Lisbon",
    "Europe/Brussels": "Europe/Brussels",
    "Lisbon": "Europe/Lisbon",
    "Lisboa": "Europe/Lisbon",
    "I am in Helsinki.": "Europe/Helsinki",
    "helsnki": "Europe/Helsinki",
    "Helsingfors": "Europe/Helsinki",
    "Köln": "Europe/Berlin",
    "KOELN": "Europe/Berlin",
    "Αθήνα": "Europe/Athens",
    "Varna": "Europe/Sofia",
    "my city is Tampere": "Europe/Helsinki",
    "Las Palmas": "Atlantic/Canary",
    "Funchal": "Atlantic/Madeira",
    "Catalonia": "Europe/Madrid",
    "Lombardia": "Europe/Rome",
    "Azores": "Atlantic/Azores",
    "Finland": "Europe/Helsinki",
    "Germany": "Europe/Berlin",
    "NEW YORK": "America/New_York",
    "utc": "UTC",
    "CET": "CET",
}


@pytest.mark.parametrize("written", ONE_ZONE)
def test_a_place_is_found_however_it_is_written(written: str, snapshot: Snapshot) -> None:
    assert [place.zone for place in places.find(written, snapshot)] == [ONE_ZONE[written]]


@pytest.mark.parametrize("written", ["", "x", "Atlantis", "who leads textile", "two days", "🙂"])
def test_what_is_no_place_is_none(written: str, snapshot: Snapshot) -> None:
    assert places.find(written, snapshot) == ()


def test_a_country_with_several_clocks_is_asked_back(snapshot: Snapshot) -> None:
    found = [place.zone for place in places.find("Spain", snapshot)]
    assert found == ["Europe/Madrid", "Atlantic/Canary"]
    found = [place.zone for place in places.find("Portugal", snapshot)]
    assert found[0] == "Europe/Lisbon"
    assert "Atlantic/Azores" in found


def test_every_recorded_region_has_a_zone(snapshot: Snapshot) -> None:
    for id in snapshot.by_region:
        found = places.find(snapshot.regions[id].name, snapshot)
        assert found, id
        assert all(place.zone in available_timezones() for place in found)


def test_points_on_the_map() -> None:
    assert places.zone_at(60.17, 24.94) == "Europe/Helsinki"
    assert places.zone_at(28.1, -15.4) == "Atlantic/Canary"
    assert places.zone_at(42.0, 2.0) == "Europe/Madrid"


def test_offered_zones_and_those_of_cities_are_known() -> None:
    assert set(OFFERED) <= available_timezones()
    lines = places.CITIES.read_text(encoding="utf-8").splitlines()
    assert "CC BY 4.0" in "\n".join(lines[:4])
    zones = {line.split()[0] for line in lines if not line.startswith("#")}
    assert zones <= available_timezones()
    assert len(zones) > 40
