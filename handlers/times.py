"""Moments that Telegram shows in the reader's own zone and language."""

from datetime import datetime, timedelta

from markupsafe import Markup

FURTHEST = timedelta(days=1098)
"""So far ahead Telegram takes a date; what is later is shown as it is written."""


def moment(at: datetime, written: str, *, now: datetime) -> Markup:
    """An exact moment, with ``written`` for clients that do not know of this.

    Args:
        at: an aware moment.
        written: the same for people, with the event's own zone in it.
        now: an aware moment, because Telegram's range moves along.

    Raises:
        ValueError: ``at`` or ``now`` has no zone.
    """
    if at.tzinfo is None or now.tzinfo is None:
        raise ValueError("moments must be aware")
    unix = int(at.timestamp())
    if not 0 <= unix <= (now + FURTHEST).timestamp():
        return Markup.escape(written)
    return Markup('<tg-time unix="{}" format="wDT">{}</tg-time>').format(unix, written)
