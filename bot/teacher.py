"""Lets another process teach: trying a lesson out would keep this one from answering."""

import asyncio
import json
import os
import sys

from bot.settings import Settings
from handlers.context import Taught

_FAILED = "That could not be tried out; the log says why."
_MOST_SECONDS = 300.0


class Teacher:
    """Runs ``misses teach``, on the database and packs of this process."""

    def __init__(self, settings: Settings) -> None:
        self._environment = {**os.environ, "DATABASE_URL": settings.database}
        self._turn = asyncio.Lock()

    async def __call__(self, question: str, thing: str, name: str | None) -> Taught:
        """Teaches one lesson after the other; see ``handlers.context.Teach``."""
        # What follows the mark is no option, whatever a question begins with.
        options = ["--json", "--as", thing, *(["--name", name] if name else [])]
        command = ("-m", "bot", "misses", "teach", *options, "--", question)
        async with self._turn, asyncio.timeout(_MOST_SECONDS):
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *command,
                env=self._environment,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            out, err = await process.communicate()
        try:
            found = json.loads(out)
        except ValueError:
            said = err.decode("utf-8", "replace").strip().partition("\n")[0]
            return Taught(said or _FAILED, done=False)
        return Taught(str(found["says"]), bool(found["taught"]))
