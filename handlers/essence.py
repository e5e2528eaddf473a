"""What is kept of an update until it is handled: no names, no pictures, nothing unneeded.

Written out field by field, because the framework's own way to write an update takes ten times as
long, and writes everything.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from telegram import (
    CallbackQuery,
    Chat,
    ChatMember,
    ChatMemberUpdated,
    Message,
    MessageEntity,
    Update,
    User,
)
from telegram import MaybeInaccessibleMessage as AnyMessage

from handlers.attachments import MIME, calendar_in
from handlers.locations import LOCATION, zone_of

Fields = dict[str, Any]


def essence(update: Update) -> Fields | None:
    """The fields of an update that are needed to handle it after a crash.

    None for what need not be stored.
    """
    if update.message is not None:
        return {"message": _message(update.message)}
    if update.edited_message is not None:
        return {"edited_message": _message(update.edited_message)}
    if update.callback_query is not None:
        return {"callback_query": _press(update.callback_query)}
    if update.my_chat_member is not None:
        return {"my_chat_member": _change(update.my_chat_member)}
    return None


def _message(message: Message) -> Fields:
    found = _place(message)
    optional: Fields = {
        "text": message.text if message.location is None else f"/{LOCATION} {zone_of(message)}",
        "caption": message.caption,
        "migrate_to_chat_id": message.migrate_to_chat_id,
        "migrate_from_chat_id": message.migrate_from_chat_id,
        "edit_date": _seconds(message.edit_date) if message.edit_date else None,
        "sender_chat": _chat(message.sender_chat) if message.sender_chat else None,
        "entities": _entities(message.entities),
        "caption_entities": _entities(message.caption_entities),
        "reply_to_message": _replied(message.reply_to_message),
        "document": _calendar(message),
    }
    return found | {name: value for name, value in optional.items() if value}


def _calendar(message: Message) -> Fields | None:
    """Where a calendar file is; not what it is called."""
    found = calendar_in(message)
    if found is None or message.document is None:
        return None
    return {
        "file_id": found.file_id,
        "file_unique_id": message.document.file_unique_id,
        "file_size": found.size,
        "mime_type": MIME,
    }


def _place(message: Message) -> Fields:
    found: Fields = {
        "message_id": message.message_id,
        "date": _seconds(message.date),
        "chat": _chat(message.chat),
    }
    if message.from_user is not None:
        found["from"] = _person(message.from_user)
    if message.is_topic_message:
        found |= {"is_topic_message": True, "message_thread_id": message.message_thread_id}
    return found


def _replied(message: Message | None) -> Fields | None:
    if message is None:
        return None
    opened = {"forum_topic_created": {"name": "-", "icon_color": 0}}
    return _place(message) | (opened if message.forum_topic_created else {})


def _press(query: CallbackQuery) -> Fields:
    optional: Fields = {
        "data": query.data,
        "inline_message_id": query.inline_message_id,
        "message": _shown(query.message) if query.message is not None else None,
    }
    return {
        "id": query.id,
        "from": _person(query.from_user),
        "chat_instance": query.chat_instance,
    } | {name: value for name, value in optional.items() if value is not None}


def _shown(message: AnyMessage) -> Fields:
    if isinstance(message, Message):
        return _place(message)
    return {"chat": _chat(message.chat), "message_id": message.message_id, "date": 0}


def _change(change: ChatMemberUpdated) -> Fields:
    return {
        "chat": _chat(change.chat),
        "from": _person(change.from_user),
        "date": _seconds(change.date),
        "old_chat_member": _member(change.old_chat_member),
        "new_chat_member": _member(change.new_chat_member),
    }


def _member(member: ChatMember) -> Fields:
    """Whether the bot is in a chat; its rights there do not matter."""
    there = member.status not in (ChatMember.LEFT, ChatMember.BANNED)
    return {
        "status": ChatMember.MEMBER if there else ChatMember.LEFT,
        "user": _person(member.user),
    }


def _chat(chat: Chat) -> Fields:
    found: Fields = {"id": chat.id, "type": chat.type}
    return found | ({"is_forum": True} if chat.is_forum else {})


def _person(user: User) -> Fields:
    found: Fields = {"id": user.id, "is_bot": user.is_bot, "first_name": ""}
    return found | ({"language_code": user.language_code} if user.language_code else {})


def _entities(entities: Sequence[MessageEntity]) -> list[Fields]:
    """Mentions, which tell whether a message in a group is meant for the bot."""
    wanted = (MessageEntity.MENTION, MessageEntity.TEXT_MENTION)
    return [
        {"type": one.type, "offset": one.offset, "length": one.length}
        | ({"user": _person(one.user)} if one.user is not None else {})
        for one in entities
        if one.type in wanted
    ]


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
