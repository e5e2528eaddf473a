"""One turn of a conversation: who asks where, in which language, after what, and when."""

import json
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from telegram import Message, Update, User
from telegram.constants import ChatMemberStatus, ChatType

from db.chats import Chat, Conversation
from db.errors import DatabaseAway
from handlers.buttons import Below, Button, Keyboard, Press, button, pager
from handlers.context import Context, Services
from handlers.deeplinks import address, payload_of
from handlers.metrics import Outcome
from handlers.paging import pages
from handlers.replies import Place
from handlers.texts import DEFAULT, Texts, texts
from knowledge.answer import Answer, Focus
from knowledge.assistant import Assistant
from knowledge.ics_writer import is_dated
from knowledge.zones import zone_called

MOST_IN_GROUP = 2
"""Suggestions below an answer in a group, where others read along."""

_ADMINS = (ChatMemberStatus.ADMINISTRATOR, ChatMemberStatus.OWNER)


@dataclass
class Turn:
    """One message or pressed button, and all that is needed to answer it.

    ``now`` is in the chat's zone; ``question`` is the message whose answer an edit will find.
    ``away`` is why nothing is known of the chat, when the database cannot be read. ``outcome`` is
    how the turn ended, for the metrics. ``first`` is whether the chat was never spoken to before,
    ``draft`` what is being written here (JSON), ``names`` are those of who speaks, kept nowhere.
    """

    context: Context
    services: Services
    place: Place
    chat: Chat
    private: bool
    focus: Focus | None
    texts: Texts
    assistant: Assistant
    now: datetime
    question: int | None = None
    user_id: int | None = None
    anonymous_admin: bool = False
    away: DatabaseAway | None = None
    outcome: Outcome = "command"
    first: bool = False
    draft: str | None = None
    names: tuple[str, ...] = ()

    @property
    def username(self) -> str:
        return self.context.bot.username

    def ask(self, text: str) -> Answer:
        return self.assistant.ask(text, now=self.now, focus=self.focus)

    def ask_anew(self, text: str) -> Answer:
        """The same, not through what was spoken of: a command says all that is meant."""
        return self.assistant.ask(text, now=self.now)

    def choose(self, reference: str) -> Answer:
        return self.assistant.choose(reference, now=self.now, focus=self.focus)

    async def answer(self, answer: Answer, keyboard: Keyboard = (), greeting: str = "") -> None:
        """Shows an answer with its choices, and keeps what the chat is about from now on.

        Args:
            keyboard: rows in place of the answer's own choices.
            greeting: HTML that stands above the answer.
        """
        self.outcome = answer.status
        html, pager_row = self._first_page(answer)
        if greeting:
            html = f"{greeting}\n\n{html}"
        rows = [pager_row, *(keyboard or self.choices(answer))]
        await self.say(html, [row for row in rows if row])
        self.keep_focus(answer.focus)
        if self.away is not None and self.services.outage.first("chat", self.chat.chat_id):
            await self.say_text("no_memory")

    def keep_focus(self, focus: Focus | None) -> None:
        """Remembers the focus of an answer, unless it is the one that was there."""
        if focus is not None and focus is not self.focus and self.away is None:
            expires = int(focus.expires.timestamp())
            written = json.dumps(focus.to_json())
            chats = self.services.chats
            chats.save_focus(self.chat.chat_id, self.topic, written, expires)
            self.focus = focus

    def choices(self, answer: Answer) -> list[tuple[Button, ...]]:
        """A row for each choice that asks something new; in a group a few, unless it asks back."""
        own = answer.focus.reference if answer.focus is not None else ""
        offered = [one for one in answer.choices if one.reference != own]
        if answer.status == "clarify":
            offered = list(answer.choices)
        if not self.private and answer.status != "clarify":
            offered = offered[:MOST_IN_GROUP]
        rows = [button(one.label, Press("choice", one.reference)) for one in offered]
        return [*rows, self._file(answer)]

    def _file(self, answer: Answer) -> tuple[Button, ...]:
        """A button for the one event that an answer is about, as a calendar file."""
        focus = answer.focus
        if answer.status != "answer" or focus is None or focus.results_kind != "event":
            return ()
        known = self.assistant.snapshot.things["event"]
        if len(focus.results) != 1 or not is_dated(known[focus.results[0]]):
            return ()
        label = self.texts.label("calendar_file")
        return button(label, Press("calendar", "file", to=focus.results[0]))

    async def say(self, html: str, keyboard: Keyboard | Below = ()) -> Message | None:
        """Shows a text, and remembers it as the answer to the question of this turn."""
        sent = await self.services.replies.show(self.context.bot, self.place, html, keyboard)
        new = sent is not None and sent.message_id != self.place.edit
        if sent is not None and new and self.question is not None and self.away is None:
            at = int(self.now.timestamp())
            self.services.chats.save_answer(
                self.chat.chat_id, self.question, sent.message_id, at=at
            )
        return sent

    async def say_text(self, key: str, keyboard: Keyboard = (), **values: object) -> None:
        """Shows one of the bot's own texts."""
        await self.say(self.texts.say(key, **values), keyboard)

    def link(self, payload: str = "") -> str:
        return address(self.username, payload)

    def page(self, event: str) -> str | None:
        """The link to an event, for calendars; None where Telegram would not carry it."""
        payload = payload_of("event", event)
        return self.link(payload) if payload is not None else None

    def need_memory(self) -> None:
        """Goes no further when nothing can be known of the chat now.

        Raises:
            DatabaseAway: what is to be done waits until the database is back.
        """
        if self.away is not None:
            raise self.away

    async def change(self, **choices: str | bool | None) -> None:
        """Keeps changed choices of the chat; they are safe when it returns."""
        self.need_memory()
        await self.services.chats.change(self.chat.chat_id, **choices)
        self.chat = replace(self.chat, **choices)  # type: ignore[arg-type]  # names of its fields

    async def may_change(self) -> bool:
        """Whether this person may change what all in the chat share."""
        if self.private:
            return self.user_id == self.chat.chat_id
        if self.anonymous_admin or self.user_id in self.services.admins:
            return True
        user = self.user_id
        if user is None:
            return False
        member = await self.services.replies.briefly(
            lambda: self.context.bot.get_chat_member(self.chat.chat_id, user)
        )
        return member is not None and member.status in _ADMINS

    def page_labels(self, at: int, of: int) -> tuple[str, str, str]:
        label = self.texts.label
        return label("previous"), label("page", page=at + 1, pages=of), label("following")

    def _first_page(self, answer: Answer) -> tuple[str, tuple[Button, ...]]:
        """An answer that is too long for a page begins with the first, and buttons for the others.

        The pages are those of the answer's reference, so that a button can show each of them.
        """
        focus = answer.focus
        if len(pages(answer.html)) == 1 or focus is None or focus is self.focus:
            return answer.html, ()
        found = pages(self.choose(focus.reference).html)
        labels = self.page_labels(0, len(found))
        row = pager(labels, 0, len(found), Press("page", focus.reference))
        if len(found) == 1 or len(row) < 2:
            return answer.html, ()  # it does not fit into a button: all at once, then
        return found[0], row

    @property
    def topic(self) -> int:
        """The topic of a group that one speaks in; 0 for a chat without."""
        return focus_thread(self.place)

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the chat."""
        return zone_called(self.chat.zone, self.services.default_zone)

    @property
    def whom(self) -> str:
        """Whom one speaks to: the name of a label."""
        if self.private:
            return "you"
        return "this_topic" if self.topic else "this_group"


def focus_thread(place: Place) -> int:
    """Topics of a group speak of different things; a private chat is one conversation."""
    return place.thread_id or 0 if place.chat_id < 0 else 0


async def begin(update: Update, context: Context, *, edit: int | None = None) -> Turn | None:
    """The turn of an update that belongs to a chat; None for others."""
    services, chat, message = context.services, update.effective_chat, update.effective_message
    if chat is None:
        return None
    private = chat.type == ChatType.PRIVATE
    place = Place(chat.id, edit=edit)
    if message is not None:  # the message of a pressed button may be gone
        # Replies have a thread, too, but only that of a topic can be written to.
        thread = message.message_thread_id if message.is_topic_message else None
        place = Place(chat.id, thread, None if private else message.message_id, edit)
    known, away = Conversation(Chat(chat.id)), None
    try:
        known = await services.chats.conversation(chat.id, focus_thread(place))
    except DatabaseAway as error:
        away = error  # a question can be answered all the same
    state = _seen(services, known.chat) if away is None else known.chat
    zone = zone_called(state.zone, services.default_zone)
    now = services.clock().astimezone(zone)
    focus = Focus.from_json(json.loads(known.focus)) if known.focus else None
    user = update.effective_user
    language = _language(services, state, user.language_code if user is not None else None)
    sender = message.sender_chat if message is not None else None
    question = message.message_id if message and update.callback_query is None else None
    return Turn(
        context,
        services,
        place,
        state,
        private,
        focus if focus is not None and focus.expires > now else None,
        texts(language),
        services.assistants.speaking(language),
        now,
        question=question,
        user_id=user.id if user is not None else None,
        anonymous_admin=sender is not None and sender.id == chat.id and not private,
        first=away is None and not known.chat.last_seen,
        away=away,
        draft=known.draft if private else None,
        names=_names(user),
    )


def _names(user: User | None) -> tuple[str, ...]:
    """The names of a person, word by word; what waited in the database holds none."""
    said = (user.first_name, user.last_name, user.username) if user is not None else ()
    return tuple(word for name in said if name for word in name.split())


def _seen(services: Services, chat: Chat) -> Chat:
    """Notes once a day that a chat is in use, and that one which was left is there again."""
    today = services.clock().date().isoformat()
    if chat.last_seen == today and chat.unreachable is None:
        return chat
    services.chats.note(chat.chat_id, last_seen=today, unreachable=None)
    return replace(chat, last_seen=today, unreachable=None)


def _language(services: Services, chat: Chat, of_user: str | None) -> str:
    """The chat's choice, else the person's language where it is spoken, else the default."""
    for wanted in (chat.language, (of_user or "")[:2]):
        if wanted in services.assistants.languages:
            return wanted
    return DEFAULT
