"""The record of calls, and what Telegram's rate limits say to it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

SENDS = frozenset({"sendMessage", "sendPhoto", "sendDocument"})


class Refusal(Exception):
    """A call is answered with an error."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


@dataclass(slots=True)
class Call:
    """One call of the bot, as it was read and answered.

    Its outcome is ``pending``, ``ok``, ``lost`` (done, the answer withheld), ``dropped`` (neither
    done nor answered), ``gone`` (the bot went away while it waited) or an error.
    """

    method: str
    params: dict[str, Any]
    at: float  # seconds of a monotonic clock
    wall: float  # seconds since 1970
    chat: int | None = None
    outcome: str = "pending"  # or an error, such as "400: Bad Request: …"
    result: Any = None
    injected: bool = False  # a fault had its hand in the outcome
    answered: float | None = None  # when its answer was written

    @property
    def ok(self) -> bool:
        """It took effect."""
        return self.outcome in ("ok", "lost")

    @property
    def refused(self) -> bool:
        """It got an error."""
        return self.outcome[0].isdigit()


@dataclass(frozen=True, slots=True)
class Window:
    """A limit: at most so many calls in any span of so many seconds."""

    calls: int
    seconds: float
    what: str

    def broken(self, times: list[float], slack: float) -> list[str]:
        """A sentence for each span that holds a call too many.

        Args:
            times: of the calls, rising.
            slack: seconds by which a span may be short, for what the network shifts.
        """
        found = []
        for first, last in zip(times, times[self.calls :], strict=False):
            if last - first < self.seconds - slack:
                found.append(
                    f"{self.calls + 1} sends within {last - first:.3f} s {self.what}, "
                    f"at most {self.calls} in {self.seconds:g} s"
                )
        return found


OVERALL = Window(30, 1.0, "overall")


def window_violations(
    calls: Iterable[Call], methods: Iterable[str] = SENDS, slack: float = 0.0
) -> list[str]:
    """Where sends went over 30/s overall, 1/s to a person or 20/min to a group.

    Every call that reached the server counts, also one that was refused.
    """
    wanted = frozenset(methods)
    times = []
    by_chat: dict[int, list[float]] = defaultdict(list)
    for call in calls:
        if call.method in wanted and call.outcome != "dropped":
            times.append(call.at)
            if call.chat is not None:
                by_chat[call.chat].append(call.at)
    found = OVERALL.broken(sorted(times), slack)
    for chat, moments in by_chat.items():
        window = (
            Window(1, 1.0, f"to the person {chat}")
            if chat > 0
            else Window(20, 60.0, f"to the group {chat}")
        )
        found += window.broken(sorted(moments), slack)
    return found


class Broken(Refusal):
    """A call is refused because it breaks a documented rule, which makes it a violation too."""

    def __init__(self, description: str, sentence: str) -> None:
        super().__init__(400, f"Bad Request: {description}")
        self.sentence = sentence
