"""Imports only go down: bot → handlers → knowledge → db."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
MAY_IMPORT: dict[str, set[str]] = {
    "db": set(),
    "knowledge": {"db"},
    "handlers": {"db", "knowledge"},
    "bot": {"db", "knowledge", "handlers"},
}
CHANNEL = {"telegram", "httpx", "aiohttp", "requests", "socket"}
"""What knowledge must not know of: it answers, and others carry the answer."""
CLOCKS = ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time")


def modules(layer: str) -> Iterator[Path]:
    return (file for file in sorted((ROOT / layer).rglob("*.py")) if "packs" not in file.parts)


def imported(tree: ast.AST) -> Iterator[tuple[str, ast.stmt]]:
    """Names of imported packages (the first part) with their statements."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name.partition(".")[0], node) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module.partition(".")[0], node


@pytest.mark.parametrize("layer", MAY_IMPORT)
def test_layers_import_only_what_is_below_them(layer: str) -> None:
    for file in modules(layer):
        for name, _ in imported(ast.parse(file.read_text("utf-8"))):
            if name in MAY_IMPORT or name == "tests":
                assert name == layer or name in MAY_IMPORT[layer], f"{file} imports {name}"


def test_knowledge_knows_no_channel() -> None:
    for file in modules("knowledge"):
        for name, _ in imported(ast.parse(file.read_text("utf-8"))):
            assert name not in CHANNEL, f"{file} imports {name}"


def test_knowledge_reads_no_clock() -> None:
    for file in modules("knowledge"):
        text = file.read_text("utf-8")
        for clock in CLOCKS:
            assert f"{clock}(" not in text, f"{file} reads the clock: pass the moment in"


@pytest.mark.parametrize("layer", MAY_IMPORT)
def test_imports_inside_functions_give_their_reason(layer: str) -> None:
    """A comment above says why: slow, optional or a cycle; one for a whole file will do."""
    for file in modules(layer):
        text = file.read_text("utf-8")
        tree, lines = ast.parse(text), text.splitlines()
        inline = [
            node
            for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
            for _, node in imported(function)
        ]
        if not inline or any("# Each " in line and "imports" in line for line in lines):
            continue
        for node in inline:
            above = lines[max(0, node.lineno - 12) : node.lineno - 1]
            assert any(line.strip().startswith("#") and _gives_reason(line) for line in above), (
                f"{file}:{node.lineno}: say in a comment why it is imported here"
            )


def _gives_reason(comment: str) -> bool:
    words = ("import", "slow", "optional", "cycle", "start", "need")
    return any(word in comment.lower() for word in words)
