"""Builds a query over the memberships from the spans of a question, and says how much it explains."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from knowledge.chronology import is_date
from knowledge.clauses import AXES, Clause, ClauseReader, axis_name
from knowledge.query import OTHER_AXIS, Axis, Condition, Counted, Operation, Pattern, Query
from knowledge.snapshot import Snapshot
from knowledge.text import fold
from knowledge.vocabulary import Span

ThemeSearch = Callable[[Sequence[str], bool], frozenset[str]]
"""Finds the partnerships whose description covers all of the given words; the flag tells that the
question says "about", so that common words count as well."""

AUXILIARIES = frozenset(
    [
        "is",
        "are",
        "was",
        "were",
        "does",
        "do",
        "did",
        "has",
        "have",
        "isn",
        "aren",
        "wasn",
        "weren",
        "doesn",
        "don",
        "didn",
        "hasn",
        "haven",
    ]
)
_INTERROGATIVES = frozenset(
    ["what", "which", "who", "whom", "whose", "where", "when", "why", "how"]
)
_POLITE = frozenset(["you", "we", "i", "u", "anyone", "anybody"])
_SUBJECTS: dict[str, Axis] = {
    "region": "region",
    "member": "region",
    "country": "country",
    "partnership": "partnership",
    "pilot": "partnership",
}
# How much of the understanding is lost by one word that nothing accounts for.
_NAME_WEIGHT = 1.5
_NAMES_A_THEME = {"relation.about", "relation.potential"}
_OPERATORS_OF_MEMBERSHIP = ("subject", "role", "mark", "degree", "set", "number")
_UNRECORDED_WEIGHT = 3
# A short word that is not known is more likely a slip than a matter of its own.
_SHORT, _SHORT_WEIGHT = 3, 0.5


@dataclass(frozen=True, slots=True)
class Composition:
    """A query read out of a question.

    ``coverage`` (0-100) is the share of the content words that the query accounts for; ``strong``
    tells that words besides names ask for memberships, ``compare`` that two things are compared.
    """

    query: Query
    coverage: int
    strong: bool
    compare: bool = False


def compose(
    spans: Sequence[Span],
    snapshot: Snapshot,
    search: ThemeSearch,
    known: Callable[[str], bool],
) -> Composition | None:
    """The query a question asks for; None when it is not about memberships at all.

    Args:
        spans: The question.
        snapshot: The facts.
        search: Finds partnerships by the words that are left over.
        known: Whether a word is spelt right; others may name what we know nothing of.
    """
    return _Composer(spans, snapshot, search, known).compose()


def without_why(spans: Sequence[Span]) -> tuple[Span, ...] | None:
    """ "Why does X lead Y?" as the yes/no question that it takes for granted."""
    asked = tuple(span for span in spans if span.words not in ("why", "when", "how", "come"))
    return asked if len(asked) < len(spans) and any(span.names for span in spans) else None


class _Composer:
    def __init__(
        self,
        spans: Sequence[Span],
        snapshot: Snapshot,
        search: ThemeSearch,
        known: Callable[[str], bool],
    ) -> None:
        self.known = known
        self.spans = spans
        self.snapshot = snapshot
        self.search = search
        self.operators = [span.operator for span in spans]
        self.names = {
            place: found for place, span in enumerate(spans) if (found := axis_name(span))
        }
        self.used: set[int] = set()

    def compose(self) -> Composition | None:
        whether = self._is_yes_no()
        subject, noun = self._subject(whether)
        if subject is None or not self._asks_something(noun):
            return None
        if noun is not None:
            self.used.add(noun)
        theme = self._theme(subject)
        comparison = self._comparison()
        if comparison:
            return comparison
        candidates = self._candidates(subject, whether)
        operation = self._operation(whether)
        clauses = ClauseReader(self.spans, frozenset(self.used | candidates.keys())).read()
        if noun is not None and self.operators[noun] == "subject.pilot":
            clauses.insert(0, Clause(noun, vanguard=True))
        query = Query(subject, operation, candidates=tuple(candidates.values()))
        clauses = _inherited(subject, clauses)
        if any(_unsupported(subject, clause) for clause in clauses):
            return None
        query = self._with_clauses(query, clauses)
        if operation == "check" and query.candidates and not query.conditions:
            if not self._asks_membership():
                return None
            query = replace(query, conditions=(Condition(Pattern(), OTHER_AXIS[subject]),))
        if theme is not None:
            query = self._with_theme(query, *theme)
        query = self._with_partners(query)
        return Composition(query, self._coverage(), self._strong(noun))

    # What is asked: the subject

    def _is_yes_no(self) -> bool:
        """Whether the question begins with a verb ("is", "does") or asks "whether"."""
        for place, span in enumerate(self.spans):
            words = span.words.split() or [""]
            if span.operator == "ask.whether" or span.words in ("if", "whether"):
                return True
            if span.operator.startswith("ask.") or words[0] in _INTERROGATIVES:
                return False
            if span.operator.startswith("subject."):
                return False
            if words[0] in AUXILIARIES:
                behind = self.spans[place + 1].words if place + 1 < len(self.spans) else ""
                if behind not in _POLITE:
                    return True
            if span.names and place + 1 < len(self.spans):
                behind = self.spans[place + 1].words
                return behind in ("is", "are") and not self._asks()
        return False

    def _asks(self) -> bool:
        return any(operator.startswith("ask.") for operator in self.operators)

    def _subject(self, whether: bool) -> tuple[Axis | None, int | None]:
        """The subject and the number of the span whose noun says so, if one does."""
        if whether and self.names and "ask.whether" not in self.operators:
            first = min(self.names)
            axis, _ = self.names[first]
            if {"set.shared", "relation.together"} & set(self.operators):
                return "partnership", None
            behind = self.operators[first + 1 : first + 2]
            if axis == "country" and behind in (["subject.region"], ["subject.member"]):
                return "region", first + 1
            return axis, None
        asked = [
            place
            for place, op in enumerate(self.operators)
            if op in ("ask.count", "ask.list", "ask.whether", "relation.per")
        ]
        for place in asked:
            noun = self._noun_after(place + 1)
            if noun is not None and not self._lists_memberships(noun):
                return _SUBJECTS[self.operators[noun].partition(".")[2]], noun
            if self._role_noun_after(place + 1):
                return "region", None
        if "ask.who" in self.operators or "relation.potential" in self.operators:
            return "region", None
        return self._implied_subject()

    def _implied_subject(self) -> tuple[Axis | None, int | None]:
        axes = {axis for axis, _ in self.names.values()}
        marks = {"mark.vanguard", "mark.nonvanguard"} & set(self.operators)
        if axes == {"partnership"} and marks and not self._asks():
            return "partnership", None
        noun = self._noun_after(0, near=False)
        if noun is not None and not self._lists_memberships(noun):
            subject = _SUBJECTS[self.operators[noun].partition(".")[2]]
            if not (subject == "partnership" and axes == {"partnership"}):
                return subject, noun
        if "relation.together" in self.operators and axes == {"region"}:
            return "region", None
        if axes >= {"region", "partnership"}:
            return "region", None
        if "region" in axes:
            return "partnership", None
        if "partnership" in axes:
            return "region", None
        if "country" in axes:
            return "partnership", None
        if any(op.startswith("role.") and op != "role.any" for op in self.operators):
            return "region", None
        return None, None

    def _lists_memberships(self, noun: int) -> bool:
        """Whether "memberships" means those of a named region, not the members of something."""
        axes = {axis for axis, _ in self.names.values()}
        return self.operators[noun] == "subject.member" and axes == {"region"}

    def _noun_after(self, place: int, *, near: bool = True) -> int | None:
        """The next noun for a subject; ``near``: only names, roles and marks may stand between."""
        for number in range(place, len(self.spans)):
            span, operator = self.spans[number], self.operators[number]
            if operator.startswith("subject.") and operator != "subject.role":
                return number
            between = operator.partition(".")[0] in (
                "role",
                "mark",
                "filler",
                "degree",
                "set",
                "number",
                "order",
            )
            if near and not (between or number in self.names or span.words in ("recorded",)):
                return None
            if near and operator == "role.any":
                return None
        return None

    def _role_noun_after(self, place: int) -> bool:
        """Whether "how many leads", "list the participants" ask for regions in a role."""
        if any(axis == "region" for axis, _ in self.names.values()):
            return False
        for operator in self.operators[place : place + 3]:
            if operator.startswith("role.") and operator != "role.any":
                return True
            if operator != "filler" and not operator.startswith("degree"):
                return False
        return False

    def _operation(self, whether: bool) -> Operation:
        ops = set(self.operators)
        if "relation.per" in ops:
            return "rank"
        if "degree.most" in ops:
            return "most"
        if "degree.least" in ops:
            return "least"
        if "relation.potential" in ops:
            return "partners"
        if "ask.count" in ops:
            return "count"
        return "check" if whether else "list"

    def _candidates(self, subject: Axis, whether: bool) -> dict[int, str]:
        """Names on the subject's own axis, by span: those it is asked of."""
        if self._together(subject) and not whether:
            return {}
        found: dict[int, str] = {}
        for place, (axis, name) in self.names.items():
            negative = "set.not" in self.operators[max(0, place - 2) : place]
            if axis == subject and not negative:
                found[place] = name.id
        return found

    def _asks_something(self, noun: int | None) -> bool:
        """Whether there is a name, a noun or a role to go by; "who" alone is too little."""
        roles = {op for op in self.operators if op.startswith("role.")} - {"role.any"}
        extreme = {"degree.most", "degree.least"} & set(self.operators)
        if extreme and noun is None and not roles and "ask.who" not in self.operators:
            return False
        nouns = any(op.startswith("subject.") for op in self.operators)
        themed = bool(_NAMES_A_THEME & set(self.operators))
        return bool(noun is not None or self.names or roles or extreme or nouns or themed)

    def _asks_membership(self) -> bool:
        """Whether any word speaks of being in something."""
        return any(op.startswith(("role.", "subject.partnership")) for op in self.operators)

    def _together(self, subject: Axis) -> bool:
        """Whether the regions asked for are those that sit together with a named one."""
        ops = set(self.operators)
        regions = sum(axis == "region" for axis, _ in self.names.values())
        shared = "set.shared" in ops and subject == "region" and regions == 1
        return shared or bool({"relation.together", "relation.potential"} & ops)

    # Which conditions: the clauses

    def _with_clauses(self, query: Query, clauses: list[Clause]) -> Query:
        conditions: list[Condition] = []
        measure: Condition | None = None
        ranked = query.operation in ("most", "least", "rank")
        for clause in clauses:
            made = self._conditions(query.subject, clause)
            if ranked and self._measures(query.subject, clause, made):
                measure = self._merged(query.subject, clause, made)
            else:
                conditions += made
        if ranked and measure is None:
            measure = Condition(Pattern(), self._measured_noun(query.subject))
        return replace(query, conditions=tuple(conditions), measure=measure)

    def _measures(self, subject: Axis, clause: Clause, made: list[Condition]) -> bool:
        """Whether a clause says what is compared, not which candidates are compared."""
        if clause.negative or clause.at_least is not None or not made:
            return False
        if clause.after_degree:
            return True
        if subject == "region" and clause.names.keys() <= {"country"} and not clause.roles:
            return False
        return not clause.names or (subject == "country" and bool(clause.ids("partnership")))

    def _merged(self, subject: Axis, clause: Clause, made: list[Condition]) -> Condition:
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

    def _measured_noun(self, subject: Axis) -> Counted:
        """What "most" counts when nothing else is said: the noun that is not the subject."""
        for place, operator in enumerate(self.operators):
            noun = _SUBJECTS.get(operator.partition(".")[2])
            if operator.startswith("subject.") and noun and noun != subject:
                self.used.add(place)
                return noun
        return OTHER_AXIS[subject]

    def _conditions(self, subject: Axis, clause: Clause) -> list[Condition]:
        """The conditions of one clause; names joined by "and" give one each."""
        base = Pattern(roles=frozenset(clause.roles), vanguard=clause.vanguard)
        limited = clause.at_least is not None or clause.at_most is not None
        patterns: list[Pattern] = []
        for axis in AXES:
            names = clause.names.get(axis)
            if names is None or (axis == "country" and subject == "region" and limited):
                continue
            together = names.any_of or limited or (axis, subject) == ("country", "region")
            groups = [names.ids] if together else [[id] for id in names.ids]
            plain = Pattern() if (axis, subject) == ("country", "region") else base
            patterns += [_on_axis(plain, axis, frozenset(group)) for group in groups]
        said_elsewhere = any(axis != "country" or subject != "region" for axis in clause.names)
        if not base.empty and not said_elsewhere:
            patterns.append(base)
        if not patterns:
            patterns = [base]
        return [self._limited(subject, clause, pattern) for pattern in patterns] + (
            [
                self._limited(
                    subject,
                    Clause(clause.start),
                    Pattern(countries=frozenset(clause.ids("country"))),
                )
            ]
            if limited and subject == "region" and clause.ids("country")
            else []
        )

    def _limited(self, subject: Axis, clause: Clause, pattern: Pattern) -> Condition:
        counted = clause.counted if clause.counted not in (None, subject) else None
        counted = counted or OTHER_AXIS[subject]
        if clause.negative:
            return Condition(pattern, counted, 0, 0)
        if clause.universal and clause.counted == "partnership" and subject != "partnership":
            every = self.snapshot.partnerships.values()
            fitting = [p for p in every if pattern.vanguard in (None, p.vanguard_pilot)]
            return Condition(pattern, "partnership", len(fitting))
        at_least = clause.at_least if clause.at_least is not None else 1
        if clause.at_most is not None and clause.at_least == 0:
            at_least = 0 if clause.at_most == 0 else 1
        return Condition(pattern, counted, at_least, clause.at_most)

    # Further relations

    def _with_partners(self, query: Query) -> Query:
        """Regions that sit together with a region: in the partnerships that it is in."""
        if query.subject != "region":
            return query
        if not self._together("region"):
            return query
        conditions = list(query.conditions)
        region = next((name.id for axis, name in self.names.values() if axis == "region"), None)
        if region is None:
            return query
        joint = Pattern(regions=frozenset({region}))
        kept = [c for c in conditions if c.pattern.regions != joint.regions]
        limit = next((c for c in conditions if not c.plain and not c.negative), None)
        if query.operation == "partners" or any(c.pattern.partnerships for c in kept):
            shared = frozenset()
        else:
            shared = frozenset(row.partnership for row in self.snapshot.by_region.get(region, ()))
        pattern = Pattern(partnerships=shared, other_than=region)
        if limit is not None:
            kept = [c for c in kept if c is not limit]
            kept.append(replace(limit, pattern=pattern))
        else:
            kept.append(Condition(pattern, "partnership"))
        operation: Operation = "rank" if query.operation == "list" else query.operation
        measure = Condition(pattern, "partnership")
        return replace(query, operation=operation, conditions=tuple(kept), measure=measure)

    def _theme(self, subject: Axis) -> tuple[str, frozenset[str]] | None:
        """The words left over, when partnerships are about them."""
        if any(axis == "partnership" for axis, _ in self.names.values()):
            return None
        places = [
            place
            for place, span in enumerate(self.spans)
            if place not in self.names
            and not is_date(span)
            and (not span.operator or span.of("theme"))
        ]
        words = [word for place in places for word in self.spans[place].words.split()]
        if not words:
            return None
        found = self.search(words, bool(_NAMES_A_THEME & set(self.operators)))
        if not found:
            return None
        self.used.update(places)
        said = " ".join(span.text for span in self.spans[places[0] : places[-1] + 1])
        return said, found

    def _with_theme(self, query: Query, said: str, partnerships: frozenset[str]) -> Query:
        if query.subject == "partnership":
            return replace(query, candidates=tuple(sorted(partnerships)), theme=said)
        about = Condition(Pattern(partnerships=partnerships), "partnership")
        return replace(query, conditions=(*query.conditions, about), theme=said)

    def _comparison(self) -> Composition | None:
        if "relation.compare" not in self.operators:
            return None
        for axis in AXES:
            ids = [name.id for named, name in self.names.values() if named == axis]
            if len(ids) >= 2:
                query = Query(axis, "list", candidates=tuple(dict.fromkeys(ids)))
                return Composition(query, self._coverage(), strong=True, compare=True)
        return None

    # How much is understood

    def _coverage(self) -> int:
        explained = missing = 0.0
        own = self._words_of_names()
        for place, span in enumerate(self.spans):
            if place in self.names:
                explained += _NAME_WEIGHT
            elif place in self.used or (span.operator and span.operator != "filler"):
                known = span.operator.partition(".")[0]
                if known in ("order", "subject_event", "define"):
                    missing += 1
                elif known == "unrecorded":
                    missing += 0 if "relation.potential" in self.operators else _UNRECORDED_WEIGHT
                else:
                    explained += 1
            elif span.operator == "filler":
                if span.words in ("when", "why", "how"):
                    missing += 1
            elif span.names:
                missing += _NAME_WEIGHT
            elif is_date(span):
                missing += _UNRECORDED_WEIGHT if span.words > "2017" else 1
            else:
                missing += 0 if span.words in own else self._weight_of(span.words)
        return round(100 * explained / (explained + missing)) if explained else 0

    def _words_of_names(self) -> set[str]:
        """The words of the full names of what is named: "textile" is "Textile Innovation"."""
        things = [self.snapshot.things[axis][name.id] for axis, name in self.names.values()]
        texts = [f"{thing.name} {getattr(thing, 'short_name', '')}" for thing in things]
        return {word for text in texts for word in fold(text).split()}

    def _weight_of(self, word: str) -> float:
        """What an unexplained word takes away."""
        if word.isdigit():
            return _NAME_WEIGHT
        if len(word) <= _SHORT:
            return _SHORT_WEIGHT
        return 1 if self.known(word) else _NAME_WEIGHT

    def _strong(self, noun: int | None) -> bool:
        groups = {operator.partition(".")[0] for operator in self.operators}
        axes = [axis for axis, _ in self.names.values()]
        return (
            noun is not None
            or "ask.count" in self.operators
            or bool(groups & set(_OPERATORS_OF_MEMBERSHIP))
            or (
                "ask.who" in self.operators
                or len(axes) > 1
                or bool({"relation.together", "relation.potential"} & set(self.operators))
            )
        )


def _unsupported(subject: Axis, clause: Clause) -> bool:
    """ "The only region from its country" counts among others, which no condition can say."""
    limited = clause.at_least is not None or clause.at_most is not None
    return subject == "region" and limited and clause.counted == "country"


def _inherited(subject: Axis, clauses: list[Clause]) -> list[Clause]:
    """ "… but not lead it": a role that is said or denied of what was named before."""
    for earlier, later in zip(clauses, clauses[1:], strict=False):
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


def _on_axis(base: Pattern, axis: Axis, ids: frozenset[str]) -> Pattern:
    match axis:
        case "region":
            return replace(base, regions=ids)
        case "country":
            return replace(base, countries=ids)
        case "partnership":
            return replace(base, partnerships=ids)
