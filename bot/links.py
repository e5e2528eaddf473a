"""Deep links as a table, and as QR codes for badges and slides."""

import csv
import io
from collections.abc import Iterable
from pathlib import Path

from handlers.deeplinks import Link, qr_code

SCALE = 10
"""Pixels for each module of a QR code: 3 cm on a badge printed at 300 dots per inch."""


def as_csv(links: Iterable[Link]) -> str:
    """One line a link, with a heading."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("kind", "id", "name", "url"))
    writer.writerows((link.kind, link.id, link.name, link.url) for link in links)
    return out.getvalue()


def write_codes(links: Iterable[Link], folder: Path) -> int:
    """Writes a PNG and an SVG for each link; returns the number of links."""
    folder.mkdir(parents=True, exist_ok=True)
    number = 0
    for link in links:
        code = qr_code(link.url)
        name = link.id if link.kind == link.id else f"{link.kind}-{link.id}"
        code.save(str(folder / f"{name}.png"), scale=SCALE)
        code.save(str(folder / f"{name}.svg"), scale=SCALE, title=link.name)
        number += 1
    return number
