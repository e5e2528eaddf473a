"""Every setting: its environment variable, type, default and meaning; nothing is read at import."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args, get_origin
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

APP = "s3p-assistant"
DATABASE_FILE = "s3p.db"
MOST_ID = 2**52
"""The ids of Telegram have at most 52 significant bits."""


class SettingsError(Exception):
    """A variable has a value that cannot be used; the message names it and the mend."""


def _split(value: Any) -> Any:
    """The parts of a comma-separated text; other values as they are."""
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


class Settings(BaseSettings):
    """The settings by the names of their environment variables, in lower case."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    telegram_bot_token: SecretStr | None = Field(
        None, description="The bot's token from @BotFather; only `run` needs it."
    )
    telegram_base_url: str = Field(
        "https://api.telegram.org/bot",
        description="Where the Bot API answers (yours, if you host it); the token is appended.",
    )
    telegram_base_file_url: str = Field(
        "https://api.telegram.org/file/bot",
        description="Where the Bot API serves files; the token is appended.",
    )
    database_url: str | None = Field(
        None,
        description="`sqlite:///path/to/file.db` or `postgresql://user:password@host/name`. "
        "In a password write %40 for @, %2F for /. Without it: a SQLite file in your data folder, "
        "or in `./data`.",
    )
    knowledge_packs: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)] = Field(
        (),
        description="Ids of the knowledge packs to use, comma-separated, in order; all without it.",
    )
    admin_ids: Annotated[tuple[int, ...], NoDecode, BeforeValidator(_split)] = Field(
        (), description="Telegram user ids that may administer the bot, comma-separated."
    )
    maintainers_chat: int | None = Field(
        None,
        description="The chat that is told of errors, without personal data; else each admin.",
    )
    operator: str | None = Field(
        None,
        max_length=120,
        description="Who runs the bot and answers for what it stores, with a way to reach them; "
        "stands in /about, /privacy and the bot's description.",
    )
    bot_name: str | None = Field(
        None,
        max_length=64,
        description="The bot's name in Telegram; without it, the one given to @BotFather stays.",
    )
    webhook_url: str | None = Field(
        None, description="The public https address Telegram calls; long polling without it."
    )
    webhook_secret: SecretStr | None = Field(
        None,
        description="The secret Telegram sends along: 16-256 letters, digits, _ and -; needed with "
        "WEBHOOK_URL.",
    )
    public_url: str | None = Field(
        None,
        description="The public https address of the bot's web pages, for calendars to subscribe "
        "to; without it the host of WEBHOOK_URL.",
    )
    port: int = Field(
        8080,
        ge=1,
        le=65535,
        description="The port of the bot's web pages (webhook, /calendar, /health, /ready, "
        "/metrics), which are served when it, WEBHOOK_URL or PUBLIC_URL is set.",
    )
    default_timezone: str = Field(
        "Europe/Brussels", description="The IANA time zone for people and dates that name none."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = Field(
        "INFO", description="The least level that is logged."
    )

    log_format: Literal["text", "json"] = Field(
        "text", description="How the log is written: lines for people, or JSON for programs."
    )
    metrics_token: SecretStr | None = Field(
        None,
        description="Who asks for /metrics sends it along (`Authorization: Bearer …`); without it "
        "only this machine may ask.",
    )

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value

    @field_validator("default_timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError("no such IANA time zone; write one like Europe/Brussels") from error
        return value

    @field_validator("telegram_base_url", "telegram_base_file_url", "webhook_url", "public_url")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if not re.match(r"https?://[^\s/]+", value):
            raise ValueError("not a web address; write it whole, with https://")
        try:
            address = urlsplit(value)
            possible = address.hostname and address.port != 0
        except ValueError:
            possible = False
        if not possible:
            raise ValueError("not a web address; a port is a number from 1 to 65535, IPv6 in [ ]")
        return value

    @field_validator("telegram_bot_token", mode="before")
    @classmethod
    def _without_blanks(cls, value: Any) -> Any:
        return value.strip() if isinstance(value, str) else value

    @field_validator("admin_ids")
    @classmethod
    def _of_people(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if not all(0 < id <= MOST_ID for id in value):
            raise ValueError("not ids of people; write positive numbers of up to 52 bits")
        return value

    @field_validator("metrics_token")
    @classmethod
    def _fits_a_header(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch("[!-~]+", value.get_secret_value()):
            raise ValueError("use ASCII letters, digits and signs only, without blanks")
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The default time zone."""
        return ZoneInfo(self.default_timezone)

    @property
    def public_address(self) -> str | None:
        """Where the web pages can be reached from outside, without a slash at its end."""
        if self.public_url is not None:
            return self.public_url.rstrip("/")
        if self.webhook_url is None:
            return None
        address = urlsplit(self.webhook_url)
        return f"{address.scheme}://{address.netloc.rpartition('@')[2]}"

    @property
    def database(self) -> str:
        """DATABASE_URL, or the URL of the default file, whose folder is made when it is missing."""
        return self.database_url or f"sqlite:///{data_folder() / DATABASE_FILE}"


def read_settings() -> Settings:
    """The settings of this process's environment.

    Raises:
        SettingsError: naming each variable that cannot be used; never showing its value.
    """
    try:
        return Settings()
    except ValidationError as error:
        parts = [f"{_variable(one['loc'])}: {_sentence(one['msg'])}" for one in error.errors()]
        raise SettingsError(f"{'; '.join(parts)} - correct the environment.") from None


def data_folder() -> Path:
    """The user's data folder for this program, or ``./data`` where that cannot be written."""
    # Imported here because a DATABASE_URL makes it needless.
    from platformdirs import user_data_path

    for folder in (user_data_path(APP), Path("data").resolve()):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    raise SettingsError(
        "DATABASE_URL: neither your data folder nor ./data can be written - set it to a file or "
        "server you can write to."
    )


def _variable(location: tuple[int | str, ...]) -> str:
    return str(location[0]).upper() if location else "the environment"


def _sentence(message: str) -> str:
    return message.removeprefix("Value error, ").removesuffix(".")


def readme_table() -> str:
    """All variables as a table for the README, where a test keeps it true."""
    rows = ["| variable | type | default | meaning |", "| --- | --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        default = f"`{field.default}`" if field.default not in (None, ()) else ""
        kind = _kind(field.annotation)
        rows.append(f"| `{name.upper()}` | {kind} | {default} | {field.description} |")
    return "\n".join(rows)


def _kind(annotation: Any) -> str:
    """What a value is, in a word for people."""
    if get_origin(annotation) is Literal:
        return ", ".join(get_args(annotation))
    inner = [one for one in get_args(annotation) if one not in (type(None), Ellipsis)]
    if get_origin(annotation) is tuple:
        return f"list of {_KINDS[inner[0]]}s"
    return _KINDS[inner[0] if inner else annotation]


_KINDS: Mapping[Any, str] = {str: "text", int: "number", SecretStr: "secret"}
