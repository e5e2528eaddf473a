"""Which function carries out which method."""

from collections.abc import Callable
from typing import Any

from tests.botapi.limits import Limits
from tests.botapi.messages import Messages, Params
from tests.botapi.profile import Profile
from tests.botapi.state import State
from tests.botapi.webhook import Webhook


def methods(state: State, limits: Limits, webhook: Webhook) -> dict[str, Callable[[Params], Any]]:
    """All methods but getUpdates, which has to wait."""
    messages = Messages(state, limits)
    profile = Profile(state, limits, messages)
    return {
        "answerCallbackQuery": profile.answer_callback_query,
        "answerInlineQuery": profile.answer_inline_query,
        "close": lambda _: True,
        "deleteMessage": messages.delete_message,
        "deleteMyCommands": profile.delete_my_commands,
        "deleteWebhook": webhook.delete,
        "editMessageReplyMarkup": messages.edit_message_reply_markup,
        "editMessageText": messages.edit_message_text,
        "getChat": profile.get_chat,
        "getChatAdministrators": profile.get_chat_administrators,
        "getChatMember": profile.get_chat_member,
        "getChatMenuButton": profile.get_chat_menu_button,
        "getFile": messages.get_file,
        "getMe": profile.get_me,
        "getMyCommands": profile.get_my_commands,
        "getMyDescription": lambda params: profile.get_word(params, "description"),
        "getMyName": lambda params: profile.get_word(params, "name"),
        "getMyShortDescription": lambda params: profile.get_word(params, "short_description"),
        "getWebhookInfo": lambda _: webhook.info(),
        "leaveChat": profile.leave_chat,
        "logOut": lambda _: True,
        "sendChatAction": messages.send_chat_action,
        "sendDocument": messages.send_document,
        "sendMessage": messages.send_message,
        "sendPhoto": messages.send_photo,
        "setChatMenuButton": profile.set_chat_menu_button,
        "setMessageReaction": messages.set_message_reaction,
        "setMyCommands": profile.set_my_commands,
        "setMyDescription": lambda params: profile.set_word(params, "description", 512),
        "setMyName": lambda params: profile.set_word(params, "name", 64),
        "setMyShortDescription": lambda params: profile.set_word(params, "short_description", 120),
        "setWebhook": webhook.set,
    }
