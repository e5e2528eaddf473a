"""An event as it stands, and a change of it that is tried out before it is written."""

from dataclasses import dataclass

from db.calendar import LiveRow
from knowledge.entries import Entry
from knowledge.entry_changes import Difference, action_of, differences, is_told
from knowledge.occasions import Occasion


class NoSuchEvent(Exception):
    """There is no event of that id."""


class NothingChanged(Exception):
    """The event is already as it was to be."""


@dataclass(frozen=True, slots=True)
class Known:
    """An event as it stands.

    ``live`` is its row when organisers entered or changed it; without one it is a pack's.
    """

    id: str
    entry: Entry
    live: LiveRow | None = None

    @property
    def revision(self) -> int:
        return self.live.revision if self.live is not None else 0

    @property
    def told(self) -> Entry | None:
        """What people know of it; None when they were told nothing yet."""
        if self.live is None or self.live.told is None:
            return self.entry
        return Entry.from_json(self.live.told) if self.live.told else None

    @property
    def is_held(self) -> bool:
        """Whether notices about it were held back."""
        return self.live is not None and self.live.told is not None

    @property
    def released(self) -> tuple[Occasion | None, Occasion]:
        """The event as people know it, and as they are to be told of it from now on."""
        old = occasion_of(self.id, self.told, self.revision) if self.told else None
        return old, occasion_of(self.id, self.entry, self.revision + 1)


@dataclass(frozen=True, slots=True)
class Change:
    """An event that is to be another, or a new one; see ``Organising.change`` and ``add``."""

    id: str
    before: Known | None
    entry: Entry

    @property
    def revision(self) -> int:
        return self.before.revision + 1 if self.before is not None else 0

    @property
    def old(self) -> Entry | None:
        return self.before.entry if self.before is not None else None

    @property
    def told(self) -> Entry | None:
        return self.before.told if self.before is not None else None

    @property
    def action(self) -> str:
        return action_of(self.old, self.entry)

    @property
    def differences(self) -> tuple[Difference, ...]:
        return differences(self.old, self.entry)

    @property
    def is_told(self) -> bool:
        """Whether people would be told of it."""
        return is_told(self.told, self.entry)

    @property
    def occasions(self) -> tuple[Occasion | None, Occasion]:
        """The event as people know it, and as it is to be."""
        old = occasion_of(self.id, self.told, self.revision - 1) if self.told else None
        return old, occasion_of(self.id, self.entry, self.revision)


def occasion_of(id: str, entry: Entry, revision: int) -> Occasion:
    """What reminders and notices need of an event."""
    return Occasion.organised(id, entry.to_json(), revision)
