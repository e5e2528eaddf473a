"""Turns views into messages with the templates of a language; knows no facts of its own."""

import html as html_lib
import re
from collections.abc import Callable, Iterable, Iterator, MutableMapping, Sequence
from operator import attrgetter
from typing import Any

import yaml
from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined, Template
from jinja2.runtime import Context
from markupsafe import Markup

from knowledge.answer import MOST_LISTED, Choice, Source
from knowledge.declarations import Declarations
from knowledge.facts import Evidence, Fact, Membership
from knowledge.moments import event_when
from knowledge.occasions import occasion
from knowledge.offers import Offer, View
from knowledge.query import Found, Query
from knowledge.references import MOST_BYTES
from knowledge.snapshot import ROLE_ORDER, Snapshot
from knowledge.wording import day_of, listed

_TAG = re.compile(r"<[^>]+>")
_BLANK_LINES = re.compile(r"\n{3,}")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_MOST_SOURCES = 3
_MOST_ADDRESSES = 2
_PLACE = attrgetter("pack", "as_of", "source")


class _Context(Context):
    """Calls macros and functions as they are: none of ours asks for the context."""

    def call(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        kwargs.pop("_block_vars", None)
        kwargs.pop("_loop_vars", None)
        return function(*args, **kwargs)


class _Templates(Environment):
    """An environment that spends as little as it can on what short messages do not need.

    Jinja chains two dictionaries of globals and copies the chain at every rendering, looks up
    imported templates behind a lock, and asks of everything called how it wants to be called.
    Together that takes a third of a short message's time.
    """

    context_class = _Context

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._loaded: dict[str | Template, Template] = {}

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        return {**self.globals, **(d or {})}

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,
    ) -> Template:
        found = self._loaded.get(name)
        if found is None:
            found = self._loaded[name] = super().get_template(name, parent, globals)
        return found


