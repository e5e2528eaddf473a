"""The audit of dependencies never passes in silence: what was not checked is said."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

AUDIT = Path(__file__).parent.parent / ".ci" / "audit.py"
SOUND = {"name": "sound", "version": "1", "vulns": []}
UNHEARD = {"name": "unheard", "skip_reason": "not found"}
WEAK = {
    "name": "weak",
    "version": "1",
    "vulns": [{"id": "PYSEC-1", "fix_versions": ["2"], "aliases": [], "description": ""}],
}


@pytest.mark.parametrize(
    ("dependencies", "code", "says"),
    [
        ([SOUND], 0, "no weakness is known of any of the 1 packages"),
        ([SOUND, WEAK], 1, "weak 1: PYSEC-1, mended by 2"),
        ([SOUND, UNHEARD], 3, "for 1 of 2 packages, which were NOT checked: unheard"),
        ([WEAK, UNHEARD], 1, "NOT checked: unheard"),
        (None, 3, "NOTHING was checked (ConnectionError: no way there)"),
    ],
)
def test_the_outcome_is_said(
    tmp_path: Path, dependencies: list[object] | None, code: int, says: str
) -> None:
    """With a stand-in for the tool, whose data is elsewhere."""
    tool = "import sys\nsys.exit('Traceback\\nConnectionError: no way there')\n"
    if dependencies is not None:
        tool = f"print({json.dumps({'dependencies': dependencies})!r})\n"
    (tmp_path / "pip_audit.py").write_text(tool, "utf-8")
    done = subprocess.run(  # noqa: S603 - our own file
        [sys.executable, str(AUDIT)],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (code, "")
    assert says in done.stdout
