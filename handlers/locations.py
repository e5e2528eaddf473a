"""What is taken from a shared location: the time zone there, at once and nothing else."""

from telegram import Message

from knowledge.places import zone_at

LOCATION = "location"
"""The command that a shared location comes down to; the zone follows it, if there is one."""


def zone_of(message: Message) -> str | None:
    """The zone of the location in a message; empty where none is known, None without a location.

    A location that is shared live is changed again and again: only its beginning counts.
    """
    if message.location is None or message.edit_date is not None:
        return None
    return zone_at(message.location.latitude, message.location.longitude) or ""
