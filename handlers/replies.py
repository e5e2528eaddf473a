"""The only sender: messages out, and everything that Telegram can say to one."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date
from itertools import count
from typing import Literal, TypeVar

import httpx
from telegram import Bot, LinkPreviewOptions, Message, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from db.chats import Chats
from db.errors import DatabaseAway
from handlers.buttons import Below, Keyboard, markup
from handlers.lanes import Slots
from handlers.paging import MOST, dressed, pages
from handlers.windows import Windows
from knowledge.rendering import plain

T = TypeVar("T")
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
_MOST_REFUSALS = 6
_GONE = ("message to edit not found", "message can't be edited", "message_id_invalid")
HOPELESS = ("topic_closed", "not enough rights", "chat not found", "have no rights", "chat_write")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reply goes.

    ``reply_to`` is the message it answers (in groups), ``edit`` the message it takes the place of.
    """

    chat_id: int
    thread_id: int | None = None
    reply_to: int | None = None
    edit: int | None = None


class Replies:
    """Sends and edits messages for one bot.

    Args:
        windows: counts what is sent, and knows which chats Telegram wants no calls to.
        mark: gives a line that stands above every message, such as that this is a rehearsal.
    """

    def __init__(
        self,
        chats: Chats,
        slots: Slots,
        windows: Windows,
        today: Callable[[], date],
        mark: Callable[[], str] = str,
    ) -> None:
        self._chats = chats
        self._slots = slots
        self._today = today
        self._mark = mark
        self.windows = windows

    async def show(
        self, bot: Bot, place: Place, html: str, keyboard: Keyboard | Below = ()
    ) -> Message | None:
        """Sends a message, or edits the one at ``place``; None when that is not possible.

        A text that is too long goes in several messages, the buttons below the last.
        """
        *before, last = pages(html, most=MOST)
        for part in before:
            await self._show(bot, replace(place, edit=None), part, ())
            place = replace(place, edit=None)
        return await self._show(bot, place, last, keyboard)

    async def _show(
        self, bot: Bot, place: Place, html: str, keyboard: Keyboard | Below
    ) -> Message | None:
        def call(at: Place) -> Awaitable[Message | None]:
            way = self._send if at.edit is None else self._edit
            return way(bot, at, html, keyboard)

        try:
            return await self._insist(call, place)
        except BadRequest as error:
            said = error.message.lower()
            if "message is not modified" in said:
                return None
            if place.edit is not None and any(words in said for words in _GONE):
                return await self._show(bot, replace(place, edit=None), html, keyboard)
            if "message thread not found" in said and place.thread_id is not None:
                return await self._show(bot, replace(place, thread_id=None), html, keyboard)
            if any(words in said for words in HOPELESS):
                _log.warning("A chat takes no messages: %s", error.message)
                return None
            raise

    async def send_file(
        self, bot: Bot, place: Place, content: bytes, name: str, caption: str
    ) -> Message | None:
        """Sends a file, or a PNG as a picture, with a few lines of HTML; None when that fails."""
        way = bot.send_photo if name.endswith(".png") else bot.send_document

        async def call(at: Place) -> Message:
            async def send(text: str, mode: ParseMode | None) -> Message:
                with self.windows.sending(at.chat_id):
                    return await way(
                        at.chat_id,
                        content,
                        filename=name,
                        caption=text,
                        parse_mode=mode,
                        message_thread_id=at.thread_id,
                        reply_parameters=_reply(at),
                    )

            return await _readable(send, self.marked(caption))

        try:
            return await self._insist(call, place)
        except BadRequest as error:
            said = error.message.lower()
            if "message thread not found" in said and place.thread_id is not None:
                place = replace(place, thread_id=None)
                return await self.send_file(bot, place, content, name, caption)
            if any(words in said for words in HOPELESS):
                _log.warning("A chat takes no files: %s", error.message)
                return None
            raise

    async def acknowledge(self, bot: Bot, query_id: str, notice: str | None = None) -> None:
        """Answers a pressed button, as every press must be; one that is too old cannot be."""
        try:
            await self._briefly(lambda: bot.answer_callback_query(query_id, notice))
        except TelegramError as error:
            _log.info("A pressed button was not answered: %s", error.message)

    async def briefly(self, call: Callable[[], Awaitable[T]]) -> T | None:
        """Makes a call that is worthless later; None when it fails."""
        try:
            return await self._briefly(call)
        except TelegramError as error:
            _log.info("A call was given up: %s", error.message)
            return None

    async def _briefly(self, call: Callable[[], Awaitable[T]]) -> T:
        for left in (2, 1):
            try:
                return await call()
            except (BadRequest, Forbidden):
                raise
            except RetryAfter as error:
                if seconds_of(error) > 5:
                    raise
                await self._slots.wait(seconds_of(error))
            except NetworkError:
                if left == 1:
                    raise
        return await call()

    async def deliver(
        self, bot: Bot, place: Place, html: str, keyboard: Keyboard, *, silent: bool
    ) -> Message:
        """Sends a message that nobody asked for: one attempt, whatever comes of it is raised."""
        return await self._send(bot, place, dressed(html), keyboard, silent=silent, unasked=True)

    async def amend(self, bot: Bot, place: Place, html: str) -> None:
        """Changes an earlier message, if that is still possible; nobody waits for it."""
        if not self.windows.held(place.chat_id):
            await self.briefly(lambda: self._edit(bot, place, html, ()))

    async def _send(
        self,
        bot: Bot,
        at: Place,
        html: str,
        keyboard: Keyboard | Below,
        *,
        silent: bool = False,
        unasked: bool = False,
    ) -> Message:
        async def call(text: str, mode: ParseMode | None) -> Message:
            with self.windows.sending(at.chat_id, unasked=unasked):
                return await bot.send_message(
                    at.chat_id,
                    text,
                    parse_mode=mode,
                    disable_notification=silent or None,
                    message_thread_id=at.thread_id,
                    reply_parameters=_reply(at),
                    reply_markup=keyboard if isinstance(keyboard, Below) else markup(keyboard),
                    link_preview_options=_NO_PREVIEW,
                )

        return await _readable(call, self.marked(html))

    async def _edit(
        self, bot: Bot, at: Place, html: str, keyboard: Keyboard | Below
    ) -> Message | None:
        async def call(text: str, mode: ParseMode | None) -> Message | bool:
            return await bot.edit_message_text(
                text,
                at.chat_id,
                at.edit,
                parse_mode=mode,
                reply_markup=None if isinstance(keyboard, Below) else markup(keyboard),
                link_preview_options=_NO_PREVIEW,
            )

        done = await _readable(call, self.marked(html))
        return done if isinstance(done, Message) else None

    def marked(self, html: str) -> str:
        """A message below its mark, if there is one."""
        mark = self._mark()
        return f"{mark}\n\n{html}" if mark else html

    async def _insist(self, call: Callable[[Place], Awaitable[T]], place: Place) -> T | None:
        """Makes a call until its outcome is known; None when the chat cannot be reached.

        One whose outcome the network hid is made once more: better twice than not at all.
        """
        hidden = refused = 0
        for turn in count():
            while (left := self.windows.held(place.chat_id)) > 0:
                await self._slots.wait(left)
            try:
                return await call(place)
            except RetryAfter as error:
                self.windows.hold(place.chat_id, seconds_of(error) + 0.1)
            except ChatMigrated as error:
                await self._chats.migrate(place.chat_id, error.new_chat_id)
                place = Place(error.new_chat_id, place.thread_id)
            except Forbidden as error:
                await self.unreachable(place.chat_id, error)
                return None
            except BadRequest:
                raise
            except NetworkError as error:
                outcome = outcome_of(error)
                hidden += outcome == "hidden"
                refused += outcome == "refused"
                if hidden > 1 or refused >= _MOST_REFUSALS:
                    raise
                pause = _PAUSES[min(turn, len(_PAUSES) - 1)]
                _log.warning("A call failed (%s), again in %s s", error.message, pause)
                await self._slots.wait(pause)
        raise AssertionError  # the loop ends by returning or raising

    async def unreachable(self, chat_id: int, error: Forbidden) -> None:
        """Remembers that the bot was blocked or removed; the preferences stay."""
        _log.info("A chat cannot be reached: %s", error.message)
        try:
            chat = (await self._chats.conversation(chat_id)).chat
        except DatabaseAway:
            return  # the next message will meet the same
        if chat.last_seen and chat.unreachable is None:
            self._chats.note(chat_id, unreachable=self._today().isoformat())


def seconds_of(error: RetryAfter) -> float:
    """How long Telegram asks to wait."""
    after = error.retry_after
    return float(after) if isinstance(after, int) else after.total_seconds()


def outcome_of(error: NetworkError) -> Literal["unsent", "hidden", "refused"]:
    """What became of a call that failed: never sent, perhaps done, or refused by the server."""
    cause = error.__cause__
    if isinstance(cause, _UNSENT):
        return "unsent"
    return "hidden" if isinstance(cause, httpx.HTTPError) else "refused"


def _reply(at: Place) -> ReplyParameters | None:
    if at.reply_to is None:
        return None
    return ReplyParameters(at.reply_to, allow_sending_without_reply=True)


async def _readable(call: Callable[[str, ParseMode | None], Awaitable[T]], html: str) -> T:
    """Sends HTML, or its plain text where Telegram cannot parse it."""
    try:
        return await call(html, ParseMode.HTML)
    except BadRequest as error:
        if "can't parse entities" not in error.message.lower():
            raise
        # The message names a tag and a place, nothing that a person wrote.
        _log.error("Sent as plain text, for Telegram says: %s", error.message)
        return await call(plain(html), None)
