"""An event loop that sees what has arrived before it finds that a time is up.

A process that was stopped for a while (by a signal, or with its machine) wakes in the midst of
waiting for its sockets. Python then returns at once, empty-handed, when the time to wait has passed
meanwhile. Answers that had long arrived would be given up as too late, and their calls made again.
"""

import asyncio
import selectors


class Waking(selectors.DefaultSelector):
    """A selector that looks once more before it says that nothing has arrived."""

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """The sockets that are ready; see the base class."""
        ready = super().select(timeout)
        return ready or (super().select(0) if timeout is None or timeout > 0 else ready)


def waking_loop() -> asyncio.AbstractEventLoop:
    """A new event loop; where its own kind does not wait with a selector, the usual one."""
    usual = asyncio.new_event_loop()
    if not isinstance(usual, asyncio.SelectorEventLoop):
        return usual
    usual.close()
    return asyncio.SelectorEventLoop(Waking())
