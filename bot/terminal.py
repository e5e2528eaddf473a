"""The command ``chat``: a conversation in the terminal, or over a pipe."""

import shutil
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from bot.ansi import render
from bot.assistants import open_assistants
from bot.cli import DONE
from bot.cli_ask import as_text
from bot.settings import data_folder, read_settings
from knowledge.answer import Answer, Focus
from knowledge.assistant import Assistant

BANNER = """\
The S3P-Industry assistant: partnerships, regions, events and terms of the platform.
You are talking to a program; it answers from its recorded sources and can be wrong.
Ask away. /help says what you can do here, /quit leaves."""

HELP = """\
Ask in your own words: "which partnerships is Catalonia in?", "and who leads it?"
Where choices are numbered, type the number. The assistant remembers what you last spoke of.
/help  this help
/quit  leave (so do exit, quit and Ctrl-D; Ctrl-C clears the line)"""

LEAVING = frozenset({"/quit", "/exit", "quit", "exit"})
MAX_WIDTH = 100
"""Columns; longer lines are hard to read, however wide the window."""


class Conversation:
    """What was said last, so that follow-ups and numbers are understood."""

    def __init__(self, assistant: Assistant) -> None:
        self.assistant = assistant
        self.focus: Focus | None = None
        self.last: Answer | None = None

    def say(self, text: str, *, now: datetime) -> Answer:
        """The answer to a line: a question, or the number of a choice of the last answer."""
        number = text.strip().rstrip(".")
        choices = self.last.choices if self.last else ()
        if number.isascii() and number.isdigit() and 0 < int(number[:9]) <= len(choices):
            reference = choices[int(number) - 1].reference
            self.last = self.assistant.choose(reference, now=now, focus=self.focus)
        else:
            self.last = self.assistant.ask(text, now=now, focus=self.focus)
        self.focus = self.last.focus
        return self.last


def chat() -> int:
    """Talks until the person leaves or the input ends."""
    at_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    if at_terminal:
        print(BANNER, flush=True)
    conversation = Conversation(open_assistants(read_settings()).speaking("en"))
    lines = _typed() if at_terminal else _piped()
    show = _for_people() if at_terminal else as_text
    for line in lines:
        words = line.strip()
        if not words:
            continue
        if words.lower() in LEAVING:
            break
        if words.lower() in ("/help", "help", "?"):
            print(HELP)
        elif words.startswith("/") and words.lower() != "/start":
            print(f"There is no command {words.split()[0]} here - /help lists them.")
        else:
            print(show(conversation.say(words, now=datetime.now(UTC))))
        print(flush=True)
    return DONE


def _for_people() -> Callable[[Answer], str]:
    """Formats for the terminal as it is when the answer is shown: windows change their size."""

    def show(answer: Answer) -> str:
        width = min(shutil.get_terminal_size().columns, MAX_WIDTH)
        lines = [render(answer.html, width)]
        # A question back names its choices itself.
        offered = () if answer.status == "clarify" else answer.choices
        for number, choice in enumerate(offered, 1):
            lines.append(f"  {number}. {choice.label}")
        return "\n".join(lines)

    return show


def _piped() -> Iterator[str]:
    for line in sys.stdin.buffer:
        yield line.decode("utf-8", "replace").removeprefix("\ufeff")


def _typed() -> Iterator[str]:
    # Imported here because a pipe needs none of it, and it is slow.
    from prompt_toolkit import PromptSession
    from prompt_toolkit.history import FileHistory, History, InMemoryHistory

    history: History
    try:
        file = data_folder() / "history"
        file.touch(mode=0o600)
        history = FileHistory(file)
    except Exception:  # noqa: BLE001 - a conversation without a history is still one
        history = InMemoryHistory()
    session: PromptSession[str] = PromptSession(history=history)
    while True:
        try:
            yield session.prompt("> ")
        except KeyboardInterrupt:
            continue
        except EOFError:
            return
