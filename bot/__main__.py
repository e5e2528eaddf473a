"""Starts the command line: ``python -m bot``."""

import gc
import sys


def main() -> int:
    """The command line with this process's arguments; returns its exit code."""
    # All that a start makes stays; collecting garbage in between costs a fifth of the time until
    # the first answer. `bot.application.building` switches it on again.
    gc.disable()
    # Imported here so that Ctrl-C during the slow imports ends in one line, too.
    try:
        from bot.cli import run

        return run(sys.argv[1:])
    except KeyboardInterrupt:
        sys.stderr.write("\nStopped.\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
