"""Understands follow-ups: pronouns, ellipsis, "the second one", "no, I meant …", "only the …".

A follow-up is either rewritten into spans that stand by themselves ("who leads it?" becomes "who
leads textile?") or, when it only changes the last question, answered by changing that.
"""

from collections.abc import Sequence

from knowledge.anaphora import resolved, taken_apart
from knowledge.answer import Focus
from knowledge.carrying import carried_on
from knowledge.changes import about
from knowledge.choosing import chosen_by_words
from knowledge.corrections import corrected, returned
from knowledge.ellipsis import about_again, asked_again, circumstance
from knowledge.extremes import next_most, other_extreme, turned
from knowledge.fragments import changed, content, fragment, is_named, removing, stands_alone
from knowledge.listed import ORDINALS, gone_into, item, named_span
from knowledge.narrowing import Compose, narrowed, spelt_out
from knowledge.other_times import first_or_last, neighbour, other_time
from knowledge.parts import named_in_part
from knowledge.references import BadReference, Reference
from knowledge.retelling import retold
from knowledge.snapshot import Snapshot
from knowledge.standing import alone, fellow_leads, in_which_role
from knowledge.vocabulary import Span
from knowledge.whereabouts import its_country, not_in
from knowledge.widening import widened

PENDING = "?"
"""The ``results_kind`` of a focus whose results are the references offered when asking back."""


def last_reference(focus: Focus | None) -> Reference | None:
    """The reference of the last answer, when there is one that can still be read."""
    try:
        return Reference.decode(focus.reference) if focus else None
    except BadReference:
        return None


def follow_up(
    spans: Sequence[Span], focus: Focus, snapshot: Snapshot, compose: Compose
) -> Reference | tuple[Span, ...]:
    """What a message comes down to after the last answer: a reference, or spans to read on."""
    last = last_reference(focus)
    if last is None or not spans:
        return tuple(spans)
    if focus.results_kind == PENDING:
        return _settled(spans, last, focus, snapshot)
    if stands_alone(spans):
        return tuple(spans)
    spans = named_in_part(taken_apart(returned(spans)), focus, last.query, snapshot)
    spans = removing(corrected(spans))
    whole = (
        next_most(spans, last)
        or turned(spans, last)
        or widened(spans, last)
        or alone(spans, last, focus)
        or fellow_leads(spans, last, focus, snapshot)
        or in_which_role(spans, last, focus, snapshot)
        or _item(spans, last, focus, snapshot)
        or circumstance(spans, last, focus)
        or its_country(spans, last, focus)
        or retold(spans, last, snapshot)
        or other_time(spans, last, snapshot)
        or neighbour(spans, last, focus)
        or not_in(spans, last)
        or asked_again(spans, last, focus, snapshot)
        or other_extreme(spans, last, focus)
        or about_again(spans, last, focus)
    )
    if whole is not None:
        return whole
    spans = resolved(spans, focus, snapshot)
    part = fragment(spans)
    changes = (
        narrowed(spans, last, focus, compose)
        or (changed(part, last) if part else None)
        or carried_on(spans, last, focus)
    )
    return changes or spelt_out(spans, focus)


def _settled(
    spans: Sequence[Span], last: Reference, focus: Focus, snapshot: Snapshot
) -> Reference | tuple[Span, ...]:
    """The reply to a question that was asked back: a number, or a name."""
    order = next((span.operator for span in spans if span.operator in ORDINALS), "")
    number = next((s.operator[7:] for s in spans if s.operator.startswith("number.")), "")
    place = ORDINALS.get(order, int(number) - 1 if number else None)
    if (
        place is not None
        and not is_named(spans)
        and len(content(spans)) <= 2
        and focus.results
        and -1 <= place < len(focus.results)
    ):
        return Reference.decode(focus.results[place])
    described = chosen_by_words(spans, [Reference.decode(one) for one in focus.results], snapshot)
    if described is not None:
        return described
    part = fragment(spans)
    answer = changed(part, last) if part and is_named(part) else None
    return answer if answer is not None else tuple(spans)


def _item(
    spans: Sequence[Span], last: Reference, focus: Focus, snapshot: Snapshot
) -> Reference | None:
    """What "the second one" alone asks: about that item or, of another item, what was asked."""
    if focus.results_kind == "event" and focus.listed_kind != "event":
        timed = first_or_last(spans, last, focus, snapshot)
        if timed is not None:
            return timed
    found = item(spans, focus)
    if found is None:
        return None
    start, end, kind, id = found
    rest = [*spans[:start], *spans[end:]]
    if any(span.operator not in ("filler", "relation.about", "ask.list") for span in rest):
        return None
    if gone_into(focus):
        again = changed([named_span(spans[start], kind, id)], last)
        if again is not None:
            return again
    return about(kind, id)
