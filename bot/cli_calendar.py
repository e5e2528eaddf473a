"""The commands ``events import`` and ``events export``: calendar files in and out."""

import argparse
import json
import sys
from pathlib import Path

from bot.cli import DONE, CommandError, UsageError
from bot.events_said import counted, said, told, when
from bot.settings import Settings
from handlers.event_changes import Change, NoSuchEvent
from handlers.importing import Import, plan_import
from handlers.organising import Organising
from handlers.planning import Consequences
from knowledge.ics_lines import MOST_BYTES, BadCalendar
from knowledge.ics_plan import Step
from knowledge.ics_reader import read_calendar
from knowledge.ics_writer import Written, write_event, write_events
from knowledge.snapshot import Snapshot

_DONE_WITH = {
    "same": "as it is",
    "older": "older than what is known, left alone",
    "unknown": "cancelled, but not known here",
}
_COUNTED = (("add", "added"), ("change", "changed"), ("cancel", "cancelled"))


async def import_calendar(
    given: argparse.Namespace, organising: Organising, snapshot: Snapshot, _settings: Settings
) -> int:
    """Takes the events of a calendar file over, all or none, and says what that does."""
    try:
        imported = read_calendar(_content(given.file), zone=given.zone)
        plan = await plan_import(organising, imported, snapshot)
    except BadCalendar as error:
        raise CommandError(f"{given.file}: {error}") from error
    if given.dry_run or not plan.changes:
        found = await organising.preview(*plan.changes)
    else:
        found = await organising.apply(*plan.changes, notify=not given.hold)
    _report(given, plan, found)
    return DONE


def _content(name: str) -> bytes:
    try:
        with Path(name).open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(
            f"{name} cannot be read ({error.strerror}) - name a calendar file (.ics)."
        ) from error


def _report(given: argparse.Namespace, plan: Import, found: Consequences) -> None:
    if given.json:
        row = {
            "steps": [_as_json(step, change) for step, change in plan.steps],
            "told": sorted(found.chats),
            "reminders": len(found.reminders),
            "written": bool(plan.changes) and not given.dry_run,
        }
        print(json.dumps(row, ensure_ascii=False))
        return
    for step, change in plan.steps:
        _tell(step, change)
    counts = [f"{plan.count(does)} {word}" for does, word in _COUNTED if plan.count(does)]
    if not counts:
        print("Nothing is to be changed.")
        return
    verb = "To be written" if given.dry_run else "Written"
    notices = "notices are held back" if given.hold else told(found)
    print(f"{verb}: {', '.join(counts)}; {notices}.")


def _as_json(step: Step, change: Change | None) -> dict[str, object]:
    return {
        "does": step.does,
        "id": change.id if change is not None else step.id,
        "uid": step.imported.uid,
        "line": step.imported.line,
        "left_out": list(step.imported.left_out),
    }


def _tell(step: Step, change: Change | None) -> None:
    entry = step.new or step.old or step.imported.entry
    id, title = change.id if change is not None else step.id, entry.title if entry else None
    name = ": ".join(filter(None, (id, title)))
    if step.does in _DONE_WITH:
        print(f"{step.does:8}{name or step.imported.uid}: {_DONE_WITH[step.does]}")
        return
    print(f"{step.does:8}{name}, {when(entry) if entry else ''}")
    if change is not None and change.old is not None:
        for one in change.differences:
            print(f"{'':8}{one.field}: {said(change.old, one.field)} -> {_new(change, one.field)}")
    for name in step.imported.left_out:
        print(f"{'':8}{name} is left out: it is too long or no plain text")


def _new(change: Change, field: str) -> str:
    return said(change.entry, field)


async def export_calendar(
    given: argparse.Namespace, _organising: Organising, snapshot: Snapshot, _settings: Settings
) -> int:
    """Writes events as a calendar file, to a file or to standard output."""
    written = _written(given.ids, snapshot)
    if not written.events:
        raise CommandError(
            "None of these events has a day, and a calendar cannot hold others - set one first."
        )
    if given.out is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(written.content)
    else:
        _write(Path(given.out), written.content)
        print(f"{counted(written.events, 'event')} written to {given.out}.")
    if written.left_out:
        left = counted(len(written.left_out), "event")
        note = f"{left} left out, for no day is known: {'; '.join(written.left_out)}."
        print(note, file=sys.stderr)
    return DONE


def _written(ids: list[str], snapshot: Snapshot) -> Written:
    known = snapshot.things["event"]
    for id in ids:
        if id not in known:
            raise NoSuchEvent(id)
    if len(ids) == 1:
        return write_event(known[ids[0]], snapshot)
    return write_events([known[id] for id in ids] or snapshot.events, snapshot)


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise CommandError(
            f"{path} cannot be written ({error.strerror}) - name a file you may write to."
        ) from error
