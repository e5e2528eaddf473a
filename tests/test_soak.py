"""The table of the long runs: what fails them, and what is only told."""

import pytest

from tests.databases import SqliteDatabases
from tests.soak import __main__ as soak
from tests.soak.figures import Figure, never, timed
from tests.soak.stage import Act, Stage


@pytest.mark.parametrize(
    ("figure", "verdict"),
    [
        (never("lost", 0), "kept"),
        (never("lost", 1), "BROKEN"),
        (never("answered twice", 2, 2), "kept"),
        (Figure("answer, p95", 151.0, 150, "ms"), "MISSED"),
        (Figure("questions asked", 5947), "5,947"),
    ],
)
def test_a_line_tells_whether_the_promise_was_kept(figure: Figure, verdict: str) -> None:
    assert str(figure).rstrip().endswith(verdict)


def test_percentiles_are_told_in_milliseconds() -> None:
    found = timed("answer", [0.1] * 98 + [0.2, 0.4], p99=300)
    assert [round(one.value) for one in found] == [100, 100, 400, 400]
    assert [one.kept for one in found] == [True, True, False, True]


@pytest.mark.parametrize(
    ("figure", "expected"), [(never("lost", 1), "broken"), (Figure("answer", 2.0, 1.0), "well")]
)
def test_only_what_must_never_happen_fails_a_run(
    figure: Figure, expected: str, sqlite: SqliteDatabases, capsys: pytest.CaptureFixture[str]
) -> None:
    async def play(_: Stage) -> list[Figure]:
        return [figure]

    well = soak.play(Act("trial", play), Stage(sqlite, full=False))
    assert ("well" if well else "broken") == expected
    assert str(figure) in capsys.readouterr().out


def test_a_scenario_that_breaks_down_fails_a_run(
    sqlite: SqliteDatabases, capsys: pytest.CaptureFixture[str]
) -> None:
    async def play(_: Stage) -> list[Figure]:
        raise TimeoutError("waited in vain")

    assert not soak.play(Act("trial", play), Stage(sqlite, full=False))
    assert "BROKEN: TimeoutError: waited in vain" in capsys.readouterr().out
