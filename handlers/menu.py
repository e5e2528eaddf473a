"""What Telegram shows of the bot: menus by scope, descriptions; set only where they differ."""

import logging
from collections.abc import Awaitable, Iterable, Sequence

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
    MenuButtonCommands,
)
from telegram.error import TelegramError

from handlers.commands import COMMANDS, FOR_ALL, FOR_ORGANISERS, Command, described
from handlers.context import Profile
from handlers.texts import DEFAULT, languages, texts

_log = logging.getLogger(__name__)


def scopes(
    admin_chats: Iterable[int], organiser_chats: Iterable[int] = ()
) -> list[tuple[BotCommandScope, list[Command]]]:
    """Each scope with its commands; rights are checked again when a command comes."""
    in_groups = [one for one in COMMANDS if one.group]
    of_group_admins = [one for one in COMMANDS if one.group or one.admin]
    return [
        (BotCommandScopeDefault(), list(FOR_ALL)),
        (BotCommandScopeAllPrivateChats(), list(FOR_ALL)),
        (BotCommandScopeAllGroupChats(), in_groups),
        (BotCommandScopeAllChatAdministrators(), of_group_admins),
        *((BotCommandScopeChat(chat), list(COMMANDS)) for chat in admin_chats),
        *((BotCommandScopeChat(chat), list(FOR_ORGANISERS)) for chat in organiser_chats),
    ]


async def set_up(
    bot: Bot,
    profile: Profile,
    admin_chats: Sequence[int] = (),
    organiser_chats: Sequence[int] = (),
) -> None:
    """Brings menus and descriptions up to date; what fails is tried at the next start."""
    for code in _codes():
        for scope, commands in scopes(admin_chats, organiser_chats):
            await _tried(_menu(bot, code, scope, commands))
        await _tried(_descriptions(bot, code, profile))
    await _tried(_menu_button(bot))
    # Last, for Telegram takes a new name only a few times a day.
    await _tried(_name(bot, profile))


async def _tried(setting: Awaitable[None]) -> None:
    try:
        await setting
    except TelegramError as error:
        _log.warning("A part of the menus was not set: %s", error.message)


async def _menu_button(bot: Bot) -> None:
    if not isinstance(await bot.get_chat_menu_button(), MenuButtonCommands):
        await bot.set_chat_menu_button(menu_button=MenuButtonCommands())


async def _name(bot: Bot, profile: Profile) -> None:
    if profile.name is not None and (await bot.get_my_name()).name != profile.name:
        await bot.set_my_name(profile.name)


async def set_for(bot: Bot, chat: int, commands: Iterable[Command]) -> None:
    """Gives a person whose rights are others now the menu that goes with them."""
    scope, wanted = BotCommandScopeChat(chat), list(commands)
    try:
        for code in _codes():
            if wanted == list(FOR_ALL):
                await bot.delete_my_commands(scope, code)
            else:
                await _menu(bot, code, scope, wanted)
    except TelegramError as error:
        _log.warning("A menu was not set: %s", error.message)


def _codes() -> list[str | None]:
    return [None, *(code for code in languages() if code != DEFAULT)]


async def _menu(
    bot: Bot, code: str | None, scope: BotCommandScope, commands: Sequence[Command]
) -> None:
    words = texts(code or DEFAULT)
    wanted = tuple(BotCommand(name, says) for name, says in described(words, commands))
    if await bot.get_my_commands(scope, code) != wanted:
        await bot.set_my_commands(wanted, scope, code)


async def _descriptions(bot: Bot, code: str | None, profile: Profile) -> None:
    words = texts(code or DEFAULT)
    description = words.profile("description")
    if profile.operator is not None:
        description += "\n\n" + words.profile("operator", operator=profile.operator)
    if (await bot.get_my_description(code)).description != description:
        await bot.set_my_description(description, code)
    short = words.profile("short_description")
    if (await bot.get_my_short_description(code)).short_description != short:
        await bot.set_my_short_description(short, code)


def readme_table(commands: Iterable[Command] = FOR_ALL) -> str:
    """Commands as a table for the README, where a test keeps it true."""
    rows = [f"| /{name} | {says} |" for name, says in described(texts(DEFAULT), commands)]
    return "\n".join(["| command | does |", "| --- | --- |", *rows])
