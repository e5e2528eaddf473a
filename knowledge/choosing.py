"""Understands which of the readings that were offered is meant: "the one in Helsinki", "lower"."""

from collections.abc import Iterator, Sequence

from knowledge.facts import Event
from knowledge.references import Reference
from knowledge.snapshot import Snapshot
from knowledge.text import fold
from knowledge.themes import stem
from knowledge.vocabulary import Span
from knowledge.wording import day_of

_LIGHT = frozenset({"one", "ones", "mean", "meant", "first", "second"})


def chosen_by_words(
    spans: Sequence[Span], offered: Sequence[Reference], snapshot: Snapshot
) -> Reference | None:
    """The only reading offered that has all the words of a reply; None when it does not tell."""
    words = {
        stem(word)
        for span in spans
        if span.operator in ("", "mark.recorded")
        for word in fold(span.text).split()
        if word not in _LIGHT
    }
    if not words or any(span.operator.startswith(("ask.", "role.")) for span in spans):
        return None
    fitting = [one for one in offered if words <= set(_words(one, snapshot))]
    return fitting[0] if len(fitting) == 1 else None


def _words(reference: Reference, snapshot: Snapshot) -> Iterator[str]:
    """The stems of what a reading is about: names, and of events when and where they were."""
    named = list(reference.slots)
    if reference.query is not None:
        named += [(reference.query.subject, id) for id in reference.query.candidates]
        for condition in reference.query.conditions:
            for axis in ("region", "country", "partnership"):
                named += [(axis, id) for id in condition.pattern.ids(axis)]
    for kind, id in named:
        thing = snapshot.things.get(kind, {}).get(id)
        if thing is None:
            continue
        texts = [thing.name]
        if isinstance(thing, Event):
            texts += [thing.place or "", day_of(thing.begins, None)]
        yield from (stem(word) for text in texts for word in fold(text).split())
