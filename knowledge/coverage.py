"""Tells how much of a question a query over memberships accounts for."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet

from knowledge.periods import is_date
from knowledge.question import Question
from knowledge.snapshot import Snapshot
from knowledge.text import fold
from knowledge.vocabulary import Span

# How much of the understanding is lost by one span that nothing accounts for.
_NAME_WEIGHT = 1.5
_UNRECORDED_WEIGHT = 3
# "At which milestones was textile discussed?" is about themes; beside a region's name, an event is
# more likely the occasion: "I am preparing a meeting …".
_EVENT_WEIGHT = 2
# A short word that is not known is more likely a slip than a matter of its own.
_SHORT, _SHORT_WEIGHT = 3, 0.5
_BESIDE_THEME = 0.3
_PEOPLE = frozenset(
    {"people from", "folks from", "people", "people of", "the people of", "persons", "person"}
)
_LAST_YEAR = "2017"
_OF_ALL = frozenset({"subject.partnership"})
_OF_MEMBERSHIP = frozenset(["subject", "role", "mark", "degree", "set", "number", "light"])


def coverage(
    question: Question,
    used: AbstractSet[int],
    snapshot: Snapshot,
    known: Callable[[str], bool],
    *,
    loosely: bool = False,
) -> int:
    """The share (0-100) of the words with content that is accounted for.

    Args:
        question: The question.
        used: Numbers of spans that the query has taken up besides names and operators.
        snapshot: The facts, for the words of names.
        known: Whether a word is spelt right.
        loosely: Whether everyday words beside those of a theme matter little.
    """
    explained = missing = 0.0
    own = _words_of_names(question, snapshot)
    for place, span in enumerate(question.spans):
        if place in question.names:
            explained += _NAME_WEIGHT
        elif place in used:
            explained += 1
        elif span.operator.startswith("light."):
            asked = any(other.words.startswith(("who", "how many")) for other in question.spans)
            people = span.words in _PEOPLE and asked
            missing += _UNRECORDED_WEIGHT if people else 0
        elif span.operator and span.operator != "filler":
            lost = 1 if _is_idle_number(question, place, used) else _lost(span, question)
            missing += lost or 0
            explained += lost is None
        elif span.operator == "filler":
            said = span.words == "how" and question.says("light.membership", "role.any")
            missing += span.words in ("when", "why", "how") and not said
        elif span.names:
            missing += _NAME_WEIGHT
        elif is_date(span):
            missing += _date_weight(span, question, snapshot)
        elif span.words not in own:
            asked = _asked_for(question, place) or _compared_by(question, place)
            weight = _UNRECORDED_WEIGHT if asked else _weight_of(span.words, known)
            missing += weight * _BESIDE_THEME if loosely else weight
    return round(100 * explained / (explained + missing)) if explained else 0


def strong(question: Question, noun: int | None) -> bool:
    """Whether words besides bare names ask for memberships."""
    groups = {operator.partition(".")[0] for operator in question.operators}
    return (
        noun is not None
        or not groups.isdisjoint(_OF_MEMBERSHIP)
        or len(question.names) > 1
        or question.says("ask.count", "ask.who", "relation.together", "relation.potential")
    )


def _asked_for(question: Question, place: int) -> bool:
    """Whether a word is what is asked for: "how many hospitals", "who founded"."""
    before = question.operators[place - 1] if place else ""
    if before in ("ask.count", "ask.who"):
        return True
    if question.operators[place].startswith("light."):
        return False
    if before == "ask.list" and question.spans[place - 1].words in ("which", "what"):
        return True
    behind = question.spans[place + 1].words if place + 1 < len(question.spans) else ""
    opening = question.operators[:place]
    return behind == "of" and opening[:1] == ["ask.list"] and set(opening[1:]) <= {"filler"}


def _compared_by(question: Question, place: int) -> bool:
    """Whether things are compared by what the word says: "richer than"."""
    behind = question.spans[place + 1].words if place + 1 < len(question.spans) else ""
    return behind == "than"


def _date_weight(span: Span, question: Question, snapshot: Snapshot) -> float:
    """What a date takes away: nothing where later facts about what is named are told besides.

    A month before them is of another date than the memberships: "how many in November 2016?"
    """
    year = next((s.words for s in question.spans if s.words.isdecimal() and is_date(s)), "")
    if span.words.isdecimal() and year <= _LAST_YEAR:
        return 1
    if year <= _LAST_YEAR or year > snapshot.newest[:4]:
        return _UNRECORDED_WEIGHT
    return 0 if question.axes and snapshot.later_memberships else _UNRECORDED_WEIGHT


def _is_idle_number(question: Question, place: int, used: AbstractSet[int]) -> bool:
    """Whether a number limits nothing: "the 17 partnerships", "phase 3"."""
    number = question.operators[place]
    if not number.startswith("number.") or number == "number.1":
        return False
    of = [span.words for span in question.spans[place + 1 : place + 2]] == ["of"]
    if of and place + 2 in question.names:
        return False  # "the six of Industry 4.0"
    if any(op.startswith("degree.") for op in question.operators) or question.says("set.all"):
        return False
    behind = range(place + 1, min(place + 4, len(question.spans)))
    return not any(
        question.operators[at].startswith(("subject.", "role.")) and at not in used for at in behind
    )


def _lost(span: Span, question: Question) -> float | None:
    """What an operator takes away that memberships know nothing of; None when they do."""
    group = span.operator.partition(".")[0]
    if group == "time" and not question.axes and question.asked & _OF_ALL:
        # "How many are there now?" is no matter of the memberships of one date.
        return 1
    if group == "subject_event" and question.axes == {"partnership"}:
        return _EVENT_WEIGHT
    if span.operator == "order.after" and question.says("role.any", "subject.region"):
        # Who came after the date of the memberships is none of them.
        return 1 if "region" in question.axes else _UNRECORDED_WEIGHT
    if group in ("order", "define", "subject_event"):
        return 1
    if span.operator == "mark.vanguard" and question.says("subject.region", "subject.country"):
        # Who belongs to the initiative is another matter than who is in its pilots.
        return 1
    if span.operator == "set.remove":
        return _UNRECORDED_WEIGHT
    if group == "unrecorded":
        return 0 if question.says("relation.potential") else _UNRECORDED_WEIGHT
    return None


def _words_of_names(question: Question, snapshot: Snapshot) -> set[str]:
    """The words of the full names of what is named: "textile" is "Textile Innovation"."""
    things = [snapshot.things[axis][name.id] for axis, name in question.names.values()]
    texts = [f"{thing.name} {getattr(thing, 'short_name', '')}" for thing in things]
    return {word for text in texts for word in fold(text).split()}


def _weight_of(word: str, known: Callable[[str], bool]) -> float:
    """What a word takes away that nothing accounts for."""
    if word.isdigit():
        return _NAME_WEIGHT
    if len(word) <= _SHORT:
        return _SHORT_WEIGHT
    return 1 if known(word) else _NAME_WEIGHT
