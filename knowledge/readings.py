"""The ways a question can be read before anything is matched: ambiguous names, unsaid ones."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice, pairwise

from knowledge.changes import about
from knowledge.decision import Candidate, Certain, Decision, Unsure
from knowledge.periods import is_date
from knowledge.question import AUXILIARIES, CIRCUMSTANCES
from knowledge.references import Reference
from knowledge.snapshot import Snapshot
from knowledge.text import fold
from knowledge.themes import stem
from knowledge.vocabulary import Name, Span

MOST_TOLD = 4
"""So many things are told side by side."""
_SIDE_BY_SIDE = frozenset({"set.both", "relation.compare"})
_JOINING = frozenset(["and", "or", "please", "the", "is", "are", "s"])
_MOST_READINGS = 4
MOST_MEANT = 20
"""So many partnerships are offered when a question does not say which one it is about."""
_NAMED_KINDS = (
    "partnership",
    "region",
    "country",
    "event",
    "organisation",
    "instrument",
    "document",
    "person",
    "theme",
    "term",
)
_IN_ORDER = {"order.first": 0, "order.second": 1, "order.last": -1}
"""Which of several events of one name is meant: "the first Smart Regions event"."""
_ASKS_ABOUT = frozenset(
    (
        "filler",
        "define.term",
        "ask.list",
        "ask.who",
        "ask.whether",
        "relation.about",
        "mark.recorded",
        "subject.partnership",
        "subject.region",
        "subject.role",
        "set.all",
    )
)


def asked_back(spans: Sequence[Span], snapshot: Snapshot) -> Iterator[tuple[Span, ...]]:
    """The readings of a message; "it", with nothing before, may be any partnership."""
    place = _unsaid_partnership(spans)
    if place is None:
        yield from readings(spans, snapshot)
        return
    for id in islice(snapshot.founding_partnerships, MOST_MEANT):
        name = Name("partnership", id, "focus", 100)
        meant = Span(place, place, "", "", (name,))
        yield (*spans[:place], meant, *spans[place + 1 :])


def _unsaid_partnership(spans: Sequence[Span]) -> int | None:
    """Where a question speaks of a partnership without saying which; None when it does not.

    "Who leads it?", "how many regions are in the partnership?", "and the participants?"
    """
    operators = [span.operator for span in spans]
    if any(span.names for span in spans):
        return None
    if any(op.startswith(("degree.", "subject_event.", "define.")) for op in operators):
        return None
    roles = any(op.startswith("role.") and op != "role.any" for op in operators)
    nouns = [n for n, op in enumerate(operators) if op.startswith("subject.")]
    for place, span in enumerate(spans):
        before = spans[place - 1].words if place else ""
        if (
            span.words == "partnership"
            and before in ("the", "this", "that", "our")
            and roles | (len(nouns) > 1)
        ):
            return place
        if (
            span.words in ("it", "its")
            and place > 1
            and (roles or nouns or "role.any" in operators)
            and all(other.operator and other.words != "why" for other in spans)
        ):
            return place
    if roles and set(operators) & {"role.observer", "role.interested"}:
        return None  # of these there are so few that all are told
    bare = all(op.startswith(("role.", "ask.")) or op == "filler" for op in operators)
    opened = bool(spans) and (spans[0].words == "and" or len(spans) == 2)
    return len(spans) if roles and bare and opened else None


def readings(spans: Sequence[Span], snapshot: Snapshot) -> Iterator[tuple[Span, ...]]:
    """The spans with each ambiguous name settled: one reading for each of its meanings."""
    meant = tuple(_called_alike(spans, snapshot))
    if len(meant) > 1:
        yield from meant
        return
    years = {span.words for span in spans if is_date(span)}
    orders = {span.operator for span in spans}
    for place, span in enumerate(spans):
        if len(span.names) < 2:
            continue
        for kind in ("region", "country", "event", "partnership"):
            named = span.of(kind)
            if kind == "event" and len(named) > 1 and "order.third" in orders:
                break  # a third of two is neither
            if kind == "event" and len(named) > 1 and orders & _IN_ORDER.keys():
                place_in_order = next(_IN_ORDER[order] for order in orders if order in _IN_ORDER)
                begun = sorted(named, key=lambda n: snapshot.things["event"][n.id].begins)
                named = (begun[min(place_in_order, len(begun) - 1)],)
                yield (*spans[:place], replace(span, names=named), *spans[place + 1 :])
                return
            if kind == "event" and len(named) > 1 and years:
                dated = [n for n in named if snapshot.things["event"][n.id].begins[:4] in years]
                named = tuple(dated) or named
                if len(dated) == 1:
                    yield (*spans[:place], replace(span, names=named), *spans[place + 1 :])
                    return
            if len(named) > 1:
                for name in named[:_MOST_READINGS]:
                    settled = replace(span, names=(name,))
                    yield (*spans[:place], settled, *spans[place + 1 :])
                return
    yield tuple(spans)


def _called_alike(spans: Sequence[Span], snapshot: Snapshot) -> Iterator[tuple[Span, ...]]:
    """The readings of "the manufacturing partnership", a word that the names of a few have."""
    for place, (word, noun) in enumerate(pairwise(spans)):
        if word.operator or noun.operator not in ("subject.partnership", "subject.pilot"):
            continue
        if any(span.names for span in spans) or noun.words.endswith("s"):
            continue
        found = [
            id
            for id, partnership in snapshot.founding_partnerships.items()
            if stem(word.words) in map(stem, fold(partnership.name).split())
        ]
        start = place - (place > 0 and spans[place - 1].words in ("the", "a"))
        if 1 < len(found) <= _MOST_READINGS:
            names = (Name("partnership", id, "focus", 100) for id in found)
            for name in names:
                meant = replace(word, names=(name,), words="")
                yield (*spans[:start], meant, *spans[place + 2 :])


def among_readings(decisions: Sequence[Decision]) -> Decision:
    """One decision out of those for each meaning of an ambiguous name: ask which is meant."""
    certain = [d.candidate for d in decisions if isinstance(d, Certain)]
    distinct = list({one.reference.without_also(): one for one in reversed(certain)}.values())
    distinct.reverse()
    if len(decisions) > 1 and len(distinct) > 1:
        return Unsure(tuple(distinct))
    return decisions[0]


def alike(spans: Sequence[Span], example: str) -> bool:
    """Whether both are yes/no questions of the same polarity, about the same.

    "Is the committee corrupt?" is not answered by the reply to "is the committee the same as …?".
    """
    words = " ".join(span.words for span in spans).split()
    theirs = example.split()
    negative = {"not", "no", "never", "without", "isn", "aren", "doesn", "don", "only"}
    first = next((word for word in words if word not in ("hi", "hello", "so", "and", "please")), "")
    return (
        first in AUXILIARIES
        and theirs[0] in AUXILIARIES
        and (bool(negative & set(words)) == bool(negative & set(theirs)))
        and _own_words(spans) <= {stem(word) for word in theirs}
    )


def _own_words(spans: Sequence[Span]) -> set[str]:
    """The stems of the words that ask nothing and name no more than a place."""
    return {
        stem(word)
        for span in spans
        if (not span.names and not span.operator) or span.of("country", "region")
        for word in span.words.split()
    }


def _listed(spans: Sequence[Span]) -> bool:
    """Whether names are only put side by side: "R&D and R&I", "difference between …"."""
    rest = [span for span in spans if not span.names]
    return any(span.operator in _SIDE_BY_SIDE for span in rest) or all(
        span.words in _JOINING or span.operator.startswith("ask.") for span in rest
    )


def _asks_meaning_of(name: Span, spans: Sequence[Span]) -> bool:
    """Whether the words that ask for a meaning stand beside the name: "EDP stands for"."""
    told = [span for span in spans if span.operator != "filler"]
    place = told.index(name)
    beside = told[max(0, place - 1) : place] + told[place + 1 : place + 2]
    return any(span.operator == "define.term" for span in beside)


def named_only(spans: Sequence[Span]) -> Candidate | None:
    """The only name in a question that asks nothing else: what is known of it is told.

    Several abbreviations are told side by side: "JPI and JTI, what do they mean?"
    """
    named = [span for span in spans if span.names]
    terms = [span for span in named if span.of("term")]
    defined = any(span.operator == "define.term" for span in spans)
    if defined:
        named = terms or named
    several = 1 < len(terms) <= MOST_TOLD and terms == named and (defined or _listed(spans))
    if len(named) != 1 and not several:
        return None
    kinds = ("term", *_NAMED_KINDS) if defined or several else _NAMED_KINDS
    names = [next(iter(span.of(*kinds)), None) for span in named]
    if None in names:
        return None
    rest = [
        span
        for span in spans
        if not span.names
        and not span.operator.startswith("light.")
        and (span.operator not in _ASKS_ABOUT or span.words in CIRCUMSTANCES)
        and not (several and span.operator in _SIDE_BY_SIDE)
    ]
    # "Was there a sixth meeting?" asks whether, not what.
    whether = named[0].of("event") != () and spans[0].words in AUXILIARIES
    missing: float = len(rest) + whether
    if defined:
        missing = 0 if _asks_meaning_of(named[0], spans) else len(rest) / 3
    score = round(100 * 1.5 / (1.5 + missing))
    about_all = [about(name.kind, name.id) for name in names if name]
    reference = about_all[0]
    if len(about_all) > 1:
        slots = dict.fromkeys(pair for one in about_all for pair in one.slots)
        reference = Reference("card", tuple(slots))
    strong = defined or several or _asks_what_it_is(spans, named[0])
    return Candidate(reference, score, "named", strong=strong)


def _asks_what_it_is(spans: Sequence[Span], named: Span) -> bool:
    """Whether no more is asked than "what are KETs?"; what they are says their own text."""
    words = [span.words for span in spans if span is not named]
    return (
        bool(named.of("term", "organisation", "instrument"))
        and words[:1] in (["what"], ["what are"], ["what s"])
        and set(words) <= {"what", "what are", "what s", "is", "are", "s", "a", "an", "the"}
    )
