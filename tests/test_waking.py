"""A process that was stopped for a while finds what has arrived meanwhile."""

import os
import selectors
import signal
import time
from types import FrameType

import pytest

from bot.waking import Waking

SHORT = 0.05


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no such timer")
def test_what_arrives_while_the_process_stands_still_is_seen_first() -> None:
    reading, writing = os.pipe()
    begun = time.monotonic()

    def stand_still(_: int, __: FrameType | None) -> None:
        os.write(writing, b"answer")
        while time.monotonic() < begun + 2 * SHORT:
            continue

    former = signal.signal(signal.SIGALRM, stand_still)
    with Waking() as selector:
        selector.register(reading, selectors.EVENT_READ)
        signal.setitimer(signal.ITIMER_REAL, SHORT / 2)
        ready = selector.select(SHORT)
    signal.signal(signal.SIGALRM, former)
    os.close(reading)
    os.close(writing)
    assert [key.fd for key, _ in ready] == [reading]
