"""Cuts the spans of a question about memberships into clauses: whom, in which role, how many.

"Spanish regions that lead textile but are not in a Vanguard pilot" has two clauses: countries ES,
partnership textile, role lead; and, negative, Vanguard pilots. What the clauses mean for a query
is said in ``knowledge.composition``.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from knowledge.query import Axis, Counted
from knowledge.vocabulary import Name, Span

_UNNUMBERED: dict[str, tuple[int | None, int | None]] = {
    "at_least": (2, None),
    "more": (2, None),
    "two_or_more": (2, None),
    "at_most": (0, 1),
    "fewer": (0, 0),
    "one": (1, 1),
}
"""What a degree says until a number behind it says it exactly."""
_PLACES = frozenset({"under", "over", "below", "above", "beyond"})
AXES: tuple[Axis, ...] = ("region", "country", "partnership")


@dataclass(slots=True)
class Names:
    """Names of one axis in a clause; ``any_of`` when joined by "or"."""

    ids: list[str] = field(default_factory=list)
    any_of: bool = False


@dataclass(slots=True)
class Clause:
    """What one clause asks of a membership row; ``start`` is its first span."""

    start: int
    negative: bool = False
    names: dict[Axis, Names] = field(default_factory=dict)
    roles: set[str] = field(default_factory=set)
    vanguard: bool | None = None
    at_least: int | None = None
    at_most: int | None = None
    counted: Counted | None = None
    after_degree: bool = False
    universal: bool = False

    def ids(self, axis: Axis) -> list[str]:
        return self.names[axis].ids if axis in self.names else []

    @property
    def says_something(self) -> bool:
        return bool(
            self.names
            or self.roles
            or self.vanguard is not None
            or self.at_least is not None
            or self.at_most is not None
            or self.universal
        )


def axis_name(span: Span) -> tuple[Axis, Name] | None:
    """The region, country or partnership that a span names, if it does.

    A name that both a region and a country have (Slovenia) means the region, which is the
    recorded one, unless it is used as an adjective ("Slovenian regions").
    """
    if not span.names:
        return None
    for axis in ("partnership", "region", "country"):
        if named := span.of(axis):
            if (
                axis == "region"
                and named[0].form in ("demonym", "adjective")
                and span.of("country")
            ):
                continue
            return axis, named[0]
    return None


class ClauseReader:
    """Reads spans from left to right into clauses.

    Args:
        spans: The spans of the question.
        skip: Numbers of spans that are accounted for elsewhere (the subject's own noun, names
            that are candidates).
    """

    def __init__(self, spans: Sequence[Span], skip: frozenset[int]) -> None:
        self._spans = spans
        self._skip = skip
        self._clause = Clause(0)
        self._clauses = [self._clause]
        self._limit: tuple[int | None, int | None] | None = None
        self._degree = False
        self._or = False
        self._including = False
        self._averages = any(span.operator == "relation.average" for span in spans)

    def read(self) -> list[Clause]:
        """All clauses that say something."""
        for place, span in enumerate(self._spans):
            if place in self._skip:
                continue
            if found := axis_name(span):
                self._name(*found)
            elif span.operator:
                group, _, operator = span.operator.partition(".")
                if span.words == "but":
                    self._begin(place, negative=False)
                self._operator(place, group, operator)
        self._flush_limit()
        return [clause for clause in self._clauses if clause.says_something]

    def _begin(self, place: int, *, negative: bool) -> None:
        self._flush_limit()
        if self._clause.says_something:
            self._clause = Clause(place, after_degree=self._degree)
            self._clauses.append(self._clause)
        self._clause.negative = negative

    def _flush_limit(self) -> None:
        if self._limit is not None:
            self._clause.at_least, self._clause.at_most = self._limit
            self._limit = None

    def _name(self, axis: Axis, name: Name) -> None:
        self._flush_limit()
        names = self._clause.names.setdefault(axis, Names())
        if name.id not in names.ids:
            names.ids.append(name.id)
        names.any_of = names.any_of or (self._or and len(names.ids) > 1)
        self._or = False

    def _operator(self, place: int, group: str, operator: str) -> None:
        match group:
            case "ask" if self._clause.negative and self._clause.says_something:
                # "Apart from Lapland, who is in sport?"
                self._begin(place, negative=False)
            case "set":
                self._set(place, operator)
            case "role":
                self._role(place, operator)
            case "mark" if operator in ("vanguard", "nonvanguard"):
                self._clause.vanguard = operator == "vanguard"
            case "subject":
                self._noun(operator)
            case "degree":
                self._degree_word(place, operator)
            case "number":
                self._number(place, int(operator))

    def _set(self, place: int, operator: str) -> None:
        """Words that join, deny or single out."""
        words = self._spans[place].words
        if operator == "not":
            at_end = self._nothing_follows(place) or words in ("nothing", "nowhere")
            if self._clause.says_something and at_end:
                self._deny_last(place)
            else:
                self._begin(place, negative=True)
        elif operator == "including":
            # "… including those which lead": the roles named behind are no restriction.
            self._including = True
        elif operator == "alone":
            self._begin(place, negative=False)
            alone = Clause(place, at_least=1, at_most=1, counted="partnership")
            self._clause = Clause(place)
            self._clauses += [alone, self._clause]
        elif operator == "either":
            self._or = True
            for names in self._clause.names.values():
                names.any_of = True
        elif operator == "all":
            self._clause.universal = True
            if "nine" in words or words == "everything":
                self._clause.counted = "partnership"

    def _degree_word(self, place: int, operator: str) -> None:
        """Words that compare or say how many; "four or more" is read at its number."""
        if operator in ("most", "least"):
            self._degree = True
            if self._clause.names:
                self._begin(place, negative=False)
            else:
                self._clause.after_degree = True
        elif self._spans[place].words in _PLACES and not self._number_behind(place):
            pass  # "under which headings", "over all its regions"
        elif not self._number_before(place):
            self._limit = _UNNUMBERED.get(operator, self._limit)

    def _number(self, place: int, number: int) -> None:
        """A number says how many when a degree stands before it or a counted noun behind."""
        operator = self._spans[place - 1].operator if place else ""
        if operator == "filler" and place > 1:
            operator = self._spans[place - 2].operator
        limits = {
            "degree.at_least": (number, None),
            "degree.more": (number + 1, None),
            "degree.at_most": (0, number),
            "degree.fewer": (0, number - 1),
            "degree.exactly": (number, number),
        }
        behind = self._spans[place + 1].operator if place + 1 < len(self._spans) else ""
        if behind == "degree.at_least":
            limits[operator] = (number, None)
        elif behind == "degree.at_most":
            limits[operator] = (0, number)
        elif (
            operator not in limits
            and self._counts_noun(place)
            and not (number == 1 and (self._degree or self._averages))
        ):
            limits[operator] = (number, number)
        if operator in limits:
            self._limit = limits[operator]

    def _number_before(self, place: int) -> bool:
        """Whether the degree stands behind its number: "four or more"."""
        return place > 0 and self._spans[place - 1].operator.startswith("number.")

    def _number_behind(self, place: int) -> bool:
        """Whether a number follows: "over four", "under the five"."""
        behind = self._spans[place + 1 : place + 3]
        return any(span.operator.startswith("number.") for span in behind)

    def _counts_noun(self, place: int) -> bool:
        """Whether a bare number counts ("in three partnerships"), not "the two regions share"."""
        before = self._spans[place - 1].words if place else ""
        if self._spans[place - 1].operator == "ask.list":
            return False
        if before in ("the", "all", "all the", "these", "both", "those", "of", "table", "phase"):
            return False
        for number, span in enumerate(self._spans[place + 1 : place + 4], place + 1):
            group = span.operator.partition(".")[0]
            if group == "role" and span.operator != "role.any":
                return True
            if group == "subject":
                # "17 partnerships" asked for as such is no limit on anything else.
                return place > 0 and number not in self._skip
            if group not in ("role", "mark", "filler") and not span.names:
                return False
        return False

    def _noun(self, noun: str) -> None:
        """A noun that is not the subject says what a number or degree counts."""
        if noun == "pilot" and self._clause.vanguard is None:
            self._clause.vanguard = True
        counted: Counted | None = {
            "region": "region",
            "member": "region",
            "country": "country",
            "partnership": "partnership",
            "pilot": "partnership",
            **({"membership": "partnership"} if self._limit is not None else {}),
        }.get(noun)  # type: ignore[assignment]  # the values are literals
        if counted:
            self._flush_limit()
            self._clause.counted = self._clause.counted or counted

    def _role(self, place: int, role: str) -> None:
        clause = self._clause
        if self._including:
            return
        if role != "any" and self._or and clause.roles:
            clause.roles.add(role)  # "lead or participant"
            return
        if role == "any" and self._or:
            clause.roles.clear()
        if role == "any":
            if clause.roles and clause.names.get("partnership") and self._partner_follows(place):
                self._begin(place, negative=clause.negative)
            return
        named = clause.names.get("partnership") or clause.names.get("region")
        counted = clause.at_least is not None and clause.counted is not None
        if counted or (named and (clause.roles or self._partner_follows(place))):
            self._begin(place, negative=False)
        self._flush_limit()
        self._clause.roles.add(role)

    def _nothing_follows(self, place: int) -> bool:
        """Whether "not" stands at the end: "… but Wallonia not"."""
        rest = self._spans[place + 1 :]
        several = any(len(names.ids) > 1 for names in self._clause.names.values())
        telling = ("role.", "mark.") if several else ("role.", "mark.", "subject.")
        return not any(span.names or span.operator.startswith(telling) for span in rest)

    def _deny_last(self, place: int) -> None:
        """What was named last is denied: "… Lombardy is in that Catalonia is not"."""
        for axis, names in self._clause.names.items():
            if len(names.ids) > 1:
                denied = names.ids.pop()
                self._begin(place, negative=True)
                self._clause.names[axis] = Names([denied])
                return
        self._clause.negative = True

    def _partner_follows(self, place: int) -> bool:
        """Whether the role stands before a partnership or region of its own."""
        for span in self._spans[place + 1 :]:
            if span.operator == "set.not" or span.operator.startswith("role."):
                return False
            found = axis_name(span)
            if found and found[0] != "country":
                return True
        return False
