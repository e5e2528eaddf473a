"""Moments that Telegram shows in the reader's own zone and language."""

from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from knowledge.moments import event_when, exact, moment_said, within_reach
from knowledge.occasions import Occasion


def moment(at: datetime, written: str, *, now: datetime, form: str = "wDT") -> Markup:
    """An exact moment, with ``written`` for clients that do not know of this.

    Args:
        at: an aware moment.
        written: the same for people, with the event's own zone in it.
        now: an aware moment, because Telegram's range moves along.
        form: what Telegram shows of it: ``wDT`` for all, ``r`` for how long it is until then.

    Raises:
        ValueError: ``at`` or ``now`` has no zone.
    """
    return Markup(within_reach(exact(at, written, form), now))  # noqa: S704 - made by escaping


def told(at: datetime, *, now: datetime) -> Markup:
    """A moment with weekday, hour and the zone that ``at`` is in.

    Raises:
        ValueError: one of the two has no zone.
    """
    return moment(at, moment_said(at), now=now)


def when(event: Occasion, zone: ZoneInfo, *, now: datetime) -> Markup:
    """When an event is: its own wall time and zone, and the hour in another zone where it differs.

    Args:
        zone: that of the chat.
    """
    return Markup(within_reach(event_when(event, zone), now))  # noqa: S704 - made by escaping
