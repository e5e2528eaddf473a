"""Writes what the assistant answers now into the written-out replies of the case files.

Usage: python -m tests.accept_replies [FILE…] (all files of tests/cases without). A case asks for
it with a last key ``reply: |``, which may be empty. Read the difference before you keep it: the
tests hold the assistant to these texts.
"""

import asyncio
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bot.application import open_assistant
from bot.settings import read_settings
from knowledge.evaluation import read_cases

CASES = Path(__file__).parent / "cases"
NOW = datetime(2026, 1, 15, 9, tzinfo=UTC)
"""When cases are asked that do not say when."""

_REPLY = re.compile(r"  reply: \|\n(?:    .*\n|\n)*")


def accepted(text: str, name: str, replies: dict[str, str]) -> str:
    """The text of a case file with the replies to its questions put in.

    Args:
        text: The file's text; each case begins at the start of a line.
        name: Its name, as in the ids of ``replies``.
        replies: The reply to the first phrasing of each case, by the case's id.
    """
    blocks = re.split(r"(?m)^(?=- )", text)
    for number, block in enumerate(blocks[1:], 1):
        if "\n  reply: |" in block:
            lines = replies[f"{name}:{number}"].strip().splitlines()
            written = "".join(f"    {line}".rstrip() + "\n" for line in lines)
            blocks[number] = _REPLY.sub(lambda _, w=written: f"  reply: |\n{w}", block)
    return "".join(blocks)


def main(paths: Sequence[str]) -> int:
    """Rewrite the files."""
    assistant = asyncio.run(open_assistant(read_settings()))
    for file in map(Path, paths or sorted(map(str, CASES.rglob("*.yaml")))):
        text = file.read_text("utf-8")
        replies: dict[str, str] = {}
        for case in read_cases(text, str(file)):
            if case.turns[0].expected.reply is not None and case.id not in replies:
                turn = case.turns[0]
                replies[case.id] = assistant.ask(turn.text, now=turn.now or NOW).text
        file.write_text(accepted(text, file.stem, replies), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
