"""The table of commands, the bot's own words, links and the log."""

import csv
import io
import re
from pathlib import Path

from bot.links import write_codes
from handlers.commands import COMMANDS
from handlers.deeplinks import all_links, payload_of, target
from handlers.menu import readme_table, scopes
from handlers.paging import units
from handlers.texts import HERE, languages, texts
from knowledge.snapshot import Snapshot


def test_every_language_says_the_same_things() -> None:
    first = texts("en")
    for code in languages():
        other = texts(code)
        assert list(other.commands) == list(first.commands) == [one.name for one in COMMANDS]
        assert set(other._texts) == set(first._texts)
        assert set(other._said.values()) == set(first._said.values()) <= set(other.commands)
        for templates in (other._texts, *other._plain.values()):
            assert all(template.name is None for template in templates.values()), "each compiles"
        described = other.profile("description") + other.profile("operator", operator="x" * 120)
        assert len(described) + 2 <= 512
        assert len(other.profile("short_description")) <= 120
        for says in other.commands.values():
            assert 1 <= units(says) <= 256


def test_commands_are_what_telegram_takes() -> None:
    assert len(COMMANDS) <= 100
    assert all(re.fullmatch(r"[a-z0-9_]{1,32}", one.name) for one in COMMANDS)
    assert len(scopes([1])) == 5
    assert len(scopes([1], [2, 3])) == 7
    assert "| /region | " in readme_table()


def test_no_wording_stands_in_python() -> None:
    """A sentence in a string of the handlers belongs into the texts."""
    for file in HERE.parent.glob("*.py"):
        code = re.sub(r'""".*?"""', "", file.read_text(encoding="utf-8"), flags=re.DOTALL)
        code = "\n".join(line for line in code.splitlines() if "_log." not in line)
        found = re.findall(r'"([A-Z][a-z]+(?: [a-z]+){3,}[^"]*)"', code)
        assert found == [], file.name


def test_links_lead_to_what_they_name(snapshot: Snapshot, tmp_path: Path) -> None:
    found = list(all_links(snapshot, "s3p_bot"))
    assert len(found) == len(snapshot.partnerships) + 52 + len(snapshot.events) + 1
    for link in found[:-1]:
        payload = payload_of(link.kind, link.id)
        assert payload is not None
        assert link.url == f"https://t.me/s3p_bot?start={payload}"
        assert target(payload, snapshot) == (link.kind, link.id)
    assert write_codes(found[:2], tmp_path) == 2
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".png", ".png", ".svg", ".svg"]


def test_csv_of_links(snapshot: Snapshot) -> None:
    from bot.links import as_csv

    rows = list(csv.DictReader(io.StringIO(as_csv(all_links(snapshot, "s3p_bot")))))
    assert rows[0]["kind"] == "partnership"
    assert rows[-1]["url"] == "https://t.me/s3p_bot?start=committee"
