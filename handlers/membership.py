"""The bot is blocked, removed, or let in again."""

from telegram import ChatMember, Update

from handlers.context import Context

_AWAY = (ChatMember.BANNED, ChatMember.LEFT)


async def on_membership(update: Update, context: Context) -> None:
    """Marks a chat as unreachable or reachable; its choices stay."""
    change = update.my_chat_member
    if change is None:
        return
    services = context.services
    away = change.new_chat_member.status in _AWAY
    chat = (await services.chats.conversation(change.chat.id)).chat
    if not chat.last_seen and away:
        return  # it never wrote, so there is nothing to keep
    today = services.clock().date().isoformat()
    if away:
        services.chats.note(chat.chat_id, unreachable=chat.unreachable or today)
    elif chat.last_seen:
        services.chats.note(chat.chat_id, unreachable=None)
