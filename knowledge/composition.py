"""Builds a query over the memberships from the spans of a question."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from knowledge.apportioning import apportioned, asks_for_role, each_led, of_partnerships
from knowledge.clauses import AXES, Clause, ClauseReader
from knowledge.conditions import (
    conditions_of,
    inherited,
    lists_all,
    measures,
    merged,
    parallel,
    unsupported,
)
from knowledge.coverage import coverage, strong
from knowledge.exceptions import exceptions_last
from knowledge.periods import is_date
from knowledge.query import OTHER_AXIS, Axis, Condition, Counted, Operation, Pattern, Query, run
from knowledge.question import SUBJECTS, THEMED, Question
from knowledge.second_question import second_question
from knowledge.snapshot import Snapshot
from knowledge.themes import ThemeIndex
from knowledge.vocabulary import Span

_OPERATIONS: tuple[tuple[str, Operation], ...] = (
    ("relation.average", "average"),
    ("degree.most", "most"),
    ("degree.least", "least"),
    ("relation.per", "rank"),
    ("relation.potential", "partners"),
    ("ask.count", "count"),
)


_BEFORE_NOUN = frozenset(
    {"the", "all", "of", "are", "is", "these", "those", "different", "recorded", "existing", "a"}
    | {"thematic", "other", "interregional", "qualified", "whole", "each", "me", "single"}
)
"""What may stand between "which", "how many" and the noun of what is to be listed."""
_PLACES = {"order.second": 2, "order.third": 3}


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
    themes: ThemeIndex,
    known: Callable[[str], bool],
) -> Composition | None:
    """The query a question asks for; None when it is not about memberships at all.

    Args:
        spans: The question.
        snapshot: The facts.
        themes: Finds partnerships by the words that are left over.
        known: Whether a word is spelt right; others may name what we know nothing of.
    """
    return _Composer(spans, snapshot, themes, known).compose()


def without_why(spans: Sequence[Span]) -> tuple[Span, ...] | None:
    """The yes/no question that "why does X lead Y?" takes for granted."""
    asked = tuple(span for span in spans if span.words not in ("why", "when", "how", "come"))
    return asked if len(asked) < len(spans) and any(span.names for span in spans) else None


class _Composer:
    def __init__(
        self,
        spans: Sequence[Span],
        snapshot: Snapshot,
        themes: ThemeIndex,
        known: Callable[[str], bool],
    ) -> None:
        self.question = Question(exceptions_last(second_question(spans)))
        self.snapshot = snapshot
        self.themes = themes
        self.loosely = False
        self.known = known
        self.used: set[int] = set()

    def compose(self) -> Composition | None:
        question = self.question
        whether = question.is_yes_no()
        subject, noun = question.subject(whether=whether)
        theme = self._theme(noun)
        if subject is None and theme is not None and question.asks_whose():
            subject = "partnership"
        if subject is None or not (theme or question.asks_something(noun)):
            return None
        if self._asks_what_about(noun) or self._asks_for_all_rows():
            return None
        if theme is None and question.leads_vaguely(noun):
            return None
        if noun is not None:
            self.used.add(noun)
        query = self._counted_rows()
        if query is not None:
            return Composition(query, self._coverage(), strong=True)
        query = self._comparison()
        if query is not None:
            return Composition(query, self._coverage(), strong=True, compare=True)
        query = self._of_several(subject, whether=whether)
        query = query or self._query(subject, noun, whether=whether)
        if query is None:
            return None
        if question.says("set.not") and lists_all(query):
            return None  # all there are would be told to who asks for those in none
        if theme is not None:
            query = self._with_theme(query, *theme)
        if subject == "region" and question.together("region"):
            query = self._with_partners(query)
        sure = strong(question, noun) and not self._asks_something_of_all(query, noun)
        return Composition(query, self._coverage(), sure)

    def _asks_what_about(self, noun: int | None) -> bool:
        """Whether it is asked what a partnership is about, and not who or what it has."""
        question = self.question
        return (
            noun is None
            and question.axes == {"partnership"}
            and question.says("relation.about")
            and not question.says("ask.who", "ask.count", "relation.potential")
            and not question.roles()
        )

    def _counted_rows(self) -> Query | None:
        """The memberships of countries: "how many memberships has Spain?"."""
        countries = tuple(dict.fromkeys(self.question.ids("country")))
        only = self.question.axes == {"country"} and self.question.says("subject.membership")
        if not only or not self.question.says("ask.count"):
            return None
        return Query("country", "rank", candidates=countries, measure=Condition(Pattern(), "role"))

    def _asks_for_all_rows(self) -> bool:
        """Whether the memberships as such are asked about, of which a fact tells."""
        question = self.question
        measured = question.says("relation.per", "relation.average") or any(
            operator.startswith("degree.") for operator in question.operators
        )
        return question.says("subject.membership") and not question.names and not measured

    def _asks_something_of_all(self, query: Query, noun: int | None) -> bool:
        """Whether all there are would be told though they are not what is asked for.

        "What do regions specialise in?" is about regions, and asks for something else.
        """
        if query.conditions or query.candidates or query.measure or noun is None:
            return False
        asked = [n for n, op in enumerate(self.question.operators[:noun]) if op.startswith("ask.")]
        between = self.question.spans[asked[-1] + 1 : noun] if asked else ()
        return bool(asked) and any(span.words not in _BEFORE_NOUN for span in between)

    def _coverage(self) -> int:
        return coverage(self.question, self.used, self.snapshot, self.known, loosely=self.loosely)

    def _of_several(self, subject: Axis, *, whether: bool) -> Query | None:
        """The question, when it names regions of which each has a role of its own."""
        question = self.question
        asked: Axis = "region" if asks_for_role(question) else subject
        if asked != "partnership" and not whether:
            return of_partnerships(question, asked, self.snapshot)
        partnerships = tuple(dict.fromkeys(question.ids("partnership")))
        clauses = apportioned(question) if len(partnerships) <= whether else None
        if clauses is None:
            return None
        if whether and question.says("set.all"):
            # "Is Saxony in all that Lombardy leads?": what is said last tells of which.
            every = self._with_clauses(Query("partnership"), [clauses.pop()])
            partnerships = tuple(hit.id for hit in run(every, self.snapshot))
        operation: Operation = "count" if question.says("ask.count") else "list"
        query = Query("partnership", "check" if whether else operation, candidates=partnerships)
        return self._with_clauses(query, clauses)

    def _query(self, subject: Axis, noun: int | None, *, whether: bool) -> Query | None:
        question = self.question
        candidates = self._candidates(subject, whether=whether)
        clauses = ClauseReader(question.spans, frozenset(self.used | candidates.keys())).read()
        pilots = noun is not None and question.operators[noun] == "subject.pilot"
        if pilots and noun is not None and not question.says("mark.nonvanguard"):
            clauses.insert(0, Clause(noun, vanguard=True))
        clauses = parallel(question, inherited(subject, clauses))
        if not whether:
            each_led(question, subject, clauses)
        several = sum(op.startswith("number.") and op != "number.1" for op in question.operators)
        if several > 1 or any(unsupported(subject, clause) for clause in clauses):
            return None
        said = (operation for op, operation in _OPERATIONS if question.says(op))
        operation: Operation = next(said, "check" if whether else "list")
        if whether and subject == "partnership" and not candidates and question.of_every(noun):
            candidates = dict(enumerate(self.snapshot.founding_partnerships))
        query = Query(subject, operation, candidates=tuple(candidates.values()))
        place = self._place()
        if operation == "list" and place > 1 and question.says("relation.by_number"):
            query = query.with_operation("most")  # "who comes second in number of regions?"
        if query.operation in ("most", "least"):
            query = replace(query, place=place)
        query = self._with_clauses(query, clauses)
        if (
            subject == "country"
            and operation == "list"
            and all(condition.pattern.regions for condition in query.conditions)
            and query.conditions
        ):
            # The country a region lies in is no matter of memberships.
            return None
        if operation != "check" or not query.candidates or query.conditions:
            return query
        if not question.asks_membership() or self._asks_whether_there_is(query):
            return None
        return replace(query, conditions=(Condition(Pattern(), OTHER_AXIS[subject]),))

    def _place(self) -> int:
        """Which most is meant: the second or third, or the first."""
        for place, operator in enumerate(self.question.operators):
            if operator in _PLACES:
                if self.question.says("degree.most", "degree.least", "relation.by_number"):
                    self.used.add(place)
                return _PLACES[operator]
        return 1

    def _asks_whether_there_is(self, query: Query) -> bool:
        """Whether it is asked if there is a partnership, not what it is like."""
        return query.subject == "partnership" and self.question.says("ask.whether")

    def _candidates(self, subject: Axis, *, whether: bool) -> dict[int, str]:
        """Names on the subject's own axis, by span: those it is asked of."""
        if self.question.together(subject) and not whether:
            return {}
        found: dict[int, str] = {}
        for place, (axis, name) in self.question.names.items():
            negative = "set.not" in self.question.operators[max(0, place - 2) : place]
            if axis == subject and not negative:
                found[place] = name.id
        return found

    def _with_clauses(self, query: Query, clauses: list[Clause]) -> Query:
        conditions: list[Condition] = []
        measure: Condition | None = None
        ranked = query.operation in ("most", "least", "rank", "average")
        for clause in clauses:
            made = conditions_of(query.subject, clause, self.snapshot)
            if ranked and measures(query.subject, clause, made):
                measure = merged(query.subject, clause, made)
            else:
                conditions += made
        if ranked and measure is None:
            measure = Condition(Pattern(), self._measured_noun(query.subject))
        return replace(query, conditions=tuple(dict.fromkeys(conditions)), measure=measure)

    def _measured_noun(self, subject: Axis) -> Counted:
        """What "most" counts when nothing else is said: the noun that is not the subject."""
        for place, operator in enumerate(self.question.operators):
            noun = SUBJECTS.get(operator.partition(".")[2])
            if operator == "subject.membership":
                self.used.add(place)
                return "role"
            if operator.startswith("subject.") and noun and noun != subject:
                self.used.add(place)
                return noun
        return OTHER_AXIS[subject]

    def _with_partners(self, query: Query) -> Query:
        """Regions that sit together with a region: in the partnerships that it is in."""
        region = next(iter(self.question.ids("region")), None)
        if region is None:
            return query
        about = any(c.plain and c.pattern.partnerships for c in query.conditions)
        if region not in self.snapshot.by_region and about:
            query = query.with_operation("partners")
        elif region not in self.snapshot.by_region:
            # Who is in nothing meets nobody; what it is in says so.
            inside = Pattern(regions=frozenset({region}))
            return Query("partnership", conditions=(Condition(inside, "region"),))
        kept = [c for c in query.conditions if c.pattern.regions != {region}]
        roles = frozenset(role for c in query.conditions if c.plain for role in c.pattern.roles)
        named = [c for c in kept if c.plain and c.pattern.partnerships]
        shared: frozenset[str] = frozenset()
        if query.operation != "partners":
            rows = self.snapshot.by_region.get(region, ())
            shared = frozenset(row.partnership for row in rows if not roles or row.role in roles)
            if named:
                shared = frozenset().union(*(c.pattern.partnerships for c in named))
            said = Condition(Pattern(roles=roles), "partnership")
            kept = [c for c in kept if c not in named and not (roles and c == said)]
        pattern = Pattern(
            partnerships=shared, roles=roles if shared else frozenset(), other_than=region
        )
        limits = (c for c in query.conditions if not c.plain and not c.negative)
        limit = next(limits, None)
        kept = [c for c in kept if c is not limit]
        kept.append(replace(limit, pattern=pattern) if limit else Condition(pattern, "partnership"))
        operation: Operation = "rank" if query.operation == "list" else query.operation
        measure = Condition(pattern, "partnership")
        return replace(query, operation=operation, conditions=tuple(kept), measure=measure)

    def _theme(self, noun: int | None) -> tuple[str, frozenset[str]] | None:
        """The words left over, when partnerships are about them: all of them, or what tells most.

        Where only some are found, the others have to be everyday words.
        """
        question = self.question
        if "partnership" in question.axes or any(
            span.of("event") or is_date(span) for span in question.spans
        ):
            return None
        places = [
            place
            for place, span in enumerate(question.spans)
            if place not in question.names
            and not is_date(span)
            and (not span.operator or span.of("theme"))
        ]
        words = [question.spans[place].words for place in places]
        about = question.says(*THEMED)
        found = self.themes.search(" ".join(words).split(), about=about) if words else frozenset()
        if not found and not question.axes and self._may_be_themed(noun):
            plain = [place for place in places if not self._is_named(place)]
            found, told = self.themes.likely([question.spans[place].words for place in plain])
            places = [place for place in places if question.spans[place].words in told]
            self.loosely = bool(found)
        if not found:
            return None
        self.used.update(places)
        said = " ".join(span.text for span in question.spans[places[0] : places[-1] + 1])
        return said, found

    def _may_be_themed(self, noun: int | None) -> bool:
        """Whether words left over may describe one: not in "is tourism a partnership?"."""
        if noun is not None and self.question.spans[noun - 1].words in ("a", "an"):
            return False
        return noun is not None or self.question.asks_whose()

    def _is_named(self, place: int) -> bool:
        """Whether a word names something else than a theme, as an abbreviation does."""
        span = self.question.spans[place]
        return bool(span.names) and not span.of("theme")

    def _with_theme(self, query: Query, said: str, partnerships: frozenset[str]) -> Query:
        if query.subject == "partnership":
            if query.operation == "check" and not query.conditions:
                query = query.with_operation("list")  # "is that an issue for any?"
            return replace(query, candidates=tuple(sorted(partnerships)), theme=said)
        about = Condition(Pattern(partnerships=partnerships), "partnership")
        return replace(query, conditions=(*query.conditions, about), theme=said)

    def _comparison(self) -> Query | None:
        """The named regions, countries or partnerships that are to be compared."""
        if not self.question.says("relation.compare"):
            return None
        for axis in AXES:
            ids = tuple(dict.fromkeys(self.question.ids(axis)))
            if len(ids) >= 2:
                return Query(axis, candidates=ids)
        return None
