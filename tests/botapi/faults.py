"""Faults on demand: what Telegram, or the way to it, does to a call."""

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import Any, Literal

from tests.botapi.records import Refusal
from tests.botapi.state import Chat

Way = Literal["refuse", "lose", "drop", "sever", "slow"]


@dataclass(frozen=True)
class Fault:
    """What happens to a call.

    ``refuse`` answers with an error and does nothing; ``lose`` does it and never answers;
    ``sever`` does it and closes the connection; ``drop`` closes the connection and does nothing;
    ``slow`` does it and answers late.
    """

    way: Way
    code: int = 0
    description: str = ""
    parameters: tuple[tuple[str, int], ...] = ()
    seconds: float = 0.0

    def refusal(self) -> Refusal:
        return Refusal(self.code, self.description, **dict(self.parameters))


def refusal(code: int, description: str, **parameters: int) -> Fault:
    """Any error of the API."""
    return Fault("refuse", code, description, tuple(parameters.items()))


def too_many(retry_after: int) -> Fault:
    """429; calls to the same chat before its time has passed are violations, and get 429 too."""
    description = f"Too Many Requests: retry after {retry_after}"
    return refusal(429, description, retry_after=retry_after)


def server_error(code: int = 500) -> Fault:
    words = {500: "Internal Server Error", 502: "Bad Gateway", 504: "Gateway Timeout"}
    return refusal(code, words[code])


def blocked() -> Fault:
    return refusal(403, "Forbidden: bot was blocked by the user")


def migrated(to: Chat | int) -> Fault:
    """The group has become a supergroup; the answer names it."""
    return refusal(
        400,
        "Bad Request: group chat was upgraded to a supergroup chat",
        migrate_to_chat_id=to if isinstance(to, int) else to.id,
    )


def unparseable(why: str = 'Unsupported start tag "x" at byte offset 0') -> Fault:
    return refusal(400, f"Bad Request: can't parse entities: {why}")


def lost() -> Fault:
    """Accepted, and never answered: the client runs into its time-out."""
    return Fault("lose")


def severed() -> Fault:
    """Accepted, and the connection closed instead of an answer."""
    return Fault("sever")


def dropped() -> Fault:
    """The connection is closed before the call is read."""
    return Fault("drop")


def slow(seconds: float) -> Fault:
    """Accepted at once, answered late."""
    return Fault("slow", seconds=seconds)


@dataclass
class _Rule:
    fault: Fault
    methods: frozenset[str] | None
    chat: int | None
    left: int | None  # how often it still strikes; None: always

    def strikes(self, method: str, chat: int | None) -> bool:
        if self.left == 0 or (self.methods is not None and method not in self.methods):
            return False
        return self.chat is None or self.chat == chat


class Faults:
    """Which call meets which fault: rules first, in their order, then chance."""

    def __init__(self) -> None:
        self.rules: list[_Rule] = []
        self.chance: tuple[Random, float, tuple[Fault, ...], frozenset[str] | None] | None = None

    def add(
        self,
        fault: Fault,
        *methods: str,
        chat: Any = None,
        times: int | None = 1,
    ) -> None:
        """Lets a fault strike.

        Args:
            methods: only calls of these; none means every method but getUpdates and getMe.
            chat: only calls to this chat (or its id).
            times: how often; None means until cleared.
        """
        wanted = frozenset(methods) if methods else None
        self.rules.append(_Rule(fault, wanted, getattr(chat, "id", chat), times))

    def randomly(self, share: float, faults: Iterable[Fault], *methods: str, seed: int = 0) -> None:
        """Lets one of the faults strike a share (0 to 1) of the calls, the same ones per seed."""
        wanted = frozenset(methods) if methods else None
        self.chance = (Random(seed), share, tuple(faults), wanted)  # noqa: S311 - not a secret

    def clear(self) -> None:
        self.rules.clear()
        self.chance = None

    def strike(self, method: str, chat: int | None) -> Fault | None:
        """The fault that this call meets."""
        idle = method in ("getUpdates", "getMe")
        for rule in self.rules:
            if idle and rule.methods is None:
                continue
            if rule.strikes(method, chat):
                if rule.left is not None:
                    rule.left -= 1
                return rule.fault
        if self.chance is not None:
            random, share, faults, methods = self.chance
            wanted = method in methods if methods is not None else not idle
            if wanted and random.random() < share:
                return random.choice(faults)
        return None
