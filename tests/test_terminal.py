"""Answers in a terminal: wrapped, styled where that is wanted, and a conversation by keyboard."""

import os
import pty
import re
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest
from prompt_toolkit.utils import get_cwidth

from bot.ansi import render, styled_terminal

HTML = 'The <b>first</b> line &amp; <a href="https://example.org/a">a link</a>.\n• one\n• two'


def test_styles_and_links() -> None:
    assert render(HTML, 80, styled=True) == (
        "The \x1b[1mfirst\x1b[0m line & "
        "\x1b]8;;https://example.org/a\x1b\\a link\x1b]8;;\x1b\\.\n• one\n• two"
    )


def test_without_styles_addresses_are_spelt_out() -> None:
    assert render(HTML, 80, styled=False) == (
        "The first line & a link (https://example.org/a).\n• one\n• two"
    )
    bare = '<a href="https://example.org">https://example.org</a>'
    assert render(bare, 80, styled=False) == "https://example.org"


@pytest.mark.parametrize("width", [20, 33, 80])
def test_lines_fit_and_lose_no_word(width: int) -> None:
    text = "• " + "Łódzkie and 東京都 with some longer words " * 5 + "x" * 90
    lines = render(text, width, styled=False).splitlines()
    assert max(map(get_cwidth, lines)) <= width
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(line.startswith("  ") for line in lines[1:]), "a list item keeps its indent"


def test_styles_are_left_out_when_unwanted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert styled_terminal()
    monkeypatch.setenv("NO_COLOR", "1")
    assert not styled_terminal()
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert not styled_terminal()


def test_a_conversation_by_keyboard(tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "TERM": "xterm",
        "XDG_DATA_HOME": str(tmp_path),
        "PROMPT_TOOLKIT_NO_CPR": "1",  # this terminal does not say where its cursor is
    }
    environment.pop("DATABASE_URL", None)
    keyboard, terminal = pty.openpty()
    termios.tcsetwinsize(terminal, (24, 80))
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "chat"],
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        env=environment,
        close_fds=True,
    )
    os.close(terminal)
    os.set_blocking(keyboard, False)
    shown = ""

    def until(words: str) -> None:
        nonlocal shown
        end = time.monotonic() + 30
        while words not in re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", shown):
            assert time.monotonic() < end, f"{words!r} did not come: {shown!r}"
            try:
                shown += os.read(keyboard, 65536).decode(errors="replace")
            except BlockingIOError:
                time.sleep(0.02)
        shown = ""

    until("/quit leaves")
    until(">")
    os.write(keyboard, b"never mind\x03")  # Ctrl-C clears the line
    until(">")
    os.write(keyboard, b"which partnerships is Catalonia in?\r")
    until("Source")
    os.write(keyboard, b"1\r")
    until("High Performance Production")
    os.write(keyboard, b"\x04")  # Ctrl-D leaves
    assert process.wait(timeout=30) == 0
    os.close(keyboard)
    history = (tmp_path / "s3p-assistant" / "history").read_text()
    assert "which partnerships is Catalonia in?" in history
    assert "never mind" not in history
