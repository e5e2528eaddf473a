"""What the simulated Telegram holds: people, chats, messages, and the bot's profile."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

BOT_ID = 700_000_001
JOINED = ("member", "administrator", "creator")
RIGHTS = (
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)


@dataclass(eq=False)
class User:
    """A person, or the bot itself."""

    id: int
    first_name: str
    language_code: str | None = "en"
    username: str | None = None
    is_bot: bool = False

    def api(self) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "id": self.id,
            "is_bot": self.is_bot,
            "first_name": self.first_name,
        }
        if self.username:
            shown["username"] = self.username
        if self.language_code:
            shown["language_code"] = self.language_code
        return shown


@dataclass(frozen=True)
class Button:
    """An inline button as a person sees it, and what it does."""

    text: str
    data: str | None = None
    url: str | None = None
    raw: dict[str, Any] = field(default_factory=dict, compare=False)


@dataclass(eq=False, repr=False)
class Message:
    """A message as the chat shows it now."""

    chat: "Chat"
    id: int
    sender: User
    date: int
    text: str = ""  # or the caption
    entities: list[dict[str, Any]] = field(default_factory=list)
    source: str = ""  # the text as the bot sent it, with its markup
    keyboard: list[list[dict[str, Any]]] = field(default_factory=list)
    thread: int | None = None
    reply_to: "Message | None" = None
    extra: dict[str, Any] = field(default_factory=dict)  # photo, document, location …
    file: bytes = b""
    options: dict[str, Any] = field(default_factory=dict)  # how it was sent: previews, silence
    edits: list[str] = field(default_factory=list)  # former texts, the oldest first
    edit_date: int | None = None
    reactions: list[dict[str, Any]] = field(default_factory=list)
    deleted: bool = False
    inline_id: str | None = None  # of a message that a person sent through the bot

    def __repr__(self) -> str:
        return f"<{self.sender.first_name} #{self.id} in {self.chat.id}: {self.text!r}>"

    @property
    def edited(self) -> bool:
        return self.edit_date is not None

    @property
    def buttons(self) -> list[Button]:
        """All buttons in reading order."""
        return [
            Button(one["text"], one.get("callback_data"), one.get("url"), one)
            for row in self.keyboard
            for one in row
        ]

    def button(self, wanted: str) -> Button:
        """The button with that label or data.

        Raises:
            LookupError: there is none on the message as it is now.
        """
        for button in self.buttons:
            if wanted in (button.text, button.data):
                return button
        labels = [button.text for button in self.buttons]
        raise LookupError(f"message {self.id} has no button {wanted!r}; it has {labels}")

    def api(self, *, nested: bool = False) -> dict[str, Any]:
        shown: dict[str, Any] = {
            "message_id": self.id,
            "date": self.date,
            "chat": self.chat.api(),
            "from": self.sender.api(),
            **self.extra,
        }
        media = "photo" in self.extra or "document" in self.extra
        if self.text:
            shown["caption" if media else "text"] = self.text
        if self.entities:
            shown["caption_entities" if media else "entities"] = self.entities
        if self.keyboard:
            shown["reply_markup"] = {"inline_keyboard": self.keyboard}
        if self.thread is not None:
            shown["message_thread_id"] = self.thread
            shown["is_topic_message"] = True
        if self.edit_date is not None:
            shown["edit_date"] = self.edit_date
        if self.reply_to is not None and not nested:
            shown["reply_to_message"] = self.reply_to.api(nested=True)
        return shown


@dataclass(eq=False, repr=False)
class Chat:
    """A private chat, a group or a supergroup with its people, topics and messages."""

    id: int
    type: str
    title: str = ""
    username: str | None = None  # of a public supergroup
    user: User | None = None  # of a private chat
    is_forum: bool = False
    members: dict[int, str] = field(default_factory=dict)  # user id -> status
    topics: dict[int, str] = field(default_factory=dict)  # thread id -> name; General has none
    messages: dict[int, Message] = field(default_factory=dict)
    migrated_to: int | None = None
    letters: list[list[dict[str, Any]]] = field(default_factory=list)  # keys instead of letters
    started: bool = True  # private: the person has written to the bot at least once
    deactivated: bool = False  # private: the account was deleted
    numbers: Callable[[], int] = field(default_factory=lambda: count(1).__next__)

    def __repr__(self) -> str:
        return f"<{self.type} chat {self.id} {self.title!r}>"

    def api(self) -> dict[str, Any]:
        shown: dict[str, Any] = {"id": self.id, "type": self.type}
        if self.user is not None:
            shown["first_name"] = self.user.first_name
            if self.user.username:
                shown["username"] = self.user.username
        else:
            shown["title"] = self.title
            if self.username:
                shown["username"] = self.username
        if self.is_forum:
            shown["is_forum"] = True
        return shown

    @property
    def is_private(self) -> bool:
        return self.type == "private"

    def visible(self) -> list[Message]:
        return [message for message in self.messages.values() if not message.deleted]


class State:
    """Everything that outlives a call."""

    def __init__(self, now: Callable[[], datetime], username: str) -> None:
        self.now = now
        self.bot = User(BOT_ID, "Test bot", None, username, is_bot=True)
        self.users: dict[int, User] = {BOT_ID: self.bot}
        self.chats: dict[int, Chat] = {}
        self.files: dict[str, bytes] = {}  # what people sent, by file_id
        self.inline_messages: dict[str, Message] = {}
        self.commands: dict[tuple[str, str], list[dict[str, str]]] = {}
        self.profile: dict[tuple[str, str], str] = {}  # (what, language) -> text
        self.menu_buttons: dict[int, dict[str, Any]] = {}  # 0: the default one
        self.callbacks: dict[str, bool] = {}  # query id -> still to be answered
        self.inline_queries: dict[str, bool] = {}
        self.callback_answers: dict[str, dict[str, Any]] = {}
        self.inline_answers: dict[str, dict[str, Any]] = {}

    def date(self) -> int:
        return int(self.now().timestamp())

    def post(self, chat: Chat, sender: User, **fields: Any) -> Message:
        """Puts a new message into a chat."""
        message = Message(chat, chat.numbers(), sender, self.date(), **fields)
        chat.messages[message.id] = message
        return message

    def find_chat(self, given: int | str) -> Chat | None:
        """The chat of an id, or of a public supergroup's @name; people have none of these."""
        if isinstance(given, int):
            return self.chats.get(given)
        name = given.removeprefix("@").lower()
        for chat in self.chats.values():
            if chat.username and chat.username.lower() == name:
                return chat
        return None

    def member(self, chat: Chat, user: User) -> dict[str, Any]:
        """A ChatMember as the API shows it."""
        status = chat.members.get(user.id, "left")
        shown: dict[str, Any] = {"status": status, "user": user.api()}
        if status == "administrator":
            shown |= dict.fromkeys(RIGHTS, False) | {"can_manage_chat": True}
        elif status == "creator":
            shown["is_anonymous"] = False
        elif status == "kicked":
            shown["until_date"] = 0
        return shown


def scope_key(scope: dict[str, Any] | None) -> str:
    """One spelling for each scope of commands."""
    return json.dumps(scope or {"type": "default"}, sort_keys=True)
