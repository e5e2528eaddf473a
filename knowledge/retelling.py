"""Follow-ups that the last fact answers itself, or the fact that lists what it counts.

"How many?" of what was listed, "the third?" of what was numbered, "does the report say so?"; and
"which ones are they?" where a number was told, and another fact on the matter names them.
"""

import re
from collections.abc import Mapping, Sequence

from knowledge.fragments import behind_opener
from knowledge.question import AUXILIARIES
from knowledge.references import Reference
from knowledge.snapshot import Snapshot
from knowledge.threads import LISTING
from knowledge.vocabulary import Span

_LISTS = re.compile(r"\(1\)|: [^.;]+;[^.;]+|[^.,]+, [^.,]+, [^.]+ and [^.]+")
_COUNTING = frozenset({"how many", "are", "there", "they", "is", "it", "that", "in total", "total"})
_COUNTING |= frozenset({"them", "all", "number of", "count", "altogether", "overall", "in all"})
_WHICH = frozenset({"which", "which ones", "ones", "what", "name", "names", "list", "they", "them"})
_WHICH |= frozenset({"are", "is", "these", "those", "what are", "which are", "name them", "one"})
_WHICH |= frozenset({"and", "who", "who are", "the", "give me", "show me", "please", "of", "were"})
_WHICH |= frozenset({"namely", "examples", "for example", "such as", "so", "tell me", "exactly"})
_SAYING = frozenset(
    {"say", "says", "said", "stand", "stands", "written", "printed", "comes", "come"}
)
_SAYING_SO = _SAYING | frozenset(
    {"does", "is", "the", "report", "so", "that", "this", "it", "in", "according", "to", "whom"}
    | {
        "come",
        "who",
        "where",
        "really",
        "from",
        "did",
        "in the report",
        "according to the report",
        "jrc",
    }
)
_ORDINALS = frozenset({"fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"})
_MOST_WORDS = 8


def retold(spans: Sequence[Span], last: Reference, snapshot: Snapshot) -> Reference | None:
    """The last answer, where what is asked of it is in it."""
    told = behind_opener(spans)
    words = [span.words for span in told]
    if last.query is not None or not last.slots or len(told) > _MOST_WORDS or not words:
        return None
    counts = any(span.operator == "ask.count" for span in told)
    if counts and set(words) <= _COUNTING and last.slots and not last.intent.startswith("event_"):
        return last
    of_fact = last.intent.startswith(("card", "event_"))
    if _which_event(told) or (of_fact and _which_of_them(told)):
        return last
    saying = set(words) & _SAYING and set(words) <= _SAYING_SO
    if saying and (words[0] in AUXILIARIES or words[0] == "who"):
        return last
    numbered = [s for s in told if s.operator.startswith("order.") or s.words in _ORDINALS]
    beside = {"the", "one", "in", "is", "what", "s", "what s", "which", "about"}
    if numbered and all(s in numbered or s.words in beside for s in told):
        return last if _enumerates(last, snapshot) and "one" not in words else None
    return None


def _which_event(told: Sequence[Span]) -> bool:
    """Whether no more is asked than at which event it was."""
    nouns = [span for span in told if span.operator.startswith("subject_event.")]
    asks = any(span.operator == "ask.list" for span in told)
    beside = {"at", "was", "that", "it", "in", "on", "this", "is", "and", "the", "said", "did"}
    one = len(nouns) == 1 and not nouns[0].words.endswith("s")
    return (
        one
        and asks
        and all(s in nouns or s.operator == "ask.list" or s.words in beside for s in told)
    )


def _which_of_them(told: Sequence[Span]) -> bool:
    """Whether something is singled out of what the last fact lists: "which of these …?"."""
    words = [span.words for span in told[:3]]
    return words[:2] in (["which", "of"], ["which one", "of"]) and words[2:] in (
        ["these"],
        ["those"],
        ["them"],
    )


def _enumerates(last: Reference, snapshot: Snapshot) -> bool:
    """Whether the last answer is a text with numbered parts."""
    texts = (getattr(snapshot.things.get(k, {}).get(id), "text", "") for k, id in last.slots[:1])
    return last.intent == "card" and any("(1)" in (text or "") for text in texts)


def asks_which(spans: Sequence[Span]) -> bool:
    """Whether nothing is said but that what was counted is to be named: "which ones are they?"."""
    asked = any(span.operator in ("ask.list", "ask.who") for span in spans)
    return asked and all(span.words in _WHICH for span in spans if not _stands_for_last(span))


def _stands_for_last(span: Span) -> bool:
    """Whether a span is "they", that has been replaced by what was spoken of."""
    return any(name.form == "focus" for name in span.names)


def naming_them(label: str, akin: Mapping[str, float], snapshot: Snapshot) -> str | None:
    """The fact that lists what another one counts: of those on the matter, the nearest."""
    near = sorted((k for k in akin if akin[k] >= LISTING), key=lambda k: (-akin[k], k))
    for one in (label, *near):
        kind, _, id = one.partition("/")
        thing = snapshot.things.get(kind, {}).get(id)
        if _LISTS.search(getattr(thing, "text", None) or ""):
            return one
    return None
