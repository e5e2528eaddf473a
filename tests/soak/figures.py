"""A measured figure beside what is promised, as a line of the table."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    ``most`` is the promise, None where there is none. ``never`` marks what must not happen at all:
    then the run fails, while a figure that hangs on the machine is only told.
    """

    what: str
    value: float
    most: float | None = None
    unit: str = ""
    never: bool = False

    @property
    def kept(self) -> bool:
        return self.most is None or self.value <= self.most

    def __str__(self) -> str:
        promise = ""
        if self.most is not None:
            verdict = "kept" if self.kept else "BROKEN" if self.never else "MISSED"
            promise = f"promise {_number(self.most):>7} {self.unit:3} {verdict}"
        return f"  {self.what:58}{_number(self.value):>9} {self.unit:3} {promise}".rstrip()


def never(what: str, number: float, most: float = 0) -> Figure:
    """A count of what must not happen more often than so."""
    return Figure(what, number, most, never=True)


def timed(what: str, times: list[float], **most: float) -> list[Figure]:
    """Percentiles of times in seconds, told in milliseconds.

    Args:
        most: what is promised, by name: ``p50``, ``p95``, ``p99``, ``max``.
    """
    ordered = sorted(times)
    found = []
    for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0)):
        place = min(int(len(ordered) * share), len(ordered) - 1)
        value = ordered[place] * 1000 if ordered else 0.0
        found.append(Figure(f"{what}, {name}", value, most.get(name), "ms"))
    return found


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) or value >= 100 else f"{value:.1f}"
