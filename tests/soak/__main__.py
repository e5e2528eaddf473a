"""Long loads, kills, outages and hostility: figures beside what is promised.

Usage: python -m tests.soak [--full] [--engine sqlite|postgresql] [SCENARIO…]

The exit code is 1 when something happened that must never happen: an update or a reminder lost or
doubled, a limit of Telegram passed, a forged call that acted, an error nobody foresaw. Figures of
time hang on the machine; they are told beside its load.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bench import machine
from tests.databases import ENGINES, Databases, PostgresDatabases, SqliteDatabases, postgres_server
from tests.soak import calendars, clocks, crashes, hostility, load, outage, reminders, stale
from tests.soak.stage import Act, Stage

ACTS = (
    Act("load", load.load),
    Act("killed", crashes.killed, ("postgresql",)),
    Act("crowd", crashes.crowd),
    Act("stopped", crashes.stopped),
    Act("rolled", crashes.rolled, ("postgresql",)),
    Act("repeated", crashes.repeated),
    Act("away", outage.away, ("postgresql",)),
    Act("full", outage.full, ("sqlite",)),
    Act("stale", stale.stale),
    Act("steps", clocks.steps),
    Act("asleep", clocks.asleep, ("sqlite",)),
    Act("frozen", clocks.frozen, ("postgresql",)),
    Act("forged", hostility.forged),
    Act("posted", hostility.posted, ("postgresql",)),
    Act("texts", hostility.texts, ("sqlite",)),
    Act("reminded-kills", reminders.kills),
    Act("reminded-hour", reminders.hour),
    Act("reminded-days", reminders.days),
    Act("reminded-refusals", reminders.refusals),
    Act("reminded-on-time", reminders.punctual),
    Act("calendars", calendars.calendars, ("sqlite",)),
)


@contextmanager
def engines(wanted: str | None) -> Iterator[list[Databases]]:
    """Makers of databases on the wanted engine, or on both."""
    with tempfile.TemporaryDirectory(prefix="s3p-soak-") as folder, postgres_server() as server:
        postgres = PostgresDatabases(server)
        both: list[Databases] = [SqliteDatabases(Path(folder)), postgres]
        yield [one for one in both if wanted in (None, one.engine)]
        postgres.close()


def play(act: Act, stage: Stage) -> bool:
    """Plays one scenario and prints its figures; whether nothing was broken."""
    begun = time.monotonic()
    first = (act.play.__doc__ or "").strip().partition("\n")[0]
    print(f"{act.name}, {stage.databases.engine}: {first}", flush=True)
    try:
        figures = list(asyncio.run(act.play(stage)))
    except Exception as error:  # noqa: BLE001 - the other scenarios go on
        print(f"  BROKEN: {type(error).__name__}: {str(error)[:2000]}", flush=True)
        return False
    for figure in figures:
        print(figure)
    took = time.monotonic() - begun
    print(f"  ({took:.0f} s, load of the machine {os.getloadavg()[0]:.1f})", flush=True)
    return all(figure.kept for figure in figures if figure.never)


def main(arguments: Sequence[str] | None = None) -> int:
    """Plays the wanted scenarios; the exit code tells whether something was broken."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--full", action="store_true", help="the long form, of hours")
    parser.add_argument("--engine", choices=ENGINES)
    names = [act.name for act in ACTS]
    parser.add_argument("scenarios", nargs="*", choices=[*names, []], metavar="SCENARIO")
    given = parser.parse_args(arguments)
    print(machine(), flush=True)
    broken = []
    with engines(given.engine) as makers:
        for act in ACTS:
            for databases in makers:
                wanted = not given.scenarios or act.name in given.scenarios
                if wanted and databases.engine in act.engines:
                    stage = Stage(databases, given.full)
                    if not play(act, stage):
                        broken.append(f"{act.name} ({databases.engine})")
    print(f"BROKEN: {', '.join(broken)}" if broken else "Nothing happened that must not.")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
