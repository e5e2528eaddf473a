"""Messages in: free text, commands, edited questions, and groups that become supergroups."""

from telegram import Message, Update

from db.chats import ANSWERS_KEPT
from handlers import calendar_import, organise, reviewing, where
from handlers.addressing import Asked, asked
from handlers.commands import COMMANDS, run_command
from handlers.context import Context
from handlers.indicator import Typing
from handlers.locations import LOCATION
from handlers.menu import set_for
from handlers.reminder_requests import respond
from handlers.rights import role_of
from handlers.turn import Turn, begin


async def on_message(update: Update, context: Context) -> None:
    """Answers a message, or changes the answer to an edited one; says nothing unasked."""
    message = update.message or update.edited_message
    if message is None or await _moved(message, context):
        return
    wanted = asked(message, context.bot)
    if wanted is None:
        return
    former = None
    if update.edited_message is not None:
        former = await context.services.chats.answer_to(message.chat.id, message.message_id)
        if former is None and _is_old(message):
            return  # its answer is forgotten, and nobody waits for another
    turn = await begin(update, context, edit=former)
    if turn is None:
        return
    if context.services.intake.is_hasty(update):
        context.services.metrics.answered("too_fast")
        await turn.say_text("too_fast")
        return
    async with Typing(context.bot, turn.place, context.services.replies.windows):
        await _reply(turn, wanted)
    context.services.metrics.answered(turn.outcome)
    if turn.first and turn.private and turn.user_id in context.services.admins:
        # Telegram takes no menu for a chat before that.
        await set_for(context.bot, turn.chat.chat_id, COMMANDS)


async def _reply(turn: Turn, wanted: Asked) -> None:
    if wanted.command == LOCATION:
        await where.located(turn, wanted.text)
    elif wanted.command is not None:
        await run_command(turn, wanted)
    elif wanted.calendar is not None and await role_of(turn) is not None:
        await calendar_import.received(turn, wanted.calendar, wanted.text)
    elif await organise.replied(turn, wanted.text):
        return  # before all that a text could mean else
    elif said := turn.texts.command_said(wanted.text):
        command, argument = said
        await run_command(turn, Asked(argument, command))
    elif await where.declined(turn, wanted.text) or await where.replied(turn, wanted.text):
        return
    elif wanted.text or not turn.private:
        answer = turn.ask(wanted.text)
        reviewing.note(turn, wanted.text, answer)
        await respond(turn, answer)
    else:
        await turn.say_text("only_text")


def _is_old(message: Message) -> bool:
    """Whether an edited message was written so long ago that its answer is forgotten."""
    edited = message.edit_date or message.date
    return (edited - message.date).total_seconds() > ANSWERS_KEPT


async def _moved(message: Message, context: Context) -> bool:
    """Goes on in the supergroup that a group has become; both chats tell of it."""
    chats, here = context.services.chats, message.chat.id
    if message.migrate_to_chat_id is not None:
        await chats.migrate(here, message.migrate_to_chat_id)
    elif message.migrate_from_chat_id is not None:
        await chats.migrate(message.migrate_from_chat_id, here)
    else:
        return False
    return True