class Rendering:
    """The templates of one language over one snapshot."""

    def __init__(self, declarations: Declarations, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._templates = _Templates(
            loader=FileSystemLoader(declarations.answers),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            bytecode_cache=_bytecode_cache(),
        )
        self._templates.globals.update(
            name=self.name,
            with_country=self.with_country,
            facts=snapshot,
            day_of=day_of,
            when_of=lambda event: event_when(occasion(event)),
            most_listed=MOST_LISTED,
            as_of=as_of,
            source_line=self.source_line,
            show_roles=shows_reasons,
        )
        self._templates.filters.update(
            by_role=by_role,
            mean=lambda number: f"{number:.1f}".removesuffix(".0"),
            listed=listed,
            listed_regions=self.listed_regions,
            listed_names=self.listed_names,
            labels=lambda sources: "; ".join(dict.fromkeys(source.label for source in sources)),
            union=lambda sets: frozenset().union(*sets),
            partnership_name=lambda id: self.name("partnership", id),
            leads_with_notes=lambda found: [
                row for hit in found for row in hit.rows if row.role == "lead" and row.note
            ],
        )
        self._source_lines: dict[tuple[Sequence[Source], Sequence[Source]], Markup] = {}
        with (declarations.answers / "choices.yaml").open(encoding="utf-8") as file:
            self._labels: dict[str, str] = yaml.load(file, _LOADER)  # noqa: S506  C twin of safe

    def message(
        self, template: str, view: View, sources: Sequence[Source] = (), **extra: Any
    ) -> tuple[str, str]:
        """The message as Telegram HTML and as plain text, ending in its source line."""
        values = {
            **view.data,
            "sources": sources,
            "later_sources": (),
            "since": view.since,
            "unconfirmed": self._unconfirmed(view.facts),
            **extra,
        }
        html = tidy(self._templates.get_template(f"{template}.html.j2").render(values))
        return html, plain(html)

    def sources(self, facts: Iterable[Fact]) -> tuple[Source, ...]:
        """Where facts come from, each place once, the pages of one publication together."""
        places: dict[tuple[str, str, str | None], dict[str, Source]] = {}
        facts = tuple(facts)
        for fact in dict(zip(map(_PLACE, facts), facts, strict=True)).values():
            note = fact.as_of_note if isinstance(fact, Evidence) else None
            sources = places.setdefault((fact.pack, fact.as_of, note), {})
            for source in self._pages(fact):
                sources.setdefault(source.label, source)
        found: list[Source] = []
        for sources in places.values():
            # Pages of a publication in their order; of web pages the first is the weightiest, and
            # two addresses are as much as a reader wants to see.
            web = any(label.startswith("http") for label in sources)
            shown = list(sources)[:_MOST_ADDRESSES] if web else sorted(sources)
            many = _MOST_SOURCES if len(places) == 1 else 1
            found += [sources[label] for label in shown[:many]]
        return tuple(found[:_MOST_SOURCES])

    def source_line(self, sources: Sequence[Source], later: Sequence[Source] = ()) -> Markup:
        """The last line of a message; put together once, as many messages end alike."""
        line = self._source_lines.get((sources, later))
        if line is None:
            module: Any = self._templates.get_template("words.html.j2").module
            line = self._source_lines[sources, later] = module.source_line(sources, later)
        return line

    def _pages(self, fact: Fact) -> Iterator[Source]:
        """The pages one fact rests on."""
        url = self._snapshot.packs[fact.pack].url
        evidence = fact if isinstance(fact, Evidence) else None
        note = evidence.as_of_note if evidence else None
        sure = evidence.confidence if evidence else None
        pages = [(fact.source, evidence.page_date if evidence else None)]
        if evidence and evidence.more_sources:
            pages += [(str(one["source"]), one["page_date"]) for one in evidence.more_sources]
        for label, date in pages:
            address = label if label.startswith("http") else url
            yield Source(label, address, fact.as_of, note, date, sure)

    def _unconfirmed(self, facts: Sequence[Fact]) -> tuple[str, ...]:
        """What of an answer is not confirmed: names, or nothing but "" for all of it."""
        low = [fact for fact in facts if not fact.confirmed]
        if not low:
            return ()
        if len(low) == len(facts):
            return ("",)
        return tuple(dict.fromkeys(map(self._called, low)))

    def _called(self, fact: Fact) -> str:
        if isinstance(fact, Membership):
            partnership = self.name("partnership", fact.partnership)
            return f"{self.name('region', fact.region)} in {partnership}"
        return str(getattr(fact, "name", fact.source))

    def choices(self, offers: Sequence[Offer]) -> tuple[Choice, ...]:
        """Offers with their labels; those too long for a button are left out."""
        return tuple(
            Choice(self._labels[offer.key].format(about=offer.about), offer.line)
            for offer in offers
            if len(offer.line) <= MOST_BYTES
        )

    def name(self, kind: str, id: str) -> str:
        """How a thing is called in a running sentence."""
        thing: Any = self._snapshot.things[kind][id]
        return str(getattr(thing, "short_name", thing.name))

    def with_country(self, id: str) -> str:
        """A region with its country, for lists over several countries."""
        region = self._snapshot.regions[id]
        country = self._snapshot.countries[region.country].name
        told = country == region.name or region.name.endswith(f"({country})")
        return region.name if told else f"{region.name} ({country})"

    def listed_regions(self, items: Sequence[Found | Membership | str]) -> str:
        """The regions of hits, rows or ids with their countries, as in "a (X), b (Y) and c (Z)"."""
        shown = items[:MOST_LISTED]
        return listed(map(self.with_country, _ids("region", shown)), more=len(items) - len(shown))

    def listed_names(
        self,
        items: Sequence[Found | Membership | str],
        kind: str,
        last: str = "and",
        *,
        sorted: bool = False,
    ) -> str:
        """The short names of hits, ids or what rows have of a kind, as in "a, b and c"."""
        names = [self.name(kind, id) for id in _ids(kind, items)]
        if sorted:
            names.sort(key=str.lower)
        return listed(names, last)


def by_role(rows: Iterable[Membership]) -> list[tuple[str, list[Membership]]]:
    """Rows by their role, in the order of roles."""
    groups: dict[str, list[Membership]] = {}
    for row in rows:
        groups.setdefault(row.role, []).append(row)
    return sorted(groups.items(), key=lambda group: ROLE_ORDER[group[0]])


def shows_reasons(query: Query) -> bool:
    """Whether the rows that make a hit fit tell more than the conditions already say."""
    return (
        any(
            not condition.negative
            and (
                not condition.plain
                or condition.pattern.roles
                or condition.pattern.vanguard
                or (condition.pattern.countries and not condition.pattern.partnerships)
            )
            for condition in query.conditions
        )
        or query.subject == "country"
    )


def _bytecode_cache() -> FileSystemBytecodeCache | None:
    """Compiled templates between starts, where the machine has a safe folder for them."""
    try:
        return FileSystemBytecodeCache()
    except (RuntimeError, OSError):
        return None


def _ids(kind: str, items: Iterable[Found | Membership | str]) -> Iterator[str]:
    """What hits, rows or ids are of a kind, by id."""
    for item in items:
        if isinstance(item, Membership):
            yield getattr(item, kind)
        else:
            yield item if isinstance(item, str) else item.id


def tidy(text: str) -> str:
    """Lines without blanks at their ends, and never more than one empty line between them."""
    lines = "\n".join([" ".join(line.split()) for line in text.splitlines()])
    return _BLANK_LINES.sub("\n\n", lines).strip()


def plain(html: str) -> str:
    """The text a reader sees of Telegram HTML."""
    return html_lib.unescape(_TAG.sub("", html))


def as_of(fact: Evidence | Source) -> str:
    """The date a fact speaks of, as people write it."""
    return fact.as_of_note or day_of(fact.as_of)


def safe(text: str) -> Markup:
    """User text for a template: shortened, control characters dropped, escaped."""
    shown = "".join(char for char in text if char.isprintable())
    return Markup.escape(shown[:60])
