"""What each table of a pack may hold (docs/packs.md, as data)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from knowledge import pack_values as values
from knowledge.pack_values import Check, one_of, plain, yes_no

ROLES = ("lead", "participant", "associate", "observer", "interested")
CHANGES = ("new_partnership", "unchanged", "new_member", "new_lead", "role_added", "unclear")
EVENT_KINDS = ("milestone", "meeting", "conference", "decision", "publication", "call", "other")
PRECISIONS = ("day", "month", "year", "season", "unknown")
"""How precise the start of an event is; ``unknown``: to be confirmed, with a year at most."""
EVENT_STATUSES = (
    *("held", "planned", "announced", "tentative", "cancelled", "postponed", "expected"),
    *("proposed", "open", "closed"),
)
EVENT_MODES = ("in_person", "online", "hybrid")
PLATFORMS = ("industrial-modernisation", "agri-food", "energy", "blue-economy", "vanguard")
CONFIDENCES = ("high", "medium", "low")
LEADS_BASES = ("source", "source_partial", "mixed", "report", "inferred", "none")
LEVELS = ("nuts0", "nuts1", "nuts2", "nuts3", "group", "other")
INSTRUMENT_KINDS = ("fund", "programme", "loan", "initiative", "rule")
FORMS = (
    "name",
    "native",
    "exonym",
    "short",
    "abbreviation",
    "demonym",
    "adjective",
    "inflected",
    "variant",
)


@dataclass(frozen=True, slots=True)
class Column:
    """One key of a row: how its value is checked and turned into what the database stores."""

    check: Check
    required: bool = True
    default: Any = None
    """What a row without the key gets, when it is not required."""
    refers_to: str | None = None
    """The kind whose ids the value must be one of."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a pack; ``kind`` is None for rows that are no things of their own."""

    kind: str | None
    columns: Mapping[str, Column]
    evidence: bool = True
    """Whether its rows rest on pages of their own, with a confidence."""


def _must(check: Check = plain, refers_to: str | None = None) -> Column:
    return Column(check, refers_to=refers_to)


def _may(check: Check = plain, default: Any = None, refers_to: str | None = None) -> Column:
    return Column(check, required=False, default=default, refers_to=refers_to)


ID = _must(values.identifier)

COMMON: Mapping[str, Column] = {"source": _may(values.source), "as_of": _may(values.moment)}
"""What every row may say; the pack's defaults fill the rest."""

EVIDENCE: Mapping[str, Column] = {
    "confidence": _may(one_of(*CONFIDENCES)),
    "page_date": _may(values.moment),
    "as_of_note": _may(),
    "more_sources": _may(values.pages, default=[]),
}
"""What the rows of tables that rest on pages of their own may say besides."""

EXTRAS: Mapping[str, Column] = {
    "ask": _may(values.texts, default=()),
    "ask_yes": _may(values.texts, default=()),
    "ask_no": _may(values.texts, default=()),
    "about": _may(values.kind_and_id, default=()),
    "details": _may(values.details, default=()),
}
"""What every row with an id may hold besides; each becomes rows of its own."""

HEADER: Mapping[str, Column] = {
    "id": ID,
    **dict.fromkeys(("label", "title", "publisher", "licence", "citation"), _must()),
    "as_of": _must(values.moment),
    "url": _must(values.web_address),
    "extends": _may(values.identifier),
    "default_sources": _may(lambda value: value, default={}),
}

