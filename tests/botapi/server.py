"""The strict Bot API server: puts its parts together, and shows what they hold."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Self, TypeVar

from tests.botapi.answering import Answering
from tests.botapi.faults import Faults
from tests.botapi.httpd import HttpServer
from tests.botapi.limits import Limits
from tests.botapi.methods import methods
from tests.botapi.records import SENDS, Call, window_violations
from tests.botapi.state import Chat, Message, State, User
from tests.botapi.updates import Update, Updates
from tests.botapi.waiting import Waiting
from tests.botapi.webhook import Webhook
from tests.botapi.world import World

T = TypeVar("T")
Place = Chat | User | int
TOKEN = "123456789:AAtest-token-of-the-test-server_000"  # noqa: S105 - opens nothing
FIRST_UPDATE = 500_000_001


def system_now() -> datetime:
    return datetime.now(UTC)


class BotApiServer:
    """A Bot API server for one bot, on a free port of this machine.

    Args:
        token: the only token it accepts.
        port: 0 takes a free one.
        now: the date that messages get.
        clock: seconds that only rise, by which calls are timed and 429s end.
        delay: seconds by which every answer is late; can be changed at any time.
    """

    def __init__(
        self,
        *,
        token: str = TOKEN,
        username: str = "s3p_test_bot",
        port: int = 0,
        now: Callable[[], datetime] = system_now,
        clock: Callable[[], float] = time.monotonic,
        delay: float = 0.0,
    ) -> None:
        def wall() -> float:
            return now().timestamp()

        self.token = token
        self.waiting = Waiting()
        self.state = State(now, username)
        self.updates = Updates(FIRST_UPDATE, self.waiting.notify)
        self.world = World(self.state, self.updates)
        self.answering = Answering(token, self.updates, clock, wall, self.waiting.notify)
        self.answering.files = self.state.files
        self.answering.delay = delay
        limits = Limits(wall, username, self.answering.note)
        self.webhook = Webhook(self.updates, self.answering.note, self.waiting.notify)
        self.answering.methods = methods(self.state, limits, self.webhook)
        self._http = HttpServer(self.answering.handle, port)

    async def __aenter__(self) -> Self:
        await self._http.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.webhook.close()
        await self._http.stop()

    @property
    def url(self) -> str:
        """What the bot takes as its base address; the token follows it."""
        return f"http://127.0.0.1:{self._http.port}/bot"

    @property
    def file_url(self) -> str:
        """What the bot takes as the base address of files; the token follows it."""
        return f"http://127.0.0.1:{self._http.port}/file/bot"

    @asynccontextmanager
    async def down(self) -> AsyncIterator[None]:
        """Nobody listens on the port meanwhile, and open connections are cut."""
        await self._http.stop()
        try:
            yield
        finally:
            await self._http.start()

    # What is to be set

    @property
    def faults(self) -> Faults:
        return self.answering.faults

    @property
    def delay(self) -> float:
        return self.answering.delay

    @delay.setter
    def delay(self, seconds: float) -> None:
        self.answering.delay = seconds

    # What is to be seen

    @property
    def calls(self) -> list[Call]:
        """Every call of a known method, in the order of arrival."""
        return self.answering.calls

    @property
    def violations(self) -> list[str]:
        """A sentence for each rule that the bot broke, and for each failure of this server."""
        return self.answering.violations

    def messages(self, chat: Place) -> list[Message]:
        """What a chat shows now, the oldest first."""
        return self.state.chats[_id(chat)].visible()

    def from_bot(self, chat: Place) -> list[Message]:
        """What a chat shows now of the bot's own."""
        return [one for one in self.messages(chat) if one.sender is self.state.bot]

    def calls_of(self, method: str, chat: Place | None = None) -> list[Call]:
        return [
            call
            for call in self.answering.by_method[method]
            if chat is None or call.chat == _id(chat)
        ]

    def rejected(self) -> list[Call]:
        """Calls that were refused for a reason of their own, not by a fault."""
        return [call for call in self.calls if not call.injected and call.refused]

    def unanswered(self) -> list[str]:
        """Ids of the pressed buttons that the bot has not acknowledged."""
        return [query for query, still_open in self.state.callbacks.items() if still_open]

    def answer_to(self, query: Update) -> dict[str, Any] | None:
        """How the bot answered a press or an inline query: the parameters of its call."""
        if "inline_query" in query:
            return self.state.inline_answers.get(query["inline_query"]["id"])
        return self.state.callback_answers.get(query["callback_query"]["id"])

    def window_violations(self, slack: float = 0.0) -> list[str]:
        """Where sends went over Telegram's rates; see ``records.window_violations``."""
        return window_violations(self.calls, SENDS, slack)

    # What is to be waited for

    async def wait_for(
        self, condition: Callable[[], T | None], what: str = "", *, seconds: float = 10.0
    ) -> T:
        """Waits until something holds, looked at after every call and confirmation.

        Args:
            condition: its first true value is returned.
            what: said when it did not come true.
            seconds: a safety net, not a measure.

        Raises:
            TimeoutError: it did not; the message tells the last calls.
        """
        try:
            return await self.waiting.until(condition, seconds)
        except TimeoutError:
            last = [f"{call.method} {call.params} -> {call.outcome}" for call in self.calls[-5:]]
            message = f"waited {seconds:g} s for {what or condition}; last calls: {last}"
            raise TimeoutError(message) from None

    async def wait_for_message(
        self, chat: Place, *, count: int = 1, seconds: float = 10.0
    ) -> Message:
        """The newest message of the bot in a chat, once it shows so many of them."""

        def newest() -> Message | None:
            found = self.from_bot(chat)
            return found[-1] if len(found) >= count else None

        return await self.wait_for(newest, f"{count} messages in {_id(chat)}", seconds=seconds)

    async def wait_for_call(
        self, method: str, chat: Place | None = None, *, count: int = 1, seconds: float = 10.0
    ) -> Call:
        """The newest call of a method, once so many have been carried out or refused."""

        def newest() -> Call | None:
            if len(self.answering.by_method[method]) < count:  # spares a look at each of them
                return None
            found = [one for one in self.calls_of(method, chat) if one.outcome != "pending"]
            return found[-1] if len(found) >= count else None

        return await self.wait_for(newest, f"{count} calls of {method}", seconds=seconds)

    async def wait_for_answer(self, query: Update, *, seconds: float = 10.0) -> dict[str, Any]:
        """The bot's answer to a press or an inline query."""
        what = f"an answer to {query}"
        return await self.wait_for(lambda: self.answer_to(query), what, seconds=seconds)

    async def wait_for_confirmed(self, update: Update, *, seconds: float = 10.0) -> None:
        """Waits until the bot has confirmed an update."""
        number = update["update_id"]
        what = f"update {number} to be confirmed"
        await self.wait_for(lambda: self.updates.confirmed >= number, what, seconds=seconds)


def _id(place: Place) -> int:
    return place if isinstance(place, int) else place.id
