"""The secrets of this process, and texts without them."""

import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, unquote, urlsplit

NAMES = ("TELEGRAM_BOT_TOKEN", "WEBHOOK_SECRET", "METRICS_TOKEN")
"""The variables whose values nobody may see."""

SHORTEST = 6
"""Letters; to leave out a shorter secret would leave holes in every text."""

_TOKEN = re.compile(r"\d{3,}:[A-Za-z0-9_-]{20,}")
_PASSWORD = re.compile(r"(?<=://)([^\s/:@]*):[^\s/@]+@")


def secrets_of(environment: Mapping[str, str]) -> frozenset[str]:
    """What an environment holds that nobody may see, in each way it may be written."""
    found = [environment.get(name, "").strip() for name in NAMES]
    try:
        password = urlsplit(environment.get("DATABASE_URL", "")).password or ""
    except ValueError:
        password = ""
    found += [password, unquote(password), quote(unquote(password), safe="")]
    return frozenset(one for one in found if len(one) >= SHORTEST)


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """A text in which secrets, tokens and passwords of addresses are left out."""
    for secret in secrets:
        text = text.replace(secret, "(secret)")
    return _PASSWORD.sub(r"\1:(secret)@", _TOKEN.sub("(token)", text))
