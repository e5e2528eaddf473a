"""A question about memberships as its spans: what kind of question it is, and about what."""

from collections.abc import Sequence

from knowledge.clauses import axis_name
from knowledge.query import Axis
from knowledge.vocabulary import Span

AUXILIARIES = frozenset(
    {"is", "are", "was", "were", "am", "does", "do", "did", "has", "have", "had"}
    | {"isn", "aren", "wasn", "weren", "doesn", "don", "didn", "hasn", "haven"}
    | {"can", "could", "should", "will", "would", "must", "may", "might"}
)
CIRCUMSTANCES = frozenset({"when", "where", "why", "how"})
INTERROGATIVES = CIRCUMSTANCES | {"what", "which", "who", "whom", "whose"}
SUBJECTS: dict[str, Axis] = {
    "region": "region",
    "member": "region",
    "country": "country",
    "partnership": "partnership",
    "pilot": "partnership",
}
"""What is asked for when one of these nouns is."""

OTHER_SIDE: dict[Axis, Axis] = {
    "region": "partnership",
    "country": "partnership",
    "partnership": "region",
}
"""Whose average number it is, where only what is counted is said."""

THEMED = frozenset({"relation.about", "relation.potential"})
_PLAIN_ROLES = ("lead", "led", "co", "head", "particip", "observ", "interest", "member", "part")
_NO_SUBJECTS = frozenset({"subject.role", "subject.membership"})
_POLITE = frozenset(["you", "we", "i", "u", "anyone", "anybody"])
_SPEAKERS = frozenset({"i", "we", "you", "they", "he", "she", "that", "which", "who", "this"})
_SEEKING = frozenset(
    {"find", "meet", "see", "encounter", "spot", "count", "expect", "run into", "bump into"}
)
_ANYBODY = frozenset(
    {"whose", "where", "any", "any of", "them", "anybody", "somebody", "anywhere", "somewhere"}
)
_SINGLING_OUT = frozenset({"of", "one of", "among", "amongst", "between", "from", "out of"})
_RELATING = _SINGLING_OUT | {"in", "with", "by", "to", "than", "led by"}
_JOINED = ("filler", "set.either")
_BETWEEN = frozenset(["role", "mark", "filler", "degree", "set", "number", "order", "light"])


