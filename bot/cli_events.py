"""The command ``events``: lists, adds and changes events, and says who is told of it."""

import argparse
import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.application import prepare
from bot.cli import DONE, CommandError, UsageError, progress_note
from bot.cli_calendar import export_calendar, import_calendar
from bot.events_said import said, told, when
from bot.settings import Settings, read_settings
from db.batches import Batches
from db.calendar import ChangedMeanwhile
from db.engine import create_engine
from handlers.event_changes import Change, Known, NoSuchEvent, NothingChanged
from handlers.organising import Organising
from handlers.planning import Consequences, Planner
from knowledge.entries import CATEGORIES, Entry, WrongEntry, clean, with_place
from knowledge.entry_changes import at_another_time, cancelled, confirmed, postponed
from knowledge.reading import read_snapshot
from knowledge.snapshot import Snapshot
from knowledge.typed_dates import NotRead, read_days, read_hours
from knowledge.zones import zone_of

Task = Callable[[argparse.Namespace, Organising, Snapshot, Settings], Awaitable[int]]

_WRONG_TIMES = {
    "no_date": "is no date - write 17 March 2027, 2027-03-17, March 2027, or tbc",
    "no_year": "names no year - write 17 March 2027",
    "no_such_day": "is not in the calendar - correct it",
    "wrong_weekday": "is another weekday - correct the day or leave it out",
    "ends_before": "ends before it begins - correct one of the days",
    "too_long": "is more than a year - correct one of the days",
    "far_year": "is outside 1990 to 2099 - correct the year",
    "no_time": "is no time - write 9:30, 9:30-12:30, whole day, or tbc",
    "no_such_time": "is not on the clock - correct it",
}


def events(given: argparse.Namespace) -> int:
    """Does what the sub-command says."""
    tasks: dict[str, Task] = {
        "list": _list,
        "add": _add,
        "change": _change,
        "confirm": _change,
        "postpone": _change,
        "cancel": _change,
        "notify": _notify,
        "log": _log,
        "import": import_calendar,
        "export": export_calendar,
    }
    try:
        return with_organising(given, tasks[given.what])
    except NoSuchEvent as error:
        raise UsageError(
            f"There is no event {str(error)!r} - `events list` shows their ids."
        ) from error
    except WrongEntry as error:
        raise UsageError(str(error)) from error
    except NothingChanged as error:
        raise CommandError(f"{error} is so already - nothing was changed.") from error
    except ChangedMeanwhile as error:
        raise CommandError(f"{error} was changed by somebody else just now - try again.") from error


def with_organising(given: argparse.Namespace, task: Task) -> int:
    """Runs a task over a database made ready at need."""
    settings = read_settings()

    async def work() -> int:
        engine = create_engine(settings.database)
        batches = Batches(engine)
        try:
            await prepare(engine, settings, progress_note)
            snapshot = await read_snapshot(engine, settings.knowledge_packs)
            planner = Planner(lambda: snapshot, settings.default_timezone)
            organising = Organising(batches, planner, lambda: snapshot, lambda: datetime.now(UTC))
            return await task(given, organising, snapshot, settings)
        finally:
            await batches.close()
            await engine.dispose()

    return asyncio.run(work())


async def _list(
    given: argparse.Namespace, organising: Organising, _snapshot: Snapshot, _settings: Settings
) -> int:
    found = [one for one in await organising.events() if _is_wanted(one, given)]
    if given.json:
        print(json.dumps([_as_json(one) for one in found], ensure_ascii=False))
        return DONE
    for one in found:
        marks = [one.entry.status or "", "notices held" if one.is_held else ""]
        says = ", ".join(filter(None, (one.entry.title, one.entry.place, *marks)))
        print(f"{when(one.entry):22}  {one.id}\n{'':24}{says}")
    if not found:
        print("No event is recorded for that.")
    return DONE


def _is_wanted(one: Known, given: argparse.Namespace) -> bool:
    start = one.entry.start or "9999"
    series = given.series is None or f"-{one.entry.series or ''}".endswith(f"-{given.series}")
    after = given.after is None or start >= given.after
    before = given.before is None or start[: len(given.before)] <= given.before
    return series and after and before and (not given.own or one.live is not None)


def _as_json(one: Known) -> dict[str, Any]:
    return {"id": one.id, "revision": one.revision, "held": one.is_held, **one.entry.to_json()}


