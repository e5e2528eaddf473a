"""The grammar of the command ``events``."""

import argparse

CATEGORIES = ("committee", "conference", "milestone", "meeting", "call")
"""Those of ``knowledge.entries``, which a start need not import; a test compares them."""


def add_events(parser: argparse.ArgumentParser) -> None:
    """Adds what ``events`` can be told to do; a list without it."""
    parser.set_defaults(what="list", json=False, series=None, after=None, before=None, own=False)
    parts = parser.add_subparsers(metavar="WHAT", parser_class=type(parser), title="what to do")

    def part(name: str, says: str) -> argparse.ArgumentParser:
        found: argparse.ArgumentParser = parts.add_parser(name, help=says, description=says)
        found.set_defaults(what=name)
        return found

    listed = part("list", "the events in order of time")
    listed.add_argument("--series", metavar="NAME", help="of a series, such as steering-committee")
    listed.add_argument("--after", metavar="DATE", help="from this ISO date on")
    listed.add_argument("--before", metavar="DATE", help="until this ISO date")
    listed.add_argument("--own", action="store_true", help="what organisers entered or changed")
    listed.add_argument("--json", action="store_true", help="print JSON")
    _writes(_fields(part("add", "a new event; who follows it is told")))
    changed = part("change", "other fields; who was told of it or follows it is told")
    changed.add_argument("id", metavar="ID")
    _writes(_fields(changed))
    for name, says in (
        ("confirm", "say that an event takes place as it stands"),
        ("postpone", "take the date away until another is set"),
        ("cancel", "say that it does not take place; it stays listed"),
    ):
        found = part(name, says)
        found.add_argument("id", metavar="ID")
        found.add_argument("--reason", metavar="TEXT")
        _writes(found)
    part("notify", "send the notices that were held back").add_argument("id", metavar="ID")
    taken = part("import", "take over the events of a calendar file (.ics), all or none")
    taken.add_argument("file", metavar="FILE")
    taken.add_argument("--zone", metavar="ZONE", help="the IANA zone of times that name none")
    _writes(taken)
    given = part("export", "write events as a calendar file (.ics)")
    given.add_argument("ids", nargs="*", metavar="EVENT", help="ids of events; all without")
    given.add_argument("--out", metavar="FILE", help="write it there, not to standard output")
    log = part("log", "who changed what, the newest first")
    log.add_argument("id", nargs="?", metavar="ID")
    log.add_argument("--most", type=int, default=100, metavar="N")


def _fields(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--title", metavar="TEXT")
    parser.add_argument(
        "--when", metavar="DATE", help="17 March 2027, 2027-03-17, 3-4 May 2027, March 2027, or tbc"
    )
    parser.add_argument("--at", metavar="TIME", help="9:30, 9:30-12:30, whole day, or tbc")
    parser.add_argument("--zone", metavar="ZONE", help="an IANA time zone; else the country's")
    parser.add_argument("--place", metavar="TEXT", help="such as 'Bilbao, Spain'")
    parser.add_argument("--link", metavar="URL")
    parser.add_argument("--host", metavar="TEXT")
    parser.add_argument("--text", metavar="TEXT", help="what it is about")
    parser.add_argument("--category", choices=CATEGORIES, help="default of add: committee")
    parser.add_argument("--partnership", action="append", metavar="ID", help="may be repeated")
    parser.add_argument("--number", type=int, metavar="N", help="its place in the series")
    return parser


def _writes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dry-run", action="store_true", help="only say what would follow")
    parser.add_argument("--hold", action="store_true", help="hold the notices back")
    parser.add_argument("--json", action="store_true", help="print JSON")
