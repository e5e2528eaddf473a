"""Figures about the running bot, in Prometheus' format; none of them tells anything of a person."""

from collections.abc import Callable
from typing import Literal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Limits of the histograms."""

Outcome = Literal["answer", "clarify", "decline", "command", "error", "postponed", "too_fast"]
Reminder = Literal["sent", "late", "retried", "repeated", "withheld"]
"""``late`` and ``repeated`` count among ``sent`` as well."""

Calendar = Literal["served", "unknown", "too_often", "away"]


class Metrics:
    """The figures of one process."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        PlatformCollector(registry=self._registry)
        self._answers = self._counter("answers", "messages and presses by their outcome", "outcome")
        self._reminders = self._counter("reminders", "reminders by what became of them", "outcome")
        self._calendars = self._counter("calendars", "calendars that were asked for", "outcome")
        self._calls = self._counter("calls_refused", "calls that Telegram refused, by code", "code")
        self._latency = self._histogram("answer_seconds", "from arrival until it was handled")
        self._punctuality = self._histogram("reminder_late_seconds", "from due until it was sent")
        self._lag = self._histogram("loop_lag_seconds", "delay of the event loop")
        self._failures = Counter(
            "s3p_background_failures",
            "work in the background that failed and began anew",
            registry=self._registry,
        )
        for outcome in ("answer", "clarify", "decline", "error"):
            self._answers.labels(outcome)  # so that it is there from the beginning, with 0
        for fate in ("sent", "late", "retried", "repeated", "withheld"):
            self._reminders.labels(fate)

    def answered(self, outcome: Outcome) -> None:
        """Counts a message or a press."""
        self._answers.labels(outcome).inc()

    def background_failed(self) -> None:
        """Counts work beside the updates that failed by what nobody foresaw."""
        self._failures.inc()

    def handled(self, seconds: float) -> None:
        """Notes how long an update took, with its waiting."""
        self._latency.observe(seconds)

    def reminder(self, outcome: Reminder, *, late: float | None = None) -> None:
        """Counts a reminder.

        Args:
            late: seconds between its due moment and the send.
        """
        self._reminders.labels(outcome).inc()
        if late is not None:
            self._punctuality.observe(max(0.0, late))

    def calendar(self, outcome: Calendar) -> None:
        """Counts a calendar that somebody asked for by its address."""
        self._calendars.labels(outcome).inc()

    def refused(self, code: int) -> None:
        """Counts a call that Telegram refused, by its code: 429 (too many), 403, 400, 500."""
        self._calls.labels(str(code)).inc()

    def lagged(self, seconds: float) -> None:
        """Notes by how much the event loop was late."""
        self._lag.observe(seconds)

    def gauge(self, name: str, says: str, value: Callable[[], float]) -> None:
        """Shows a value as it is whenever somebody looks."""
        Gauge(f"s3p_{name}", says, registry=self._registry).set_function(value)

    def page(self) -> bytes:
        """All figures as text."""
        return generate_latest(self._registry)

    def _counter(self, name: str, says: str, label: str) -> Counter:
        return Counter(f"s3p_{name}", says, [label], registry=self._registry)

    def _histogram(self, name: str, says: str) -> Histogram:
        return Histogram(f"s3p_{name}", says, buckets=SECONDS, registry=self._registry)
