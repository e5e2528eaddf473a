"""Texts that people, and worse, might send."""

import random

PIECES = (
    "<3", "<b>", "</b>", "<a href='x'>", "&lt;", "&", '"', "'", "{{ 7*7 }}", "{% raw %}", "%s",
    "\\",
    "\x00", "\x07", "\u202e", "\u200b", "\ufeff", "\U0001f4a5", "👨‍👩‍👧", "🏴‍☠️",
    "é", "ß", "İ", "ﬁ", "中文", "العربية",
    "\n", "\r\n", "\t", " ", "/", "@", "@s3p_test_bot", "/start", "'; DROP TABLE chats; --", "=1+1",
    "Catalonia", "catalunya", "who leads", "which", "textile", "3D", "what is", "not", "and", "?",
    "2017-13-45", "999999999999999999", "-1", "NaN", "null", "true", "[]", "()", "*", "_", "`",
    "~", "|",
)  # fmt: skip


def hostile_texts(number: int, *, seed: int) -> list[str]:
    """So many texts of 1 to 4,096 UTF-16 units that a client could send; the same for a seed."""
    chance = random.Random(seed)  # noqa: S311 - not a secret
    found = ["💥" * 2048, "a" * 4096, "<" * 4096, "a b " * 1024, "catalonia " * 400]
    while len(found) < number:
        text = "".join(
            chance.choice(PIECES) + chance.choice(("", " "))
            for _ in range(chance.choice((1, 2, 3, 5, 8, 40)))
        )
        if text.strip("\x00\x07\u200b\ufeff\u202e \t\r\n") and not text.startswith("/"):
            found.append(text)
    return found
