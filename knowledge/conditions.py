"""Turns the clauses of a question into the conditions of a query."""

from itertools import pairwise

from knowledge.clauses import AXES, Clause
from knowledge.query import OTHER_AXIS, Axis, Condition, Pattern, Query
from knowledge.question import INTERROGATIVES, Question
from knowledge.snapshot import Snapshot


def conditions_of(subject: Axis, clause: Clause, snapshot: Snapshot) -> list[Condition]:
    """The conditions of one clause; names joined by "and" give one each."""
    base = Pattern(roles=frozenset(clause.roles), vanguard=clause.vanguard)
    if subject == "partnership" and clause.counted is None and len(clause.ids("region")) == 1:
        # "Lombardy leads several, which?": of one region, no number of regions is asked.
        clause.at_least = clause.at_most if clause.at_most == 0 else None
    limited = clause.at_least is not None or clause.at_most is not None
    patterns: list[Pattern] = []
    for axis in AXES:
        names = clause.names.get(axis)
        if names is None or (axis == "country" and subject == "region" and limited):
            continue
        together = names.any_of or limited or (axis, subject) == ("country", "region")
        groups = [names.ids] if together else [[id] for id in names.ids]
        plain = Pattern() if (axis, subject) == ("country", "region") else base
        patterns += [plain.on(axis, group) for group in groups]
    said_elsewhere = any(axis != "country" or subject != "region" for axis in clause.names)
    if not base.empty and not said_elsewhere:
        patterns.append(base)
    if not patterns:
        patterns = [base]
    made = [_limited(subject, clause, pattern, snapshot) for pattern in patterns]
    if limited and subject == "region" and clause.ids("country"):
        countries = Pattern(countries=frozenset(clause.ids("country")))
        made.append(_limited(subject, Clause(clause.start), countries, snapshot))
    return made


def _limited(subject: Axis, clause: Clause, pattern: Pattern, snapshot: Snapshot) -> Condition:
    counted = clause.counted if clause.counted not in (None, subject) else None
    counted = counted or OTHER_AXIS[subject]
    if clause.negative:
        return Condition(pattern, counted, 0, 0)
    if clause.universal and clause.counted == "partnership" and subject != "partnership":
        every = snapshot.founding_partnerships.values()
        fitting = [p for p in every if pattern.vanguard in (None, p.vanguard_pilot)]
        return Condition(pattern, "partnership", len(fitting))
    at_least = clause.at_least if clause.at_least is not None else 1
    if clause.at_most is not None and clause.at_least == 0:
        at_least = 0 if clause.at_most == 0 else 1
    return Condition(pattern, counted, at_least, clause.at_most)


def measures(subject: Axis, clause: Clause, made: list[Condition]) -> bool:
    """Whether a clause says what is compared, not which candidates are compared."""
    if clause.negative or clause.at_least is not None or not made:
        return False
    if subject == "partnership" and clause.vanguard is not None and not clause.roles:
        return False  # a mark of the partnerships that are compared
    if clause.after_degree:
        return True
    if subject == "region" and clause.names.keys() <= {"country"} and not clause.roles:
        return False
    return not clause.names or (subject == "country" and bool(clause.ids("partnership")))


def merged(subject: Axis, clause: Clause, made: list[Condition]) -> Condition:
    """The one condition that a clause compares by."""
    patterns = [condition.pattern for condition in made]
    merged = Pattern(
        frozenset().union(*(p.regions for p in patterns)),
        frozenset().union(*(p.countries for p in patterns)),
        frozenset().union(*(p.partnerships for p in patterns)),
        frozenset().union(*(p.roles for p in patterns)),
        next((p.vanguard for p in patterns if p.vanguard is not None), None),
    )
    counted = clause.counted
    if counted is None or counted == subject:
        counted = "role" if subject == "country" and clause.roles else OTHER_AXIS[subject]
    return Condition(merged, counted)


def parallel(question: Question, clauses: list[Clause]) -> list[Clause]:
    """Roles asked of one region side by side are not wanted at once: "where lead, where not?"."""
    asked = [n for n, s in enumerate(question.spans) if s.words in INTERROGATIVES | {"how many"}]
    roles = question.roles()
    several = len(roles) > 1 or (roles and question.says("role.any"))
    one = len(question.ids("region")) == 1 and question.axes == {"region"}
    if len(asked) < 2 or not several or not one:
        return clauses
    for clause in clauses:
        clause.roles = set()
    return [clause for clause in clauses if clause.says_something]


def unsupported(subject: Axis, clause: Clause) -> bool:
    """Whether it counts as in "the only region from its country", which no condition can say."""
    limited = clause.at_least is not None or clause.at_most is not None
    return subject == "region" and limited and clause.counted == "country"


def inherited(subject: Axis, clauses: list[Clause]) -> list[Clause]:
    """Completes a role that is said or denied of what was named before: "… but not lead it"."""
    for earlier, later in pairwise(clauses):
        if later.negative and earlier.roles and not earlier.names and later.ids("partnership"):
            # "participants without the leads in nano": both are of nano.
            earlier.names = {"partnership": later.names["partnership"]}
            if not later.roles:
                later.names = {}  # "interested, no member, in nano"
        if not later.roles or later.names or later.at_least is not None:
            continue
        if later.negative:
            later.names = {
                axis: names
                for axis, names in earlier.names.items()
                if axis not in (subject, "country")
            }
        elif earlier.roles and earlier.names.get("partnership"):
            earlier.roles |= later.roles
            later.roles = set()
    return [clause for clause in clauses if clause.says_something]


def lists_all(query: Query) -> bool:
    """Whether a query tells all regions or countries there are, of a country at most."""
    if query.subject == "partnership" or query.operation not in ("list", "count"):
        return False
    limited = query.candidates or query.measure or any(map(_limits, query.conditions))
    return not limited


def _limits(condition: Condition) -> bool:
    """Whether a condition asks for more than a country: a role, a partnership, or none of them."""
    pattern = condition.pattern
    asks = pattern.roles or pattern.partnerships or pattern.regions or pattern.other_than
    return bool(asks) or condition.at_most is not None or pattern.vanguard is not None
