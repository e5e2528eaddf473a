"""Logging of the running bot: to standard error, without the token, without what people wrote."""

import logging
import re
from collections.abc import Iterable

FORM = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_TOKEN = re.compile(r"\d{3,}:[A-Za-z0-9_-]{20,}")
_QUIET = ("httpx", "httpcore", "apscheduler", "asyncio", "tornado.access")
"""Loggers of others that say too much: at INFO, httpx writes addresses with the token in them."""


class Discreet(logging.Formatter):
    """Leaves out tokens; of the framework's messages also the values, which can be updates."""

    def format(self, record: logging.LogRecord) -> str:
        if record.name.startswith("telegram.") and _has_content(record.args):
            record = logging.makeLogRecord(
                {**record.__dict__, "args": None, "msg": str(record.msg).replace("%", "%%") % ()}
            )
        return _TOKEN.sub("(token)", super().format(record))


def set_up_logs(level: str) -> None:
    """Sends the log of this process to standard error."""
    handler = logging.StreamHandler()
    handler.setFormatter(Discreet(FORM))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def _has_content(given: object) -> bool:
    """Whether the values of a message hold more than numbers and short words."""
    values = given.values() if isinstance(given, dict) else given
    if not isinstance(values, Iterable):
        return False
    return any(not isinstance(value, int | float) for value in values)
