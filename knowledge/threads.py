"""Keeps to the thread of a talk about facts: what is asked next is likely of the same matter."""

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.answer import Focus
from knowledge.query import Query
from knowledge.references import BadReference, Reference
from knowledge.snapshot import Snapshot
from knowledge.vocabulary import Span

BONUS = 12
"""Points of fit that a fact on the same matter gains."""
SURE = 55
"""From this fit on such a fact is meant rather than all regions or countries there are."""


@dataclass(frozen=True, slots=True)
class Thread:
    """What the last answer was about, as (kind, id)."""

    matters: frozenset[tuple[str, str]]

    @property
    def tokens(self) -> tuple[str, ...]:
        """The matters as the index of facts writes them."""
        return tuple(
            f"<{kind}:{id}>" if kind == "event" else f"<{id.removesuffix('s')}>"
            for kind, id in sorted(self.matters)
        )

    def holds(self, label: str, snapshot: Snapshot) -> bool:
        """Whether a fact is about the same, or linked to it."""
        kind, _, id = label.partition("/")
        links = snapshot.links_of.get((kind, id), ())
        return (kind, id) in self.matters or any(
            (link.target_kind, link.target) in self.matters for link in links
        )


def thread_of(spans: Sequence[Span], focus: Focus | None) -> Thread | None:
    """The thread that a message which names nothing goes on with, if a fact was told before."""
    if focus is None or any(span.names for span in spans):
        return None
    try:
        last = Reference.decode(focus.reference)
    except BadReference:
        return None
    if last.query is not None or not last.intent.startswith(("card", "event_")):
        return None
    return Thread(frozenset(focus.entities))


def is_of_all(query: Query) -> bool:
    """Whether a query asks for all there are: "how many regions?", with nothing to limit them."""
    return not (query.conditions or query.candidates or query.measure)