async def _add(
    given: argparse.Namespace, organising: Organising, snapshot: Snapshot, settings: Settings
) -> int:
    entry = Entry(**CATEGORIES[given.category or "committee"])
    return await _do(
        given, organising, await organising.add(_typed(entry, given, snapshot, settings))
    )


async def _change(
    given: argparse.Namespace, organising: Organising, snapshot: Snapshot, settings: Settings
) -> int:
    known = await organising.known(given.id)
    match given.what:
        case "confirm":
            entry = confirmed(known.entry)
        case "postpone":
            entry = postponed(known.entry, _reason(given))
        case "cancel":
            entry = cancelled(known.entry, _reason(given))
        case _:
            kind = CATEGORIES[given.category] if given.category else {}
            entry = _typed(replace(known.entry, **kind), given, snapshot, settings)
    return await _do(given, organising, organising.change(known, entry))


def _reason(given: argparse.Namespace) -> str | None:
    return clean(given.reason, "reason") if given.reason else None


def _typed(
    entry: Entry, given: argparse.Namespace, snapshot: Snapshot, settings: Settings
) -> Entry:
    """The entry with what the options say."""
    texts: dict[str, Any] = {
        name: clean(typed, name)
        for name in ("title", "link", "host", "text")
        if (typed := getattr(given, name)) is not None
    }
    entry = replace(entry, **texts)
    if given.place is not None:
        entry = with_place(entry, clean(given.place, "place"), snapshot)
    if given.partnership:
        entry = replace(entry, partnerships=tuple(given.partnership))
    if given.number is not None:
        entry = replace(entry, number=given.number)
    if given.zone is not None:
        entry = replace(entry, zone=given.zone)
    return _timed(entry, given, settings)


def _timed(entry: Entry, given: argparse.Namespace, settings: Settings) -> Entry:
    if given.when is not None:
        days = _read(read_days, given.when)
        entry = at_another_time(entry, start=days.start, end=days.end, precision=days.precision)
    if given.at is not None:
        hours = _read(read_hours, given.at)
        entry = at_another_time(
            entry, start_time=hours.start, end_time=hours.end, hours_open=hours.open
        )
    if entry.start_time and entry.zone is None:
        zone = zone_of(None, entry.country).key if entry.country else settings.default_timezone
        entry = replace(entry, zone=zone)
    return entry


def _read(reader: Callable[[str], Any], typed: str) -> Any:
    try:
        return reader(typed)
    except NotRead as error:
        raise UsageError(f"{typed!r} {_WRONG_TIMES[error.reason]}.") from error


async def _do(given: argparse.Namespace, organising: Organising, change: Change) -> int:
    if given.dry_run:
        _report(given, change, await organising.preview(change), "would be")
        return DONE
    found = await organising.apply(change, notify=not given.hold)
    _report(given, change, found, "is")
    return DONE


async def _notify(
    given: argparse.Namespace, organising: Organising, _snapshot: Snapshot, _settings: Settings
) -> int:
    known = await organising.known(given.id)
    if not known.is_held:
        raise CommandError(f"No notice about {known.id} is held back - there is nothing to send.")
    found = await organising.release(known)
    print(f"{known.id}: {told(found)}.")
    return DONE


async def _log(
    given: argparse.Namespace, organising: Organising, _snapshot: Snapshot, _settings: Settings
) -> int:
    for entry in await organising.log(given.id, given.most):
        at = datetime.fromtimestamp(entry.at, UTC).isoformat(timespec="minutes")
        before, after = entry.before or {}, entry.after or {}
        changed = [
            f"{name}: {before.get(name, '-')} -> {after.get(name, '-')}"
            for name in dict.fromkeys((*before, *after))
            if entry.before is not None and before.get(name) != after.get(name)
        ]
        print("  ".join((at, entry.who, entry.action, entry.subject, "; ".join(changed))).rstrip())
    return DONE


def _report(given: argparse.Namespace, change: Change, found: Consequences, verb: str) -> None:
    if given.json:
        row = {
            "id": change.id,
            "action": change.action,
            "revision": change.revision,
            "told": sorted(found.chats),
            "reminders": len(found.reminders),
            "written": not given.dry_run,
        }
        print(json.dumps(row))
        return
    entry = change.entry
    place = f", {entry.place}" if entry.place else ""
    print(f"{change.id} {verb} {change.action}: {entry.title}, {when(entry)}{place}")
    if change.old is not None:
        for one in change.differences:
            print(f"  {one.field}: {said(change.old, one.field)} -> {said(entry, one.field)}")
    print(f"  {'notices are held back' if given.hold else told(found)}.")
