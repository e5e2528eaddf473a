"""What a calendar file would change: planned against the events as they are, then written at once.

Needs no Telegram: the command line imports with it as well.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from handlers.event_changes import Change, Known
from handlers.organising import Organising
from knowledge import ics_plan
from knowledge.entries import WrongEntry, check, new_id
from knowledge.ics_lines import BadCalendar
from knowledge.ics_plan import Step
from knowledge.ics_reader import Imported
from knowledge.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Import:
    """A step for each event of a file in its order, with the change that it makes, if any."""

    steps: tuple[tuple[Step, Change | None], ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        """Those that are to be written; none when all is known already."""
        return tuple(change for _, change in self.steps if change is not None)

    @property
    def is_told(self) -> bool:
        """Whether people would be told of any of them."""
        return any(change.is_told for change in self.changes)

    def count(self, *does: str) -> int:
        """The number of steps of a sort."""
        return sum(step.does in does for step, _ in self.steps)


async def plan_import(
    organising: Organising, imported: Iterable[Imported], snapshot: Snapshot
) -> Import:
    """What importing events would do; writes nothing.

    Raises:
        BadCalendar: an event cannot be taken over as it is.
    """
    known = {one.id: one for one in await organising.events()}
    plain = {id: ics_plan.Known(one.entry, one.revision) for id, one in known.items()}
    steps = ics_plan.plan(imported, plain, snapshot)
    taken: dict[str, Known | None] = {**known}
    found = []
    for step in steps:
        change = _change(step, known, taken, snapshot)
        if change is not None:
            taken.setdefault(change.id, None)
        found.append((step, change))
    return Import(tuple(found))


def _change(
    step: Step, known: dict[str, Known], taken: dict[str, Known | None], snapshot: Snapshot
) -> Change | None:
    if step.new is None:
        return None
    try:
        check(step.new, snapshot)
        id = step.id or new_id(step.new, taken)
    except WrongEntry as wrong:
        line = step.imported.line
        raise BadCalendar(line, "VEVENT", f"{wrong.field} {wrong.wrong}", wrong.mend) from wrong
    return Change(id, known.get(id), step.new)
