"""The command line in this process: what a command prints, and with which exit code it ends."""

import json
import sys
from io import BytesIO, TextIOWrapper
from typing import Any

import pytest

from bot.cli import run

NOW = "2017-09-01T12:00:00Z"


class Cli:
    """Runs commands in this process and keeps what they said."""

    def __init__(self, capsys: pytest.CaptureFixture[str], patch: pytest.MonkeyPatch) -> None:
        self.capsys = capsys
        self.patch = patch

    def __call__(self, *arguments: str, typed: bytes = b"") -> tuple[int, str, str]:
        self.patch.setattr(sys, "stdin", TextIOWrapper(BytesIO(typed)))
        self.capsys.readouterr()
        code = run(arguments)
        out, err = self.capsys.readouterr()
        return code, out, err

    def batch(self, *lines: str | bytes, code: int = 0) -> list[dict[str, Any]]:
        typed = b"\n".join(line.encode() if isinstance(line, str) else line for line in lines)
        found, out, err = self("ask", "--batch", "--now", NOW, typed=typed)
        assert (found, err) == (code, "")
        return [json.loads(line) for line in out.splitlines()]


def assert_one_sentence(said: str, mend: str) -> None:
    assert len(said.splitlines()) == 1, said
    assert "Traceback" not in said
    assert "Unexpected" not in said
    assert mend in said
