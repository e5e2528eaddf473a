"""The README's tables are those of the code."""

from pathlib import Path

from bot import settings
from handlers import menu
from handlers.commands import BESIDES

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def test_every_setting_stands_in_the_readme() -> None:
    assert settings.readme_table() in README


def test_every_command_stands_in_the_readme() -> None:
    assert menu.readme_table() in README
    assert menu.readme_table(BESIDES) in README
