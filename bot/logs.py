"""Logging of the running bot: to standard error, without secrets, without anything about people.

Our own messages hold no names, texts or numbers of chats; whatever looks like such a number is left
out all the same. Of other libraries only warnings are logged, and of these only the fixed words:
their values can be whole updates. Exceptions show where they arose and their kind, not their
message, which may quote what a person wrote.
"""

import logging
import re
import sys
import traceback
from collections.abc import Iterable, MutableMapping
from typing import Any, Literal

import structlog

from bot.secrets import without_secrets

OWN = ("bot", "handlers", "knowledge", "db")
_WORDS = "py.warnings"
"""The logger of Python's warnings, whose only value is their text."""

_NUMBER = re.compile(r"(?<![\w.:-])-?\d{6,}(?![\w.:-])")
_Event = MutableMapping[str, Any]


class Discreet(structlog.stdlib.ProcessorFormatter):
    """Formats a line, and leaves out the given secrets."""

    def __init__(self, form: Literal["text", "json"], secrets: Iterable[str]) -> None:
        render = structlog.processors.JSONRenderer(ensure_ascii=False) if form == "json" else _line
        super().__init__(
            processors=[
                structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
                _described,
                render,
            ],
            keep_exc_info=True,
        )
        self._secrets = tuple(secrets)

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record), self._secrets)

    def formatException(self, _: Any) -> str:  # noqa: N802 - the base class says so
        """Nothing: what may be said of an exception is in the line."""
        return ""


def set_up_logs(level: str, form: Literal["text", "json"], secrets: Iterable[str]) -> None:
    """Sends the log of this process to standard error.

    Args:
        level: the least of our own messages; of others there are warnings at most.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Discreet(form, secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level]))
    for name in OWN:
        logging.getLogger(name).setLevel(level)
    logging.captureWarnings(capture=True)


def _described(_logger: Any, _method: str, event: _Event) -> _Event:
    """The fields of a line, from what Python's logging gives."""
    record: logging.LogRecord = event["_record"]
    said = str(event["event"])
    if record.name.partition(".")[0] not in OWN and record.name != _WORDS:
        said = str(record.msg).partition("\n")[0]
    fields: _Event = {
        "time": event["time"],
        "level": record.levelname,
        "logger": record.name,
        "event": _NUMBER.sub("(number)", said),
    }
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        fields["error"], fields["frames"] = type(error).__name__, _frames(error)
    return fields


def _line(_logger: Any, _method: str, event: _Event) -> str:
    line = f"{event['time']} {event['level']} {event['logger']}: {event['event']}"
    if "error" in event:
        line += f" ({event['error']})\n{event['frames']}"
    return line


def _frames(error: BaseException) -> str:
    """The way to an error, without messages."""
    return "".join(traceback.format_tb(error.__traceback__)).rstrip()
