"""How the command line tells of events: when they are, what is another, who hears of it."""

from handlers.planning import Consequences
from knowledge.entries import Entry


def when(entry: Entry) -> str:
    """The time of an event, in ISO dates."""
    if entry.start is None:
        return "date to be confirmed"
    days = f"{entry.start} to {entry.end}" if entry.end else entry.start
    hours = "-".join(filter(None, (entry.start_time, entry.end_time)))
    return " ".join(filter(None, (days, hours, entry.zone if hours else "")))


def said(entry: Entry, field: str) -> str:
    """One of the fields that differences are told by."""
    if field == "when":
        return when(entry)
    if field == "series":
        return " ".join(filter(None, (entry.series or entry.kind, *entry.partnerships)))
    return getattr(entry, field) or "-"


def told(found: Consequences) -> str:
    """How many are told of changes, and reminded."""
    chats, reminders = len(found.chats), len(found.reminders)
    who = counted(chats, "chat") + " told" if chats else "nobody to be told"
    return f"{who}, {counted(reminders, 'reminder')} planned"


def counted(number: int, noun: str) -> str:
    """A number with its noun: "1 chat", "2 chats"."""
    return f"{number} {noun}{'s' * (number != 1)}"
