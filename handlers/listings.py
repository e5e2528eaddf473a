"""Lists straight from the snapshot: partnerships, regions, abbreviations, what is on, sources."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from handlers.buttons import Button, Press, button, pager, pairs
from handlers.deeplinks import reference_of
from handlers.times import when
from handlers.turn import Turn
from knowledge.event_times import on_now
from knowledge.facts import Event, Fact
from knowledge.occasions import occasion
from knowledge.references import Reference
from knowledge.rendering import as_of
from knowledge.text import fold
from knowledge.wording import day_of

ON_A_PAGE = 10
"""Rows of a list on one page; as many buttons fit below it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list: its values, its fact, and the button that tells more."""

    values: dict[str, Any]
    fact: Fact
    label: str = ""
    reference: str = ""


def _regions(turn: Turn) -> list[Row]:
    snapshot = turn.assistant.snapshot
    rows = [
        Row(
            {
                "name": snapshot.regions[id].name,
                "country": snapshot.countries[snapshot.regions[id].country].name,
                "partnerships": len({row.partnership for row in memberships}),
            },
            memberships[0],
            snapshot.regions[id].name,
            reference_of("region", id).encode(),
        )
        for id, memberships in snapshot.by_region.items()
    ]
    return sorted(rows, key=lambda row: fold(row.label))


def _abbreviations(turn: Turn) -> list[Row]:
    terms = turn.assistant.snapshot.things["term"].values()
    rows = [Row({"abbreviation": term.abbreviation, "name": term.name}, term) for term in terms]
    return sorted(rows, key=lambda row: fold(row.values["abbreviation"]))


_LISTS: dict[str, Callable[[Turn], list[Row]]] = {"regions": _regions, "glossary": _abbreviations}


async def regions(turn: Turn, _argument: str) -> None:
    await _show(turn, "regions", 0)


async def glossary(turn: Turn, _argument: str) -> None:
    await _show(turn, "glossary", 0)


async def turn_page(turn: Turn, press: Press) -> str:
    """Shows another page of a list in the same message; returns the notice for the press."""
    if press.value not in _LISTS:
        return turn.texts.notice("outdated")
    await _show(turn, press.value, press.number)
    return ""


async def _show(turn: Turn, name: str, number: int) -> None:
    rows = _LISTS[name](turn)
    last = max(0, (len(rows) - 1) // ON_A_PAGE)
    number = min(number, last)  # the list may have become shorter since
    first = number * ON_A_PAGE
    shown = rows[first : first + ON_A_PAGE]
    keyboard = _buttons(shown)
    if last:
        labels = turn.page_labels(number, last + 1)
        keyboard.append(pager(labels, number, last + 1, Press("list", name)))
    await turn.say_text(
        name,
        keyboard,
        rows=[row.values for row in shown],
        total=len(rows),
        first=first + 1,
        last=first + len(shown),
        source=source_line(turn, [row.fact for row in shown]),
    )


def choice_of(turn: Turn, kind: str) -> list[tuple[Button, ...]]:
    """Buttons to choose a partnership, or to the list of all regions."""
    if kind == "region":
        return [button(turn.texts.label("all_regions"), Press("list", "regions"))]
    return _buttons(_partnerships(turn))


def _partnerships(turn: Turn) -> list[Row]:
    snapshot = turn.assistant.snapshot
    rows = [
        Row(
            {
                "name": one.short_name,
                "vanguard_pilot": one.vanguard_pilot,
                "regions": len({row.region for row in snapshot.by_partnership.get(id, ())}),
            },
            one,
            one.short_name,
            reference_of("partnership", id).encode(),
        )
        for id, one in snapshot.founding_partnerships.items()
    ]
    return sorted(rows, key=lambda row: fold(row.label))


async def partnerships(turn: Turn, _argument: str) -> None:
    snapshot = turn.assistant.snapshot
    rows = _partnerships(turn)
    source = source_line(turn, [row.fact for row in rows])
    values = [row.values for row in rows]
    newer = len(snapshot.newer_partnerships)
    keyboard = _buttons(rows)
    if newer:
        label = turn.texts.label("newer_partnerships")
        keyboard.append(button(label, Press("choice", Reference("partnerships_newer").encode())))
    await turn.say_text("partnerships", keyboard, rows=values, newer=newer, source=source)


async def now(turn: Turn, _argument: str) -> None:
    """What is on today or tomorrow, of the events whose day is known; else what comes next."""
    today = turn.now.date()
    found = on_now(turn.assistant.snapshot.events, turn.now)
    if found:
        await turn.say_text(
            "now",
            _buttons([_event_row(turn, event) for event in found]),
            rows=[_event_row(turn, event).values for event in found],
            source=source_line(turn, found),
        )
        return
    following = turn.choose("events_next|kind=event")
    nothing = turn.texts.say("now", rows=[], today=day_of(today.isoformat()))
    await turn.say(f"{nothing}\n\n{following.html}", turn.choices(following))
    turn.keep_focus(following.focus)


async def about(turn: Turn, _argument: str) -> None:
    packs = [
        {
            "title": pack.title,
            "citation": pack.citation,
            "publisher": pack.publisher,
            "licence": pack.licence,
            "url": pack.url,
            "day": day_of(pack.as_of),
        }
        for pack in turn.assistant.snapshot.packs.values()
    ]
    await turn.say_text("about", packs=packs, operator=turn.services.profile.operator)


def source_line(turn: Turn, facts: Iterable[Fact]) -> Markup:
    """Where a list comes from, for the end of its text."""
    sources = turn.assistant.rendering.sources(facts)
    if not sources:
        return Markup()
    labels = list(dict.fromkeys(source.label for source in sources))
    said = turn.texts.say("source_line", labels=labels, as_of=as_of(sources[0]))
    return Markup(said)  # noqa: S704 - it has been escaped as it was made


def _event_row(turn: Turn, event: Event) -> Row:
    values = {
        "title": event.title,
        "day": when(occasion(event), turn.zone, now=turn.now),
        "place": event.place,
    }
    return Row(values, event, event.title, reference_of("event", event.id).encode())


def _buttons(rows: list[Row]) -> list[tuple[Button, ...]]:
    """A button for each row, two side by side; none for rows without a reference."""
    made: list[Button] = []
    for row in rows:
        if row.reference:
            made += button(row.label, Press("choice", row.reference))
    return pairs(made)
