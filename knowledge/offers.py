"""What a view is made of, and the further questions it offers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from knowledge.answer import Status
from knowledge.facts import Fact
from knowledge.query import Condition, Pattern, Query
from knowledge.references import Reference
from knowledge.since import Since
from knowledge.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Offer:
    """A further question: ``key`` names its label in choices.yaml, ``about`` what it is about."""

    key: str
    about: str
    reference: Reference = field(compare=False)
    line: str = field(init=False)
    """The reference, written."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "line", self.reference.encode())


@dataclass(frozen=True, slots=True)
class View:
    """What a template shows, the facts it rests on, what it lists, what it offers further.

    ``since`` is what is told beside the answer, with sources of its own.
    """

    data: Mapping[str, Any] = field(default_factory=dict)
    facts: tuple[Fact, ...] = ()
    results_kind: str = ""
    results: tuple[str, ...] = ()
    offers: tuple[Offer, ...] = ()
    since: Since | None = None
    status: Status | None = None
    """What the answer is, where that does not follow from its intent."""
    request: Reference | None = None
    """What the channel is asked to do."""


class Impossible(Exception):
    """The reference points to something that is not (or no longer) in the knowledge base."""


def members_of(partnership: str, *roles: str) -> Reference:
    """Who is in a partnership, in all roles or the given ones."""
    pattern = Pattern(partnerships=frozenset({partnership}), roles=frozenset(roles))
    return Reference("find", query=Query("region", conditions=(Condition(pattern, "partnership"),)))


def partnerships_of(region: str) -> Reference:
    """What a region is in."""
    pattern = Pattern(regions=frozenset({region}))
    return Reference("find", query=Query("partnership", conditions=(Condition(pattern, "region"),)))


def partnership_offers(snapshot: Snapshot, id: str) -> tuple[Offer, ...]:
    """What it is for, who leads it, who is in it; made once, as most answers offer them."""
    made = snapshot.offered.get(("partnership", id))
    if made is None:
        name = snapshot.partnerships[id].short_name
        about = Reference("partnership_about", (("partnership", id),))
        made = snapshot.offered["partnership", id] = (
            Offer("partnership_about", name, about),
            Offer("leads", name, members_of(id, "lead")),
            Offer("members", name, members_of(id)),
        )
    return made


def region_offer(snapshot: Snapshot, id: str) -> Offer:
    """What it is in; made once."""
    made: tuple[Offer, ...] | None = snapshot.offered.get(("region", id))
    if made is None:
        offer = Offer("region_partnerships", snapshot.regions[id].name, partnerships_of(id))
        made = snapshot.offered["region", id] = (offer,)
    return made[0]


CANNED: Mapping[str, Callable[[str], Reference]] = {
    "region_partnerships": partnerships_of,
    "partnership_leads": lambda id: members_of(id, "lead"),
    "partnership_members": members_of,
}
"""The commonest questions over memberships, declared with sentences, and the queries they mean."""
