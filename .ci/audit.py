"""Asks whether the pinned dependencies have known weaknesses; says so where that cannot be told.

Exit codes: 0 all were checked and none is known; 1 there are some; 3 not all could be checked.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.txt",)
COMMAND = ("-m", "pip_audit", "--disable-pip", "--require-hashes", "--format", "json")
CLEAN, WEAK, UNKNOWN = 0, 1, 3


def main() -> int:
    """Prints the findings, each with the version that mends it."""
    found = subprocess.run(  # noqa: S603 - fixed words and our own files
        [sys.executable, *COMMAND, *(word for lock in LOCKS for word in ("-r", lock))],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        dependencies = json.loads(found.stdout)["dependencies"]
    except (ValueError, KeyError):
        last = (found.stderr.strip().splitlines() or ["no reason given"])[-1]
        print(f"AUDIT: the data on weaknesses could not be had; NOTHING was checked ({last[:200]})")
        return UNKNOWN
    weak = [(one, weakness) for one in dependencies for weakness in one.get("vulns", ())]
    for one, weakness in weak:
        mends = ", ".join(weakness["fix_versions"]) or "no version yet"
        print(f"AUDIT: {one['name']} {one['version']}: {weakness['id']}, mended by {mends}")
    unknown = [one["name"] for one in dependencies if "vulns" not in one]
    checked = len(dependencies) - len(unknown)
    if unknown:
        print(
            f"AUDIT: the data on weaknesses could not be had for {len(unknown)} of "
            f"{len(dependencies)} packages, which were NOT checked: {', '.join(unknown)}"
        )
    if weak:
        return WEAK
    if unknown:
        return UNKNOWN
    print(f"AUDIT: no weakness is known of any of the {checked} packages")
    return CLEAN


if __name__ == "__main__":
    sys.exit(main())
