"""The bot under a clock of the day that is set while it runs: ``python -m tests.soak.stepped run``.

The file that STEPPED_BY names holds the seconds by which the clock is ahead.
"""

import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

_FILE = Path(os.environ.get("STEPPED_BY", os.devnull))
_time = time.time


def stepped() -> float:
    """Seconds since 1970, as the clock has them that was set."""
    return _time() + float(_FILE.read_text(encoding="ascii") or 0)


def main() -> int:
    """Sets the clock before any part of the bot looks at it, and runs it."""
    time.time = stepped
    from bot import cli, clock

    def now(_: clock.Clock) -> datetime:
        return datetime.fromtimestamp(stepped(), UTC)

    setattr(clock.Clock, "__call__", now)  # noqa: B010 - a class's own method is not assigned to
    return cli.run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
