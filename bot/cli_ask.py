"""The command ``ask``: one answer for people or programs, or one a line of JSON."""

import json
import re
import sys
import traceback
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, time
from math import isfinite
from time import perf_counter
from typing import IO, Any
from zoneinfo import ZoneInfo

from bot.assistants import Assistants, open_assistants
from bot.cli import DONE, FAILED, UsageError
from bot.settings import read_settings
from knowledge.answer import Answer, Focus

MAX_LINE = 1_000_000
"""Bytes of a batch line; more is refused, to keep a bad file from filling the memory."""

YEARS = range(1900, 2200)
"""The years a moment may be in: near the ends of the calendar, sums of dates overflow."""


class LineError(Exception):
    """A line of a batch that cannot be answered; the message is one sentence with the mend."""


def moment(written: str, zone: ZoneInfo) -> datetime:
    """The moment of an ISO text with a time zone; a bare date means its noon in ``zone``.

    Raises:
        UsageError: when it is something else.
    """
    mend = "write one like 2017-06-01T09:00+02:00 or 2017-06-01"
    try:
        found = datetime.fromisoformat(written.strip())
    except ValueError as error:
        raise UsageError(f"{_shown(written)} is not an ISO date and time - {mend}.") from error
    if found.year not in YEARS:
        raise UsageError(f"{_shown(written)} is too far away - {mend}.")
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", written.strip()):
        return datetime.combine(found.date(), time(12), zone)
    if found.tzinfo is None:
        raise UsageError(f"{_shown(written)} has no time zone - add Z or an offset: {mend}.")
    return found


def ask(
    question: str, *, now: str | None, lang: str, as_json: bool = False, explain: bool = False
) -> int:
    """Prints the answer to one question, as JSON or with how it was understood if asked to."""
    if not question.strip():
        raise UsageError("The question is empty - write one: s3p ask 'what is ESM?'")
    if not re.fullmatch(r"[a-z]{2}", lang):
        raise UsageError(f"{_shown(lang)} is not a language code - write two letters, such as en.")
    settings = read_settings()
    at = moment(now, settings.zone) if now is not None else datetime.now(UTC)
    assistants = open_assistants(settings)
    if lang not in assistants.languages:
        print(f"There are no words for {lang!r} yet; this is English.", file=sys.stderr)
    assistant = assistants.speaking(lang)
    if explain:
        # Imported here because it is for those who teach, not for those who ask.
        from bot.explain import explained

        print(explained(assistant.understand(_clean(question), now=at)) + "\n")
    answer = assistant.ask(_clean(question), now=at)
    if as_json:
        print(json.dumps(asdict(answer), ensure_ascii=False, default=str))
    else:
        print(as_text(answer))
    return DONE


def as_text(answer: Answer) -> str:
    """The answer as plain lines, its choices numbered below it."""
    lines = [answer.text.rstrip()]
    lines += [f"  {number}. {choice.label}" for number, choice in enumerate(answer.choices, 1)]
    return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class _Question:
    """A batch line that can be answered."""

    id: Any
    chat: str | int | None
    text: str
    now: datetime
    lang: str


def ask_batch(*, now: str | None, lang: str) -> int:
    """Answers each line of standard input with one line, at once.

    Returns:
        1 when a line could not be answered (all others were), else 0.
    """
    settings = read_settings()
    fixed = moment(now, settings.zone) if now is not None else None
    assistants = open_assistants(settings)
    focus: dict[str | int, Focus | None] = {}
    bad = 0
    for number, line in _lines(sys.stdin.buffer):
        id: Any = None
        try:
            values = _object(line)
            id = values.get("id")
            question = _question(values, fixed or datetime.now(UTC), lang, settings.zone)
            reply = _reply(question, assistants, focus)
        except LineError as error:
            bad += 1
            reply = {"id": id, "line": number, "error": str(error)}
        except Exception as error:  # noqa: BLE001 - one question must not end the others
            bad += 1
            traceback.print_exception(error)
            wrong = f"Unexpected error ({type(error).__name__}) - report this question."
            reply = {"id": id, "line": number, "error": wrong}
        sys.stdout.write(json.dumps(reply, ensure_ascii=False, default=str) + "\n")
        sys.stdout.flush()
    return FAILED if bad else DONE


def _reply(
    question: _Question, assistants: Assistants, focus: dict[str | int, Focus | None]
) -> dict[str, Any]:
    assistant = assistants.speaking(question.lang)
    before = focus.get(question.chat) if question.chat is not None else None
    start = perf_counter()
    answer = assistant.ask(question.text, now=question.now, focus=before)
    elapsed = (perf_counter() - start) * 1000
    if question.chat is not None:
        focus[question.chat] = answer.focus
    return {
        "id": question.id,
        "status": answer.status,
        "intent": answer.intent,
        "confidence": answer.confidence,
        "text": answer.text,
        "entities": [asdict(entity) for entity in answer.entities],
        "sources": [asdict(source) for source in answer.sources],
        "choices": [asdict(choice) for choice in answer.choices],
        "elapsed_ms": round(elapsed, 3),
    }


def _lines(stream: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Numbered lines that are not blank; None in place of one that is too long."""
    number = 0
    while line := stream.readline(MAX_LINE):
        number += 1
        whole = line.endswith(b"\n") or len(line) < MAX_LINE
        while not line.endswith(b"\n") and len(line) == MAX_LINE:
            line = stream.readline(MAX_LINE)
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        if not whole:
            yield number, None
        elif line.strip():
            yield number, line


def _object(line: bytes | None) -> dict[str, Any]:
    if line is None:
        raise LineError(f"The line is longer than {MAX_LINE} bytes - ask in fewer words.")
    try:
        values = json.loads(
            line.decode("utf-8"), parse_constant=_refuse_constant, parse_float=_finite
        )
    except UnicodeDecodeError as error:
        raise LineError("The line is not UTF-8 - save the file as UTF-8.") from error
    except (ValueError, RecursionError) as error:
        raise LineError('The line is not JSON - write {"id": 1, "text": "…"}.') from error
    if not isinstance(values, dict):
        raise LineError('The line is no JSON object - write {"id": 1, "text": "…"}.')
    return values


def _refuse_constant(name: str) -> None:
    raise ValueError(name)


def _finite(written: str) -> float:
    number = float(written)
    if not isfinite(number):
        raise ValueError(written)  # it could not be written back as JSON
    return number


def _question(values: dict[str, Any], now: datetime, lang: str, zone: ZoneInfo) -> _Question:
    text, chat, at = values.get("text"), values.get("chat"), values.get("now")
    spoken = values.get("lang")
    if not isinstance(text, str):
        what = "is missing" if text is None else "is not a text"
        raise LineError(f'"text" {what} - write the question between quotes.')
    if chat is not None and (not isinstance(chat, str | int) or isinstance(chat, bool)):
        raise LineError('"chat" is neither a text nor a whole number - write its id.')
    if spoken is not None and not isinstance(spoken, str):
        raise LineError('"lang" is not a text - write two letters, such as "en".')
    if at is not None:
        if not isinstance(at, str):
            raise LineError('"now" is not a text - write one like "2017-06-01T09:00Z".')
        try:
            now = moment(at, zone)
        except UsageError as error:
            raise LineError(f'"now": {error}') from error
    return _Question(values.get("id"), chat, _clean(text), now, spoken or lang)


def _clean(text: str) -> str:
    """The text without the halves of characters that a broken encoding leaves."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:60] + "…")
