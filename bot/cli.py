"""The command line: its grammar, and what an error looks like. The commands stand in cli_*.py."""

import argparse
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from bot.events_grammar import add_events

DONE, FAILED, WRONG_USAGE = 0, 1, 2


class UsageError(Exception):
    """The command was given something it cannot work with; the message has the mend."""


class CommandError(Exception):
    """The command failed; the message is one sentence with the mend."""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, in place of the usage of all commands."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(allow_abbrev=False, **settings)

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} - see `{self.prog} --help`.")


class _Version(argparse.Action):
    """Prints the version of the installed distribution and leaves."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        # Imported here because looking into distributions is slow.
        from importlib import metadata

        try:
            version = metadata.version("s3p-assistant")
        except metadata.PackageNotFoundError:
            version = "0.1.0"  # run from a checkout that is not installed
        print(f"{parser.prog} {version}")
        parser.exit()


def progress_note(note: str) -> None:
    """Shows people what takes long; keeps the standard error of programs empty."""
    if sys.stderr.isatty():
        print(note, file=sys.stderr, flush=True)


def run(arguments: Sequence[str]) -> int:
    """Runs one command; errors are one line on standard error.

    Returns:
        0 done, 1 failed, 2 wrong usage.
    """
    for stream in (sys.stdout, sys.stderr):
        # Names of many languages must come out whatever the locale is.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    debug = "--debug" in arguments
    try:
        given = _grammar().parse_args(arguments)
        done: int = given.command(given)
        sys.stdout.flush()
    except SystemExit as stop:  # --help and --version
        return int(stop.code or DONE)
    except BrokenPipeError:
        # The reader has gone. What is left in the buffer must not raise again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:  # noqa: BLE001 - the last line of defence: nobody is shown a traceback
        return _report(error, debug=debug)
    return done


def _report(error: Exception, *, debug: bool) -> int:
    # Imported here because only a failure needs them; they are slow.
    from bot.secrets import secrets_of, without_secrets
    from bot.settings import SettingsError
    from db.errors import DatabaseError
    from knowledge.pack_files import PackError
    from knowledge.reading import MissingKnowledge

    secrets = secrets_of(os.environ)
    if debug:
        frames = "".join(traceback.format_exception(error))
        print(without_secrets(frames, secrets), end="", file=sys.stderr)
    expected = (UsageError, CommandError, SettingsError, DatabaseError, PackError, MissingKnowledge)
    if isinstance(error, expected):
        print(without_secrets(str(error), secrets), file=sys.stderr)
    else:
        reason = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        reason = without_secrets(reason, secrets)
        print(f"Unexpected error ({reason}) - run it again with --debug.", file=sys.stderr)
    return WRONG_USAGE if isinstance(error, UsageError) else FAILED


def _grammar() -> _Parser:
    shared = _Parser(add_help=False)
    shared.add_argument(
        "--debug",
        action="store_true",
        default=argparse.SUPPRESS,
        help="show the traceback of an error",
    )
    parser = _Parser(
        prog="s3p",
        parents=[shared],
        description="Answers questions about S3P-Industry, its partnerships, regions and events.",
        epilog="Exit codes: 0 done, 1 failed, 2 wrong usage.",
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version")
    commands = parser.add_subparsers(
        metavar="COMMAND", required=True, title="commands", parser_class=_Parser
    )

    def command(name: str, task: Callable[[argparse.Namespace], int], says: str) -> _Parser:
        found = commands.add_parser(name, parents=[shared], help=says, description=says)
        found.set_defaults(command=task)
        return found

    command("chat", _chat, "a conversation in the terminal; needs no token")
    _ask_grammar(command("ask", _ask, "one answer, or one a line of JSON"))
    load = command("load", _load, "load or refresh knowledge packs, all or nothing")
    load.add_argument("paths", nargs="*", metavar="PATH", help="pack folders; the shipped without")
    load.add_argument("--force", action="store_true", help="also what has not changed")
    export = command("export", _export, "the whole knowledge base with its sources")
    export.add_argument("--format", choices=("json", "csv"), default="json")
    export.add_argument("--out", metavar="DIR", help="write files there, not to standard output")
    _evaluate_grammar(command("evaluate", _evaluate, "run question cases and report the accuracy"))
    _misses_grammar(command("misses", _misses, "questions without an answer, and teaching"))
    add_events(command("events", _events, "list, add, change and cancel events"))
    says = "the Telegram bot: long polling, or a webhook when WEBHOOK_URL is set"
    run = command("run", _run, says)
    run.add_argument(
        "--clock", metavar="ISO", help="rehearse: begin at this moment (2017-03-10T09:00+01:00)"
    )
    run.add_argument(
        "--speed", metavar="N", help="with --clock: how many times as fast time passes (default: 1)"
    )
    run.add_argument(
        "--only",
        choices=("web", "work"),
        help="answer people, or do what goes on unasked (reminders, tidying); both without",
    )
    links = command("links", _links, "links to every partnership, region and event, for badges")
    links.add_argument("--format", choices=("csv",), default="csv")
    links.add_argument("--qr", metavar="DIR", help="also write QR codes (PNG and SVG) there")
    links.add_argument("--username", metavar="BOT", help="the bot's name; else Telegram is asked")
    kept = command("backup", _backup, "write all that cannot be made again to one file")
    kept.add_argument("file", metavar="FILE")
    back = command("restore", _restore, "put a backup in the place of what the database holds")
    back.add_argument("file", metavar="FILE")
    back.add_argument("--replace", action="store_true", help="also when the database holds chats")
    command("doctor", _doctor, "check the set-up and say how to mend what is wrong")
    return parser


def _ask_grammar(ask: _Parser) -> None:
    ask.add_argument("question", nargs="*", metavar="QUESTION")
    ask.add_argument("--json", action="store_true", help="print the whole answer as JSON")
    ask.add_argument("--explain", action="store_true", help="also print how it was understood")
    ask.add_argument(
        "--batch",
        action="store_true",
        help="read lines of JSON with id, chat, text, now and lang; write one line for each; "
        "the exit code is 1 when a line could not be read",
    )
    ask.add_argument("--now", metavar="ISO", help="answer as of this moment (2017-06-01T09:00Z)")
    ask.add_argument("--lang", metavar="xx", default="en", help="the language to answer in")


def _evaluate_grammar(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="case files (.yaml, .jsonl) or folders of them"
    )
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    parser.add_argument(
        "--misses", type=int, default=10, metavar="N", help="show so many misses (default: 10)"
    )
    parser.add_argument(
        "--now", metavar="ISO", help="for cases that do not say when they are asked"
    )


def _misses_grammar(parser: argparse.ArgumentParser) -> None:
    parser.set_defaults(what="list", json=False)
    parts = parser.add_subparsers(metavar="WHAT", parser_class=_Parser, title="what to do")

    def part(name: str, says: str, *, json: bool = False) -> argparse.ArgumentParser:
        found = parts.add_parser(name, help=says, description=says)
        found.set_defaults(what=name)
        if json:
            found.add_argument("--json", action="store_true", help="print JSON")
        return found

    part("list", "the questions, those alike together", json=True)
    teach = part("teach", "teach what a question is about; tried out on all cases first", json=True)
    teach.add_argument("question", metavar="QUESTION", help="its number in the list, or its text")
    teach.add_argument("--as", dest="thing", metavar="KIND/ID", required=True)
    teach.add_argument("--name", metavar="TEXT", help="teach this name of the thing instead")
    teach.add_argument(
        "--cases", action="append", metavar="FILE", help="question cases to try (default: our own)"
    )
    dismiss = part("dismiss", "forget questions")
    dismiss.add_argument("keys", nargs="+", type=int, metavar="NUMBER")
    part("taught", "what was taught", json=True)
    part("unteach", "take back what was taught").add_argument("text", metavar="TEXT")
    export = part("export", "write what was taught as pack files")
    export.add_argument("--out", metavar="DIR", required=True)


# Each command imports its module when it is called, to keep the start of the others short.


def _chat(_given: argparse.Namespace) -> int:
    from bot.terminal import chat

    return chat()


def _ask(given: argparse.Namespace) -> int:
    from bot.cli_ask import ask, ask_batch

    question = " ".join(given.question)
    if given.batch:
        if question or given.json or given.explain:
            raise UsageError(
                "--batch reads its questions from standard input - leave the rest out."
            )
        return ask_batch(now=given.now, lang=given.lang)
    if given.json and given.explain:
        raise UsageError("--json and --explain are two forms of output - choose one.")
    return ask(question, now=given.now, lang=given.lang, as_json=given.json, explain=given.explain)


def _load(given: argparse.Namespace) -> int:
    from bot.cli_knowledge import load_packs

    return load_packs(given.paths, force=given.force)


def _export(given: argparse.Namespace) -> int:
    from bot.cli_knowledge import export

    return export(given.format, given.out)


def _evaluate(given: argparse.Namespace) -> int:
    from bot.cli_evaluate import evaluate_files

    return evaluate_files(given.files, now=given.now, as_json=given.json, misses=given.misses)


def _misses(given: argparse.Namespace) -> int:
    from bot.cli_misses import misses

    return misses(given)


def _events(given: argparse.Namespace) -> int:
    from bot.cli_events import events

    return events(given)


def _run(given: argparse.Namespace) -> int:
    from bot.cli_run import run_telegram

    return run_telegram(given.only or "all", given.clock, given.speed)


def _links(given: argparse.Namespace) -> int:
    from bot.cli_links import links

    return links(given.username, given.qr)


def _backup(given: argparse.Namespace) -> int:
    from bot.cli_backup import backup

    return backup(given.file)


def _restore(given: argparse.Namespace) -> int:
    from bot.cli_backup import put_back

    return put_back(given.file, replace=given.replace)


def _doctor(_given: argparse.Namespace) -> int:
    from bot.doctor import doctor

    return doctor()
