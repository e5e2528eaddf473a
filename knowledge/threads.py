"""Keeps to the thread of a talk about facts: what is asked next is likely of the same matter."""

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.answer import Focus
from knowledge.query import Query
from knowledge.references import BadReference, Reference
from knowledge.snapshot import Snapshot
from knowledge.vocabulary import Span

BONUS = 8
"""Points of fit that a fact on the same matter gains."""
NEAREST, ALIKE = 10, 0.5
"""Points that a fact gains which speaks of the same as the last one, and from which likeness on."""
ITSELF = 2.5
"""How much more the last fact gains that says itself what is asked."""
LISTING = 0.3
"""From which likeness on a fact may list what another one counts."""
SURE = 55
"""From this fit on such a fact is meant rather than all regions or countries there are."""

_BRIEF = 2
_GOING_ON = frozenset({"and", "what about", "how about", "also"})
_BACK = frozenset(
    {"it", "its", "they", "them", "their", "this", "that", "these", "those", "he", "she", "his"}
    | {"her", "there", "him"}
)


@dataclass(frozen=True, slots=True)
class Thread:
    """What the last answer was about, as (kind, id)."""

    matters: tuple[tuple[str, str], ...]
    told: tuple[str, str]
    """The fact itself."""

    @property
    def label(self) -> str:
        return "/".join(self.told)

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
    if focus is None or not _may_go_on(spans):
        return None
    try:
        last = Reference.decode(focus.reference)
    except BadReference:
        return None
    if last.query is not None or not last.intent.startswith(("card", "event")):
        return None
    if last.intent.startswith("events_") and len(focus.results) != 1:
        return None
    told = next(iter(last.slots), ("", ""))
    if last.intent.startswith("events_"):
        told = (focus.results_kind, focus.results[0])
    return Thread(focus.entities, told)


def _may_go_on(spans: Sequence[Span]) -> bool:
    """Whether a message names nothing; "and the Digital Agenda?" may go on about figures."""
    named = [span for span in spans if any(name.form != "focus" for name in span.names)]
    if not named:
        return True
    told = [span for span in spans if span.operator != "filler"]
    asks = any(span.operator.startswith(("ask.", "define.")) for span in told)
    brief = len(told) <= _BRIEF and (spans[0].words in _GOING_ON or not asks)
    return brief and not any(span.of("region", "country", "partnership", "event") for span in named)


def opens(spans: Sequence[Span]) -> bool:
    """Whether a message goes on to the next thing: "and regions?", not "and when?"."""
    told = [span for span in spans if span.operator != "filler"]
    return (
        bool(told)
        and spans[0].words in _GOING_ON
        and not any(span.operator.startswith("ask.") for span in told)
    )


def points_back(spans: Sequence[Span]) -> bool:
    """Whether a message that names nothing goes on about the same: by a word, or by its brevity."""
    content = [span for span in spans if span.operator != "filler"]
    return (
        len(content) <= _BRIEF
        or (bool(spans) and spans[0].words in _GOING_ON)
        or any(span.words in _BACK for span in spans)
    )


def names_nothing(query: Query) -> bool:
    """Whether a query is limited by no name: "how many regions?", "who leads them?"."""
    patterns = [condition.pattern for condition in query.conditions]
    named = any(p.regions or p.countries or p.partnerships for p in patterns)
    return not (named or query.candidates or query.measure)
