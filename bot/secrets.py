"""The secrets of this process, and texts without them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote, unquote, unquote_plus

NAMES = ("TELEGRAM_BOT_TOKEN", "WEBHOOK_SECRET", "METRICS_TOKEN")
"""The variables whose values nobody may see."""

SHORTEST = 6
"""Letters; to leave out a shorter secret would leave holes in every text."""

_TOKEN = re.compile(r"\d{3,}:[A-Za-z0-9_-]{20,}")
_PASSWORD = re.compile(r"(?<=://)([^\s/:@]*):\S+@")
_NAMED = re.compile(r"(?<=password=)[^&\s'\"]+")
_ADVICE = "user:password@host"
"""How our messages say what an address looks like; nothing of it is a secret."""


def secrets_of(environment: Mapping[str, str]) -> frozenset[str]:
    """What an environment holds that nobody may see, in each way it may be written."""
    found = [environment.get(name, "").strip() for name in NAMES]
    for password in _passwords(environment.get("DATABASE_URL", "")):
        plain = unquote(password)
        found += [password, plain, unquote_plus(password), quote(plain, safe="")]
    return frozenset(one for one in found if len(one) >= SHORTEST)


def _passwords(url: str) -> Iterator[str]:
    """What may be a password of an address, or a part of one that readers take for another part."""
    address = url.partition("://")[2]
    for named in _NAMED.findall(address):
        yield from (named, *re.split("[@/?#:]", named))
    first = address.partition("@")[0].partition(":")[2]
    whole = address.rpartition("@")[0].partition(":")[2]
    yield from (first, whole)
    if first != whole:
        yield from re.split("[@/?#:]", whole)


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """A text in which secrets, tokens and passwords of addresses are left out."""
    return _ADVICE.join(_cleaned(part, secrets) for part in text.split(_ADVICE))


def _cleaned(text: str, secrets: Iterable[str]) -> str:
    # The longest first: what is left of one that holds another would tell of it.
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, "(secret)")
    text = _PASSWORD.sub(r"\1:(secret)@", _TOKEN.sub("(token)", text))
    return _NAMED.sub("(secret)", text)
