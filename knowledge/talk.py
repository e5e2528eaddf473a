"""Goes on with a talk about facts: what the last one was about is added to what is asked next."""

from collections.abc import Sequence

from knowledge.answer import Focus
from knowledge.changes import about
from knowledge.decision import FLOOR, NEARBY, Candidate, Certain, Decision
from knowledge.listed import PLURAL, named_span
from knowledge.matcher import Ranked
from knowledge.ranking import Ranking
from knowledge.references import Reference
from knowledge.retelling import asks_which, naming_them
from knowledge.snapshot import Snapshot
from knowledge.threads import SURE as ON_THREAD
from knowledge.threads import Thread, points_back, thread_of
from knowledge.utterances import mask
from knowledge.vocabulary import Span

SMALL_TALK = frozenset({"greeting", "thanks", "farewell", "wellbeing", "off_topic"})
_BETTER_ALONE = 5
"""Points of fit by which a message stands better by itself than as part of a talk."""
_LISTED = 80
_DISPUTED = 24
"""From this fit on what the report says twice is meant by "the report says 14"."""


class Talk:
    """Reads what goes on about the last fact."""

    def __init__(self, snapshot: Snapshot, ranking: Ranking) -> None:
        self._snapshot = snapshot
        self._ranking = ranking

    def listing(self, spans: Sequence[Span], thread: Thread) -> Candidate | None:
        """The fact that names what the last one counts: "which ones are they?"."""
        if not asks_which(spans):
            return None
        akin = self._ranking.akin(thread.label)
        label = naming_them(thread.label, akin, self._snapshot)
        kind, _, id = (label or "").partition("/")
        return Candidate(about(kind, id), _LISTED, "follow-up") if label else None

    def told_again(self, spans: Sequence[Span], focus: Focus) -> Decision | None:
        """The last fact once more, where a message goes on about it that fits no other fact."""
        words = [word for span in spans if not span.operator for word in span.words.split()]
        unrecorded = any(span.operator.startswith("unrecorded.") for span in spans)
        if unrecorded or not points_back(spans) or self._ranking.foreign(words):
            return None
        last = Reference.decode(focus.reference)
        return Certain(Candidate(last, NEARBY, "nearby", hedged=True))

    def with_event(self, spans: tuple[Span, ...], thread: Thread) -> tuple[Span, ...]:
        """The message with the event that the talk is about, when one of its questions fits it."""
        event = next((id for kind, id in thread.matters if kind == "event"), None)
        of_many = any(span.operator.startswith(("order.", "subject_event.")) for span in spans)
        if event is None or of_many or any(span.names for span in spans):
            return spans
        named = named_span(Span(len(spans), len(spans), "", ""), "event", event)
        whole = (*spans, named)
        ranked = self._ranking.rank(mask(whole), whole)
        best = next(iter(self._ranking.fitting(whole, ranked)), None)
        return whole if best is not None and best.score >= ON_THREAD else spans

    def ranked(
        self, masked: str, spans: Sequence[Span], thread: Thread | None
    ) -> tuple[Ranked, ...]:
        """The labels that fit best, what the talk is about being added where it goes on."""
        plain = self._ranking.rank(masked, spans, thread)
        of_time = any(span.operator.startswith("order.") for span in spans)
        if thread is None or of_time or not points_back(spans):
            return plain
        if plain and plain[0].label in SMALL_TALK and plain[0].score >= ON_THREAD:
            return plain
        bare = all(span.operator == "filler" or span.operator.startswith("ask.") for span in spans)
        subject = self._ranking.gist(thread) if bare else self._ranking.subject(thread)
        if not subject:
            return plain
        whole = (*spans, *subject)
        going_on = self._ranking.rank(mask(whole), whole, thread)
        if plain and going_on and plain[0].score >= going_on[0].score + _BETTER_ALONE:
            return plain
        return going_on

    def on_partnership(self, spans: Sequence[Span], focus: Focus) -> Decision | None:
        """A fact about the partnership whose members were asked about: "the report says 14"."""
        named = [id for kind, id in focus.entities if kind == "partnership"]
        if len(named) != 1 or any(span.names for span in spans):
            return None
        about_it = named_span(Span(len(spans), len(spans), "", ""), "partnership", named[0])
        whole = (*spans, about_it)
        ranked = self._ranking.rank(mask(whole), whole)
        for best in self._ranking.fitting(whole, ranked):
            kind, _, id = best.label.partition("/")
            if id and best.score >= (_DISPUTED if kind == "correction" else ON_THREAD):
                return Certain(Candidate(about(kind, id), round(best.score), "follow-up"))
        return None

    def goes_on(self, spans: Sequence[Span], ranked: Sequence[Ranked], focus: Focus | None) -> bool:
        """Whether the best fact is on the matter that the chat is about: "how many regions?"."""
        thread = thread_of(spans, focus)
        pointing = any(span.words in PLURAL for span in spans)
        if thread is None or not ranked or ranked[0].score < (FLOOR if pointing else ON_THREAD):
            return False
        return self._ranking.is_on(thread, ranked[0].label)

    def leads_away(self, label: str, spans: Sequence[Span], focus: Focus | None) -> bool:
        """Whether "how much money?", asked of a fact without any, would tell of another matter."""
        asks = any(span.words in ("how", "how many", "how much") for span in spans)
        if not asks or not any(span.operator.startswith("unrecorded.") for span in spans):
            return False
        thread = thread_of(spans, focus)
        return thread is not None and points_back(spans) and not self._ranking.is_on(thread, label)
