"""Whose role is whose where several are named: "led by Lombardy, in which Tuscany takes part".

A role belongs to the names it stands beside. In "who leads the partnerships of Navarra" what is
named only says which partnerships are meant, and the role is that of those who are asked for.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from knowledge.clauses import Clause, Names
from knowledge.query import OTHER_AXIS, Axis, Condition, Operation, Pattern, Query
from knowledge.question import AUXILIARIES, Question
from knowledge.snapshot import Snapshot

_PARTING = AUXILIARIES | {
    "with",
    "that",
    "which",
    "where",
    "whose",
    "in which",
    "without",
    "within",
}
"""What begins another statement between two names."""
_OTHERWISE = ("set.shared", "set.alone", "set.remove", "set.including")
_MORE = ("degree.", "number.", "relation.")
_ONLY_OF_FEW = ("too", "also", "as well")
_POSSESSIVE = frozenset({"s", "their", "its"})


@dataclass(slots=True)
class _Group:
    """Names side by side, and the roles said of them.

    ``apart`` when a verb is their own, ``any_of`` when one of them is enough.
    """

    first: int
    last: int
    names: dict[Axis, list[str]] = field(default_factory=dict)
    roles: list[str] = field(default_factory=list)
    apart: bool = False
    any_of: bool = False

    @property
    def told(self) -> set[str]:
        return {role for role in self.roles if role != "any"}

    def clause(self) -> Clause:
        names = {axis: Names(ids, self.any_of) for axis, ids in self.names.items()}
        return Clause(self.first, names=names, roles=self.told)


def apportioned(question: Question) -> list[Clause] | None:
    """A clause for each of several regions or countries with a role of its own.

    None where all have the same, or where more is said than who has which role.
    """
    if not question.roles() or question.says("set.not") or _says_more(question):
        return None
    groups = _groups(question, range(len(question.spans)))
    if len(groups) < 2 or _joins(question, groups) or not _shared_out(question, groups):
        return None
    if any(not group.roles and not group.apart for group in groups):
        return None  # "which does Lombardy lead, and Tuscany?"
    if len({frozenset(group.told) for group in groups}) == 1:
        return None
    return [group.clause() for group in groups]


def asks_for_role(question: Question) -> bool:
    """Whether those with a role in partnerships are asked for: "the observers in its partnerships".

    In "which lead partnerships" the role is that of the partnerships.
    """
    opening = [op for op in question.operators if op.startswith(("ask.", "role.", "subject."))]
    roles = [n for n, op in enumerate(question.operators) if op.startswith("role.")]
    if not roles or [op.partition(".")[0] for op in opening[:2]] != ["ask", "role"]:
        return False
    adjective = "".join(question.operators[roles[0] + 1 : roles[0] + 2]).startswith("subject.")
    told = opening[1] != "role.any" and roles[0] < min(question.names, default=0)
    return told and not adjective and not _by(question, roles[0])


def of_partnerships(question: Question, subject: Axis, snapshot: Snapshot) -> Query | None:
    """The regions that are, in a role, in the partnerships that another one is in or leads."""
    place = _partnerships(question)
    if place is None or question.says("set.either") or _says_more(question):
        return None
    owner = place - 1 if question.spans[place - 1].words not in _POSSESSIVE else place - 2
    start = owner if owner in question.names and question.spans[owner].of("region") else place
    groups = _groups(question, range(start, len(question.spans)))
    regions = groups[0].names.get("region", []) if len(groups) == 1 else []
    before = [question.names[at] for at in range(start) if at in question.names]
    if len(regions) != 1 or len(groups[0].names) != 1 or question.axes & {"partnership"}:
        return None
    if any(axis != "country" for axis, _ in before):
        return None
    region = regions[0]
    denied = "set.not" in question.operators[place:]
    outside = "set.not" in question.operators[:place]
    its = {op[5:] for op in question.operators[place:] if op.startswith("role.")} - {"any"}
    rows = [row for row in snapshot.by_region.get(region, ()) if not its or row.role in its]
    own = frozenset(row.partnership for row in rows)
    if not rows and not denied:
        # Who is in nothing has no fellows; what it is in says so.
        inside = Pattern(regions=frozenset({region}), roles=frozenset(its))
        return Query("partnership", conditions=(Condition(inside, "region"),))
    asked = {op[5:] for op in question.operators[:start] if op.startswith("role.")} - {"any"}
    pattern = Pattern(
        partnerships=frozenset(snapshot.founding_partnerships) - own if denied else own,
        roles=frozenset(asked),
    )
    operation: Operation = "count" if question.says("ask.count") else "list"
    limit = (0, 0) if outside else (1, None)
    told = Condition(pattern, OTHER_AXIS[subject], *limit)
    lying = Pattern(countries=frozenset(name.id for _, name in before))
    where = () if lying.empty else (Condition(lying, OTHER_AXIS[subject]),)
    return Query(subject, operation, conditions=(*where, told))


def each_led(question: Question, subject: Axis, clauses: Sequence[Clause]) -> None:
    """Asks for the leads of each partnership: "who leads nano and sport?" has leads of both."""
    both = any(
        span.operator == "set.both" and span.words != "as well as" for span in question.spans
    )
    if subject != "region" or both or "region" in question.axes:
        return
    for clause in clauses:
        if clause.roles == {"lead"} and not clause.negative and clause.ids("partnership"):
            clause.names["partnership"].any_of = True


def _says_more(question: Question) -> bool:
    """Whether something is denied, counted or compared besides."""
    words = {span.words for span in question.spans}
    return (
        question.says(*_OTHERWISE)
        or not words.isdisjoint(_ONLY_OF_FEW)
        or any(operator.startswith(_MORE) for operator in question.asked)
    )


def _partnerships(question: Question) -> int | None:
    """The noun of the partnerships that are described."""
    for place, operator in enumerate(question.operators):
        if operator == "subject.partnership" and place:
            return place
    return None


def _joins(question: Question, groups: Sequence[_Group]) -> bool:
    """Whether an "or" joins more than the names of a group, which are any of them then."""
    for place, operator in enumerate(question.operators):
        if operator == "set.either":
            inside = [group for group in groups if group.first < place < group.last]
            if not inside:
                return True
            inside[0].any_of = True
    return False


def _groups(question: Question, places: range) -> list[_Group]:
    """The regions and countries among some spans, those joined by "and" as one."""
    groups: list[_Group] = []
    parted = True
    for place in places:
        span = question.spans[place]
        found = question.names.get(place)
        if found is None or found[0] == "partnership":
            parted = parted or span.operator.startswith(("role.", "subject."))
            parted = parted or span.words in _PARTING
            continue
        if parted or not groups:
            groups.append(_Group(place, place))
        groups[-1].last = place
        groups[-1].names.setdefault(found[0], []).append(found[1].id)
        parted = False
    for earlier, later in zip([None, *groups], groups, strict=False):
        start = earlier.last + 1 if earlier else places.start
        between = question.spans[start : later.first]
        behind = question.spans[later.last + 1 : later.last + 2]
        later.apart = any(span.words in _PARTING for span in (*between, *behind))
    return groups


def _shared_out(question: Question, groups: Sequence[_Group]) -> bool:
    """Gives every role to the names beside it; False where one belongs to none."""
    for place, operator in enumerate(question.operators):
        if not operator.startswith("role."):
            continue
        before = [group for group in groups if group.last < place]
        behind = [group for group in groups if group.first > place]
        owner = before[-1] if before and not _by(question, place) else None
        if owner is None or owner.roles:
            owner = behind[0] if behind else owner
        if owner is None:
            return False
        owner.roles.append(operator.removeprefix("role."))
        # "Partnerships led by Lombardy and Flanders" are those of each.
        owner.any_of = owner.any_of or (owner.first > place and len(owner.roles) == 1)
    return True


def _by(question: Question, place: int) -> bool:
    """Whether whoever has a role is named behind it: "led by"."""
    behind = question.spans[place + 1].words if place + 1 < len(question.spans) else ""
    return question.spans[place].words.endswith(" by") or behind == "by"
