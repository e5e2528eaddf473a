"""The frozen, indexed picture of the whole knowledge base that questions are answered from."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from knowledge.facts import (
    Alias,
    Country,
    Detail,
    Development,
    Event,
    Fact,
    Link,
    Live,
    Membership,
    Pack,
    Partnership,
    Phrasing,
    Region,
    Theme,
    ThemeMention,
    Thing,
)
from knowledge.text import fold

if TYPE_CHECKING:
    from knowledge.columns import Columns

ROLE_ORDER = {"lead": 0, "participant": 1, "associate": 2, "observer": 3, "interested": 4}


@dataclass(frozen=True, repr=False)
class Snapshot:
    """All facts of one knowledge revision; nothing in it is ever changed.

    ``things`` maps a kind (``region``, ``topic`` …) to its things by id, in the order of the packs.
    ``later_memberships`` are those of packs that extend another: a later page names a few members
    and leaves out others, so to count them with ``memberships`` would be true of no date.
    ``live`` tells which events organisers entered or changed, by id; ``packed`` is the snapshot
    without them, None when there are none.
    """

    revision: int
    packs: Mapping[str, Pack]
    things: Mapping[str, Mapping[str, Any]]
    memberships: tuple[Membership, ...]
    later_memberships: tuple[Membership, ...]
    mentions: tuple[ThemeMention, ...]
    developments: tuple[Development, ...]
    details: tuple[Detail, ...]
    links: tuple[Link, ...]
    aliases: tuple[Alias, ...]
    phrasings: tuple[Phrasing, ...]
    live: Mapping[str, Live] = field(default_factory=dict)
    packed: "Snapshot | None" = None

    def __repr__(self) -> str:
        """Short: error messages and debuggers print it, and it holds everything there is."""
        return f"<Snapshot {self.revision}>"

    def revision_of(self, event: str) -> int:
        """How often organisers changed an event; 0 for one as its pack has it."""
        known = self.live.get(event)
        return known.revision if known is not None else 0

    def thing(self, kind: str, id: str) -> Thing:
        """The thing of that kind and id; KeyError when there is none."""
        found: Thing = self.things[kind][id]
        return found

    @cached_property
    def regions(self) -> Mapping[str, Region]:
        return self.things["region"]

    @cached_property
    def countries(self) -> Mapping[str, Country]:
        return self.things["country"]

    @cached_property
    def partnerships(self) -> Mapping[str, Partnership]:
        return self.things["partnership"]

    def is_later(self, fact: Fact) -> bool:
        """Whether a fact comes with a pack that goes on from another."""
        return self.packs[fact.pack].extends is not None

    @cached_property
    def founding(self) -> Pack:
        """The pack that the others go on from: the first that extends none."""
        packs = tuple(self.packs.values())
        return next((pack for pack in packs if pack.extends is None), packs[0])

    @cached_property
    def newest(self) -> str:
        """The date of the latest pack, after which nothing can be known."""
        return max(pack.as_of for pack in self.packs.values())

    @cached_property
    def founding_partnerships(self) -> Mapping[str, Partnership]:
        """The partnerships whose memberships are counted together."""
        return {id: one for id, one in self.partnerships.items() if not self.is_later(one)}

    @cached_property
    def newer_partnerships(self) -> Mapping[str, Partnership]:
        """The partnerships that only a pack which extends another tells of."""
        return {id: one for id, one in self.partnerships.items() if self.is_later(one)}

    @cached_property
    def with_newer(self) -> "Snapshot":
        """The same, with the memberships of newer partnerships among the others."""
        newer = self.newer_partnerships
        rows = (row for row in self.later_memberships if row.partnership in newer)
        return replace(self, memberships=(*self.memberships, *rows))

    @cached_property
    def with_later(self) -> "Snapshot":
        """The same, with all later memberships among the others: true of no date."""
        return replace(self, memberships=(*self.memberships, *self.later_memberships))

    @cached_property
    def later_by_region(self) -> Mapping[str, tuple[Membership, ...]]:
        return _grouped(self.later_memberships, lambda row: row.region)

    @cached_property
    def later_by_partnership(self) -> Mapping[str, tuple[Membership, ...]]:
        return _grouped(self.later_memberships, lambda row: row.partnership)

    @cached_property
    def developments_of(self) -> Mapping[tuple[str, str], tuple[Development, ...]]:
        """What became of a thing (kind, id)."""
        return _grouped(self.developments, lambda row: (row.subject_kind, row.subject))

    @cached_property
    def themes(self) -> Mapping[str, Theme]:
        return self.things["theme"]

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """Events in order of time; those to be confirmed at the end."""
        return tuple(sorted(self.things["event"].values(), key=lambda event: event.begins))

    @cached_property
    def event_places(self) -> frozenset[str]:
        """Where events were held, folded, words joined by hyphens."""
        places = (fold(event.place) for event in self.events if event.place)
        return frozenset(place.replace(" ", "-") for place in places)

    @cached_property
    def by_region(self) -> Mapping[str, tuple[Membership, ...]]:
        return _grouped(self.memberships, lambda row: row.region)

    @cached_property
    def by_country(self) -> Mapping[str, tuple[Membership, ...]]:
        """Memberships of the regions of each country that has any."""
        return _grouped(self.memberships, lambda row: self.regions[row.region].country)

    @cached_property
    def by_partnership(self) -> Mapping[str, tuple[Membership, ...]]:
        """Memberships by partnership, leads first, then by name of the region."""
        ordered = sorted(
            self.memberships,
            key=lambda row: (ROLE_ORDER[row.role], fold(self.regions[row.region].name)),
        )
        return _grouped(ordered, lambda row: row.partnership)

    def groups(self, axis: str) -> Mapping[str, tuple[Membership, ...]]:
        """Memberships by region, country or partnership."""
        groups: Mapping[str, tuple[Membership, ...]] = getattr(self, f"by_{axis}")
        return groups

    def rows(self, axis: str, id: str) -> tuple[Membership, ...]:
        """The memberships of one region, country or partnership."""
        return self.groups(axis).get(id, ())

    @cached_property
    def offered(self) -> dict[tuple[str, str], tuple[Any, ...]]:
        """What is offered about a thing (kind, id), as far as it was: the facts do not change."""
        return {}

    @cached_property
    def answered(self) -> dict[Any, Any]:
        """Queries that were run, with what they found: the facts do not change."""
        return {}

    def order(self, kind: str) -> list[str]:
        """The ids of all things of a kind by their folded names."""
        names = (
            (getattr(one, "short_name", one.name), id) for id, one in self.things[kind].items()
        )
        return [id for _, id in sorted((fold(name), id) for name, id in names)]

    @cached_property
    def columns(self) -> "Columns":
        """The memberships as queries count them."""
        # Imported here because numpy is slow to import, and only questions need it.
        from knowledge.columns import Columns

        ids = {axis: self.order(axis) for axis in ("region", "country", "partnership")}
        roles = {**ids, "role": list(ROLE_ORDER)}
        return Columns(self.memberships, roles, self.regions, self.partnerships)

    @cached_property
    def _details(self) -> Mapping[tuple[str, str], tuple[Detail, ...]]:
        ordered = sorted(self.details, key=lambda row: row.position)
        return _grouped(ordered, lambda row: (row.subject_kind, row.subject))

    def details_of(self, kind: str, id: str, *detail_kinds: str) -> tuple[Detail, ...]:
        """Details of a thing in their order, of the given kinds or of all."""
        rows = self._details.get((kind, id), ())
        return tuple(row for row in rows if not detail_kinds or row.kind in detail_kinds)

    @cached_property
    def links_of(self) -> Mapping[tuple[str, str], tuple[Link, ...]]:
        """What a thing (kind, id) is about."""
        return _grouped(self.links, lambda row: (row.subject_kind, row.subject))

    @cached_property
    def mentions_of(self) -> Mapping[str, tuple[ThemeMention, ...]]:
        return _grouped(self.mentions, lambda row: row.theme)


def _grouped(rows: Iterable[Any], key: Any) -> dict[Any, tuple[Any, ...]]:
    groups: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return {name: tuple(members) for name, members in groups.items()}