TABLES: Mapping[str, Table] = {
    "countries": Table(
        "country",
        {"id": _must(values.country_code), "name": _must(), "eu_member_2017": _must(yes_no)},
    ),
    "regions": Table(
        "region",
        {
            "id": ID,
            "name": _must(),
            "country": _must(refers_to="country"),
            "nuts": _may(values.nuts),
            "level": _must(one_of(*LEVELS)),
            "lat": _may(values.number(-90, 90)),
            "lon": _may(values.number(-180, 180)),
            "note": _may(),
        },
    ),
    "partnerships": Table(
        "partnership",
        {
            "id": ID,
            "name": _must(),
            "short_name": _must(),
            "vanguard_pilot": _must(yes_no),
            "text": _must(),
            "note": _may(),
            "platform": _may(one_of(*PLATFORMS)),
            "platform_confidence": _may(one_of(*CONFIDENCES)),
            "established": _may(values.number(1900, 2100, whole=True)),
            "established_note": _may(),
        },
    ),
    "memberships": Table(
        None,
        {
            "partnership": _must(refers_to="partnership"),
            "region": _must(refers_to="region"),
            "role": _must(one_of(*ROLES)),
            "as_printed": _may(),
            "note": _may(),
            "joined": _may(values.number(1900, 2100, whole=True)),
            "change": _may(one_of(*CHANGES)),
        },
    ),
    "events": Table(
        "event",
        {
            "id": ID,
            "kind": _must(one_of(*EVENT_KINDS)),
            "milestone": _may(yes_no, default=False),
            "title": _must(),
            "start": _may(values.moment),
            "end": _may(values.moment),
            "precision": _must(one_of(*PRECISIONS)),
            "start_time": _may(values.wall_time),
            "end_time": _may(values.wall_time),
            "zone": _may(values.zone),
            "status": _may(one_of(*EVENT_STATUSES)),
            "place": _may(),
            "country": _may(refers_to="country"),
            "mode": _may(one_of(*EVENT_MODES)),
            "link": _may(values.web_address),
            "host": _may(),
            "organiser": _may(),
            "attendance": _may(),
            "series": _may(values.identifier),
            "number": _may(values.number(1, 999, whole=True)),
            "scope": _may(),
            "text": _must(),
            "note": _may(),
        },
    ),
    "themes": Table(
        "theme",
        {
            "id": ID,
            "name": _must(),
            "vanguard": _may(yes_no, default=False),
            "status": _may(),
            "text": _must(),
            "note": _may(),
            "mentions": _may(values.rows, default=()),
        },
    ),
    "terms": Table(
        "term",
        {
            "id": ID,
            "abbreviation": _must(),
            "name": _must(),
            "text": _may(),
            "listed": _may(yes_no, default=False),
        },
    ),
    "organisations": Table(
        "organisation",
        {
            "id": ID,
            "name": _must(),
            "abbreviation": _may(),
            "kind": _must(),
            "text": _must(),
            "url": _may(values.web_address),
            "contact": _may(),
        },
    ),
    "people": Table("person", {"id": ID, "name": _must(), "role": _must(), "text": _must()}),
    "instruments": Table(
        "instrument",
        {
            "id": ID,
            "name": _must(),
            "abbreviation": _may(),
            "kind": _must(one_of(*INSTRUMENT_KINDS)),
            "text": _must(),
        },
    ),
    "documents": Table(
        "document",
        {
            "id": ID,
            "name": _must(),
            "year": _may(values.number(1900, 2100, whole=True)),
            "reference": _may(),
            "url": _may(values.web_address),
            "text": _must(),
        },
    ),
    "statistics": Table(
        "statistic",
        {
            "id": ID,
            "name": _must(),
            "value": _must(),
            "unit": _may(),
            "scope": _may(),
            "measure": _may(values.identifier),
            "text": _must(),
        },
    ),
    "topics": Table("topic", {"id": ID, "name": _must(), "text": _must()}),
    "corrections": Table(
        "correction",
        {
            "id": ID,
            "name": _must(),
            "places": _must(values.places),
            "reading": _must(),
            "reason": _must(),
        },
    ),
    "developments": Table(
        None,
        {
            "subject": _must(values.one_thing),
            "text": _must(),
            "name": _may(),
            "size": _may(),
            "leads_basis": _may(one_of(*LEADS_BASES)),
            "url": _may(values.web_address),
            "page": _may(values.web_address),
            "contact": _may(),
            "note": _may(),
        },
    ),
    "aliases": Table(
        None,
        {
            "kind": _must(one_of(*values.KINDS)),
            "target": _must(),
            "text": _must(),
            "language": _must(values.language),
            "form": _must(one_of(*FORMS)),
            "shared": _may(yes_no, default=False),
        },
        evidence=False,
    ),
    "phrasings": Table(
        None,
        {
            "kind": _must(one_of(*values.KINDS)),
            "target": _must(),
            "text": _must(),
            "language": _may(values.language, default="en"),
            "reply": _may(one_of("yes", "no")),
        },
        evidence=False,
    ),
}
"""The tables that have files of their own, in the order in which they are read."""

MENTIONS = Table(
    None,
    {
        "theme": _must(refers_to="theme"),
        "event": _may(refers_to="event"),
        "as_printed": _may(),
        "regions": _may(),
        "text": _may(),
        "issues": _may(values.texts, default=[]),
        "actions": _may(values.texts, default=[]),
    },
    evidence=False,
)
"""An item of a theme's ``mentions``."""