class Question:
    """The spans of a question, their operators, and the names in them by number of the span."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self.spans = spans
        self.operators = [span.operator for span in spans]
        self.asked = frozenset(self.operators)
        if _asks_with_whom(spans):
            self.asked |= {"relation.together"}
        self.names = {
            place: found for place, span in enumerate(spans) if (found := axis_name(span))
        }
        self.axes = {axis for axis, _ in self.names.values()}

    def ids(self, axis: Axis) -> list[str]:
        """What is named on an axis, in order."""
        return [name.id for named, name in self.names.values() if named == axis]

    def says(self, *operators: str) -> bool:
        """Whether one of the operators is among the spans."""
        return not self.asked.isdisjoint(operators)

    def asks(self) -> bool:
        """Whether a word asks ("which", "how many")."""
        return any(operator.startswith("ask.") for operator in self.operators)

    def roles(self) -> set[str]:
        """The roles that are spoken of, "takes part" and the like aside."""
        return {op for op in self.operators if op.startswith("role.")} - {"role.any"}

    def is_yes_no(self) -> bool:
        """Whether the question begins with a verb ("is", "does") or asks whether it is so."""
        if self.says("ask.true"):
            return True
        for place, span in enumerate(self.spans):
            words = span.words.split() or [""]
            if span.operator in ("ask.whether", "ask.true") or span.words in ("if", "whether"):
                return True
            if span.operator.startswith("ask.") or words[0] in INTERROGATIVES:
                return False
            if span.operator.startswith("subject."):
                return False
            said_by = self.spans[place - 1].words if place else ""
            if words[0] in AUXILIARIES and said_by not in _SPEAKERS:
                behind = self.spans[place + 1].words if place + 1 < len(self.spans) else ""
                if behind not in _POLITE or self._seeks(place + 2):
                    return True
            if span.names and place + 1 < len(self.spans):
                behind = self.spans[place + 1].words
                return behind in ("is", "are") and not self.asks()
        return False

    def _seeks(self, place: int) -> bool:
        """Whether "would I …", "can we …" goes on with finding or meeting somebody somewhere."""
        seeking = place < len(self.spans) and self.spans[place].words in _SEEKING
        return seeking and len(self.axes) > 1

    def subject(self, *, whether: bool) -> tuple[Axis | None, int | None]:
        """The subject and the number of the span whose noun says so, if one does."""
        if whether and self.names and "ask.whether" not in self.operators:
            first = min(self.names)
            axis, _ = self.names[first]
            noun = self._noun_before(first)
            if noun is not None and SUBJECTS[self.operators[noun][8:]] != axis:
                return SUBJECTS[self.operators[noun][8:]], noun  # "is any region in both …?"
            if self.says("set.shared", "relation.together"):
                return "partnership", None
            behind = self.operators[first + 1 : first + 2]
            if axis == "country" and behind in (["subject.region"], ["subject.member"]):
                return "region", first + 1
            return axis, None
        if self.says("relation.average") and (averaged := self._averaged()) is not None:
            return averaged, None
        asked = [
            place
            for place, op in enumerate(self.operators)
            if op in ("ask.count", "ask.list", "ask.whether", "relation.per")
        ]
        for place in asked:
            noun_behind = "".join(self.operators[place + 1 : place + 2]).removeprefix("subject.")
            last_word = self.spans[place].words.rpartition(" ")[2]
            each = SUBJECTS.get(last_word) or SUBJECTS.get(noun_behind)
            if self.operators[place] == "relation.per" and each:
                return each, None
        most: Axis | None = "partnership" if self._asks_where_most() else self._asks_which_of()
        if most is not None:
            return most, None
        for place in asked:
            noun = self._noun_after(place + 1)
            if noun is not None and not self._lists_memberships(noun):
                return SUBJECTS[self.operators[noun].partition(".")[2]], noun
            if self._role_noun_after(place + 1):
                return "region", None
        if self.says("ask.who", "relation.potential") or self._role_noun_after(0):
            return "region", None
        return self._implied_subject()

    def _noun_before(self, place: int) -> int | None:
        """The noun of "any region", "a partnership" before the first name."""
        for number in range(1, place):
            indefinite = self.spans[number - 1].words in ("any", "a", "an", "some", "one")
            if indefinite and self.operators[number].removeprefix("subject.") in SUBJECTS:
                return number
        return None

    def _asks_where_most(self) -> bool:
        """Whether it is asked where most regions are: in which partnership."""
        where = bool(self.spans) and self.spans[0].words == "where"
        return where and self.says("degree.most", "degree.least") and not self.ids("partnership")

    def _asks_which_of(self) -> Axis | None:
        """Of what one is singled out by most or least: "which of Norte and Saxony leads most?"."""
        if not self.says("degree.most", "degree.least") or not self.names:
            return None
        for place, (axis, _) in self.names.items():
            opening = self.spans[:place]
            asked = not opening[:-1] or opening[-2].operator.startswith("ask.")
            asked = asked or opening[-2].words == "one"
            singled = asked and bool(opening) and opening[-1].words in _SINGLING_OUT
            several = [
                at for at in self.names if at - place in (1, 2, 3) and self.names[at][0] == axis
            ]
            if several and (singled or (self._ends_in_names(place) and not self._asks_noun())):
                return axis
        return None

    def _ends_in_names(self, place: int) -> bool:
        """Whether a choice stands at the end: "which is in most, Saxony or Norte?"."""
        rest = self.operators[place:]
        before = self.spans[place - 1].words if place else ""
        behind = range(place, len(self.spans))
        named = all(at in self.names or self.operators[at] in _JOINED for at in behind)
        return "set.either" in rest and named and before not in _RELATING

    def _asks_noun(self) -> bool:
        """Whether "which" has a noun: "which partnerships"."""
        return any(op.startswith("subject.") for op in self.operators[:2])

    def _averaged(self) -> Axis | None:
        """What each has so many of: "how many regions does a partnership have on average?".

        The noun behind "how many" or "average" is what is counted, the other one the subject.
        """
        for span in self.spans:
            each = SUBJECTS.get(span.words.rpartition(" ")[2])
            if span.operator == "relation.per" and each:
                return each
        nouns = [
            (place, SUBJECTS[noun])
            for place, op in enumerate(self.operators)
            if (noun := op.removeprefix("subject.")) in SUBJECTS and op != noun
        ]
        counted = [
            place
            for place, op in enumerate(self.operators)
            if op in ("ask.count", "relation.average")
        ]
        behind = [(at, axis) for at, axis in nouns if any(0 < at - place <= 2 for place in counted)]
        others = [axis for pair in nouns if pair not in behind[:1] for axis in [pair[1]]]
        if len(nouns) == 1:
            return OTHER_SIDE[nouns[0][1]] if behind else nouns[0][1]
        return next((axis for axis in others if not behind or axis != behind[0][1]), None)

    def _implied_subject(self) -> tuple[Axis | None, int | None]:
        """What is asked for when no question word says so: the other side of what is named."""
        axes = self.axes
        if axes == {"region"} and self.says("relation.together"):
            return "region", None
        marked = self.says("mark.vanguard", "mark.nonvanguard")
        if axes == {"partnership"} and marked and not self.asks():
            return "partnership", None
        noun = self._ranked_noun() or self._noun_after(0, near=False)
        if noun is not None and not self._lists_memberships(noun):
            subject = SUBJECTS[self.operators[noun].partition(".")[2]]
            if not axes and self._is_counted(noun):
                return OTHER_SIDE[subject], None  # "how many belong to exactly four partnerships?"
            if not (subject == "partnership" and axes == {"partnership"}):
                return subject, noun
        if not axes and any(map(self._is_doer, range(len(self.spans)))) and self.asks():
            return "partnership", None
        if "partnership" in axes:
            return "region", None
        if axes:
            return "partnership", None
        return ("region" if self.roles() else None), None

    def leads_vaguely(self, noun: int | None) -> bool:
        """Whether leads are only spoken of in a figure ("drives"), and of nothing that is named.

        Of the committee and its meetings, leads and participants are facts of their own.
        """
        if self.names:
            return False
        if self.says("subject_event.committee") and not self.asks():
            return True  # "I am from a participating region, can I go to the committee?"
        if noun is not None:
            return False
        roles = [span for span in self.spans if span.operator.startswith("role.")]
        plain = any(word.startswith(_PLAIN_ROLES) for span in roles for word in span.words.split())
        return bool(roles) and (not plain or self.says("subject_event.committee"))

    def of_every(self, noun: int | None) -> bool:
        """Whether something is asked of all there are: "is every one of the nine … led by …?"."""
        before = self.operators[max(0, (noun or 0) - 3) : noun or 0]
        return noun is not None and "set.all" in before

    def _is_counted(self, noun: int) -> bool:
        """Whether a limit stands before a noun, and words that ask how many before that."""
        limited = self.operators[noun - 1].startswith(("number.", "degree.")) if noun else False
        return limited and "role.any" in self.operators[:noun]

    def _ranked_noun(self) -> int | None:
        """The noun behind the one that is counted: "most partnerships region"."""
        for place, operator in enumerate(self.operators[:-2]):
            nouns = self.operators[place + 1 : place + 3]
            axes = [SUBJECTS.get(noun.removeprefix("subject.")) for noun in nouns]
            if operator in ("degree.most", "degree.least") and None not in axes:
                return place + 2 if axes[0] != axes[1] else None
        return None

    def _lists_memberships(self, noun: int) -> bool:
        """Whether "memberships" means those of a named region, not the members of something."""
        return self.operators[noun] == "subject.member" and self.axes == {"region"}

    def _noun_after(self, place: int, *, near: bool = True) -> int | None:
        """The next noun for a subject; ``near``: only names, roles and marks may stand between."""
        for number in range(place, len(self.spans)):
            operator = self.operators[number]
            if operator.startswith("subject.") and operator not in _NO_SUBJECTS:
                if self._is_doer(number):
                    continue
                return number
            between = operator.partition(".")[0] in _BETWEEN or number in self.names
            if near and (not between or operator == "role.any"):
                return None
        return None

    def _is_doer(self, noun: int) -> bool:
        """Whether a noun is who does something: "which are led by a single region?"."""
        return any(
            span.operator.startswith("role.") and span.words.endswith(" by")
            for span in self.spans[max(0, noun - 3) : noun]
        )

    def _role_noun_after(self, place: int) -> bool:
        """Whether "how many leads", "list the participants" ask for regions in a role."""
        if "region" in self.axes:
            return False
        for number, operator in enumerate(self.operators[place : place + 4], place):
            if operator.startswith("role.") and operator != "role.any":
                return True
            if number in self.names and self.names[number][0] == "country":
                continue  # "is there a Polish lead?"
            if operator != "filler" and not operator.startswith(("degree", "light")):
                return False
        return False

    def asks_something(self, noun: int | None) -> bool:
        """Whether there is a name, a noun or a role to go by; "who" alone is too little."""
        roles, extreme = self.roles(), self.says("degree.most", "degree.least")
        of_whom = self.says("ask.who", "relation.together") or self._asks_where_most()
        of_whom = of_whom or self._asks_which_of() is not None
        if extreme and noun is None and not roles and not of_whom:
            return False
        nouns = any(op.startswith("subject.") for op in self.operators)
        return bool(noun is not None or self.names or roles or extreme or nouns) or self.says(
            *THEMED
        )

    def asks_whose(self) -> bool:
        """Whether a question that names nothing may be after the partnerships: "is it for any?"."""
        return self.says("ask.who") or any(span.words in _ANYBODY for span in self.spans)

    def asks_membership(self) -> bool:
        """Whether any word speaks of being in something."""
        return any(op.startswith(("role.", "subject.partnership")) for op in self.operators)

    def together(self, subject: Axis) -> bool:
        """Whether the regions asked for are those that sit together with a named one."""
        one = subject == "region" and len(self.ids("region")) == 1
        shared = one and self.says("set.shared")
        return shared or self.says("relation.together", "relation.potential")


def _asks_with_whom(spans: Sequence[Span]) -> bool:
    """Whether others beside one are asked for: "with which regions does X work?", "… with?"."""
    if not spans:
        return False
    begins = spans[0].words == "with" and spans[1:2] and spans[1].operator.startswith("ask.")
    ends = spans[-1].words == "with" and any(span.operator == "ask.who" for span in spans)
    return bool(begins or ends)  # "who does it lead textile with?"
