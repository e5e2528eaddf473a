"""What is told of the only thing a question names, when nothing else fits."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from knowledge.changes import about
from knowledge.decision import DECLINES, NEARBY, SURE, TOLD, Candidate
from knowledge.offers import partnerships_of
from knowledge.question import CIRCUMSTANCES
from knowledge.ranking import Ranking
from knowledge.references import Reference
from knowledge.spelling import Speller
from knowledge.themes import ThemeIndex
from knowledge.vocabulary import Span

_WEAK = 45
_ONE = frozenset({"i", "we", "you", "one", "people"})
_LOOSE_WORDS = 1
_NOT_LOOSE = frozenset({"content.steps", "order.next", "order.last", "define.term"})
_NOT_NEAR = DECLINES | {"event_held", "event_cancelled"}
"""What says yes or no, or that nothing is known, is no answer to something like it."""
_TOLD_WHOLE = ("theme", "instrument", "organisation", "document", "person", "term")
"""What is told by one text, so that little is left out of it."""
_OF_MEMBERS = frozenset(["role", "unrecorded", "subject", "degree", "set", "order", "time"])
_TELLING = {
    "goal": "partnership_goal",
    "demo_case": "partnership_demo_cases",
    **dict.fromkeys(
        ["market_segment", "application_area", "sector", "focus_area", "stakeholder", "challenge"],
        "partnership_focus",
    ),
}
"""The intent that tells a kind of detail of a partnership."""


def fallbacks(
    spans: Sequence[Span], themes: ThemeIndex, ranking: Ranking, speller: Speller
) -> Iterator[Candidate]:
    """Candidates for a question with a single name and hardly a word that is not understood."""
    named = [span for span in spans if span.names]
    if len(named) != 1:
        return
    loose = [
        word
        for span in spans
        if not span.names and (not span.operator or span.operator in _NOT_LOOSE)
        for word in [span.words]
    ]
    if partnership := named[0].of("partnership"):
        yield from _told_of(partnership[0].id, spans, loose, themes)
    if any(
        not span.names and _is_what_is_asked(spans, span) for span in spans if not span.operator
    ):
        return
    if len(loose) > _LOOSE_WORDS or any(s.operator.startswith("unrecorded.") for s in spans):
        return
    if named[0].guessed or ranking.foreign(loose):
        return
    if region := named[0].of("region"):
        everyday = all(map(speller.known, loose))
        if everyday and not any(span.words in ("when", "why", "how") for span in spans):
            yield Candidate(partnerships_of(region[0].id), SURE, "fallback")
    elif names := named[0].of("term", "organisation", "instrument", "document", "person"):
        known = about(names[0].kind, names[0].id)
        yield Candidate(known, _WEAK, "fallback", strong=False, hedged=True)


def nearest(
    spans: Sequence[Span], declared: Sequence[Candidate], themes: ThemeIndex, ranking: Ranking
) -> Candidate | None:
    """What comes nearest to a question about a single thing, of which all words are known here.

    The best declared question about that thing, however faintly it fits; else its description, if
    that is all there is to tell of it, or if it speaks of most of what is asked. It is told as
    something near, not as the answer.
    """
    named = list(dict.fromkeys(span.names for span in spans if span.names))
    every = [name for names in named for name in names]
    if not named or any(span.guessed for span in spans):
        return None
    if any(name.kind in ("region", "country") for name in every):
        return None
    if any(name.form == "focus" and name.kind in ("partnership", "event") for name in every):
        return None  # "the north one" need not be what was spoken of
    groups = {span.operator.partition(".")[0] for span in spans}
    words = [w for s in spans if not s.names and not s.operator for w in s.words.split()]
    if "unrecorded" in groups or ranking.foreign(words):
        return None
    about_it = [
        candidate
        for candidate in declared
        if candidate.score >= NEARBY
        and candidate.reference.intent not in _NOT_NEAR
        and all(any(ranking.is_about(candidate.reference, n) for n in names) for names in named)
    ]
    if about_it:
        best = max(about_it, key=lambda candidate: candidate.score)
        return replace(best, origin="nearby", hedged=True)
    if len(named) > 1:
        return None
    thing = next((name for name in every if name.kind in _TOLD_WHOLE), None)
    if thing is None:
        thing = next((name for name in every if name.kind == "partnership"), None)
        if thing is None or groups & _OF_MEMBERS or themes.told_of(thing.id, words) is None:
            return None
    return Candidate(about(thing.kind, thing.id), NEARBY, "nearby", hedged=True)


def _is_what_is_asked(spans: Sequence[Span], word: Span) -> bool:
    """Whether a word is the matter of a question: "who founded …", "where can I stay …"."""
    place = spans.index(word)
    before = spans[place - 1] if place else None
    behind = spans[place + 1].words if place + 1 < len(spans) else ""
    does = before is not None and (before.operator == "ask.who" or before.words in _ONE)
    return does or (behind == "of" and before is not None and before.words == "the")


def _told_of(
    partnership: str, spans: Sequence[Span], loose: Sequence[str], themes: ThemeIndex
) -> Iterator[Candidate]:
    """What a partnership's description says of the words that are asked about."""
    groups = {span.operator.partition(".")[0] for span in spans}
    if groups & _OF_MEMBERS or any(span.words in CIRCUMSTANCES - {"where"} for span in spans):
        return
    kind = themes.told_of(partnership, [word for words in loose for word in words.split()])
    if kind is not None:
        intent = _TELLING.get(kind, "partnership_about")
        yield Candidate(Reference(intent, (("partnership", partnership),)), TOLD, "fallback")
