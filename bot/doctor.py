"""The command ``doctor``: checks the set-up and says how to mend what is wrong."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.cli import DONE, FAILED
from bot.doctor_service import Finding, calendar_says, processes, telegram_says
from bot.secrets import secrets_of, without_secrets
from bot.settings import Settings, SettingsError, read_settings
from bot.webhook_settings import SHORTEST_SECRET, own_server, webhook_faults
from db.engine import create_engine, writing
from db.errors import DatabaseError, name_of
from db.migrate import current_revision, revisions
from knowledge.loader import check
from knowledge.pack_files import PackError, checksum, shipped_by_id
from knowledge.reading import (
    MissingKnowledge,
    loaded_checksums,
    packs_of_others,
    read_snapshot,
)

OLDEST_PYTHON = (3, 11)
WEBHOOK_PORTS = (443, 80, 88, 8443)
"""The ports Telegram calls (https://core.telegram.org/bots/webhooks)."""


def doctor() -> int:
    """Prints each check; 1 when one failed."""
    findings = asyncio.run(examine())
    secrets = secrets_of(os.environ)
    for finding in findings:
        print(f"{finding.state:<5} {finding.about}: {without_secrets(finding.says, secrets)}")
    return FAILED if any(finding.state == "fail" for finding in findings) else DONE


async def examine() -> list[Finding]:
    """All findings, in the order in which one would mend them; changes nothing."""
    findings = [_python()]
    try:
        settings = read_settings()
    except SettingsError as error:
        return [*findings, Finding("fail", "settings", str(error)), *_packs()]
    findings.append(Finding("ok", "settings", f"read; time zone {settings.default_timezone}"))
    findings += _packs()
    findings += [finding async for finding in _database(settings)]
    findings.append(_token(settings))
    findings += _webhook(settings)
    if all(one.state == "ok" for one in findings if one.about == "token"):
        findings += [finding async for finding in telegram_says(settings)]
        findings += [finding async for finding in calendar_says(settings)]
    return findings


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info < OLDEST_PYTHON:
        return Finding("fail", "Python", f"{version} is too old - install 3.11 or newer.")
    return Finding("ok", "Python", version)


def _packs() -> Iterator[Finding]:
    try:
        packs = check(shipped_by_id().values())
    except PackError as error:
        yield from (Finding("fail", "packs", problem) for problem in str(error).splitlines())
        return
    rows = sum(len(rows) for pack in packs for rows in pack.tables.values())
    yield Finding("ok", "packs", f"{len(packs)} shipped, {rows} rows, nothing wrong")


async def _database(settings: Settings) -> AsyncIterator[Finding]:
    try:
        engine = create_engine(settings.database)
    except (DatabaseError, SettingsError) as error:
        yield Finding("fail", "database", str(error))
        return
    try:
        if missing := _missing_file(engine):
            yield missing
            return
        async for finding in _contents(engine, settings):
            yield finding
    except DatabaseError as error:
        yield Finding("fail", "database", str(error))
    finally:
        await engine.dispose()


def _missing_file(engine: AsyncEngine) -> Finding | None:
    """A finding when the SQLite file is yet to be made: to connect would make it."""
    file = engine.url.database
    if (
        engine.dialect.name != "sqlite"
        or file in (None, "", ":memory:")
        or "uri" in engine.url.query
    ):
        return None
    path = Path(str(file))
    if path.exists():
        return None
    if os.access(path.parent, os.W_OK):
        return Finding("warn", "database", f"{path} is not there yet - `s3p load` makes it.")
    return Finding(
        "fail", "database", f"{path} cannot be made - make its folder, or set DATABASE_URL."
    )


async def _contents(engine: AsyncEngine, settings: Settings) -> AsyncIterator[Finding]:
    current, newest = await current_revision(engine), revisions()[-1]
    yield Finding("ok", "database", name_of(engine.url).removeprefix("The database "))
    yield await _writable(engine)
    if current != newest:
        if current is not None and current not in revisions():
            mend = "install the newer program, or choose another DATABASE_URL."
            yield Finding("fail", "migrations", f"{current} is newer than {newest} - {mend}")
            return
        says = f"at {current or 'nothing'}, {newest} is the newest - `s3p load` migrates."
        yield Finding("warn", "migrations", says)
    if current is None:
        return
    if current == newest:
        yield Finding("ok", "migrations", f"at {newest}, the newest")
    # Tables of an older program do not tell where a pack came from: all count as shipped.
    others = await packs_of_others(engine) if current == newest else frozenset()
    yield await _knowledge(engine, settings, others)
    if current == newest:
        async for finding in processes(engine):
            yield finding


async def _writable(engine: AsyncEngine) -> Finding:
    try:
        async with writing(engine) as connection:
            trial = await connection.begin_nested()
            await connection.execute(text("CREATE TABLE s3p_doctor (id INTEGER)"))
            await trial.rollback()
    except DatabaseError as error:
        return Finding("fail", "writing", str(error))
    return Finding("ok", "writing", "the database can be written")


async def _knowledge(engine: AsyncEngine, settings: Settings, others: frozenset[str]) -> Finding:
    """What is loaded; ``others`` are the packs that somebody loaded from a folder of their own."""
    try:
        shipped = shipped_by_id()
        loaded = await loaded_checksums(engine)
        chosen = settings.knowledge_packs or tuple(shipped)
        differ = [id for id in chosen if id in shipped and loaded.get(id) != checksum(shipped[id])]
        if stale := [id for id in differ if id not in others]:
            says = f"{', '.join(stale)} not loaded as shipped - the next start does that."
            return Finding("warn", "knowledge", says)
        snapshot = await read_snapshot(engine, settings.knowledge_packs)
    except (PackError, MissingKnowledge) as error:
        return Finding("fail", "knowledge", str(error))
    facts = sum(len(things) for things in snapshot.things.values())
    says = f"revision {snapshot.revision}, {len(snapshot.packs)} packs, {facts} things"
    if differ:
        says += (
            f"; {', '.join(differ)} loaded from a folder in place of the shipped, which starts keep"
        )
    return Finding("ok", "knowledge", says)


def _token(settings: Settings) -> Finding:
    if settings.telegram_bot_token is None:
        mend = "get one from @BotFather and set TELEGRAM_BOT_TOKEN; only `run` needs it."
        return Finding("warn", "token", f"there is none - {mend}")
    if re.fullmatch(r"\d{3,}:[A-Za-z0-9_-]{30,}", settings.telegram_bot_token.get_secret_value()):
        return Finding("ok", "token", "has the form of a token")
    mend = "copy it whole from @BotFather: digits, a colon, 35 letters."
    return Finding("fail", "token", f"TELEGRAM_BOT_TOKEN is not a token - {mend}")


def _webhook(settings: Settings) -> Iterator[Finding]:
    if settings.webhook_url is None:
        yield Finding("ok", "webhook", "none: `run` polls")
        return
    database = settings.database_url or "sqlite"
    if database.startswith("sqlite"):
        yield Finding(
            "warn",
            "webhook",
            "with SQLite all processes have to run on one machine - set "
            "DATABASE_URL to a PostgreSQL server for more.",
        )
    address = urlsplit(settings.webhook_url)
    faults = list(webhook_faults(settings))
    if address.port not in (None, *WEBHOOK_PORTS) and not own_server(settings):
        ports = ", ".join(map(str, WEBHOOK_PORTS))
        faults.append(f"WEBHOOK_URL: Telegram only calls the ports {ports}.")
    for fault in faults:
        yield Finding("fail", "webhook", fault)
    secret = settings.webhook_secret and settings.webhook_secret.get_secret_value()
    if secret and len(secret) < SHORTEST_SECRET:
        says = "WEBHOOK_SECRET is short enough to be guessed - `openssl rand -hex 32` makes one."
        yield Finding("warn", "webhook", says)
    if not faults:
        yield Finding("ok", "webhook", f"{address.hostname}, listening on port {settings.port}")
