"""Inline mode: cards to share in any chat, made as one types."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from operator import attrgetter

from telegram import (
    InlineQueryResultArticle,
    InlineQueryResultsButton,
    InputTextMessageContent,
    LinkPreviewOptions,
    Update,
)
from telegram.constants import ParseMode

from handlers.buttons import Button, markup, shortened
from handlers.commands import INLINE
from handlers.context import Context
from handlers.deeplinks import address, payload_of, reference_of
from handlers.paging import MOST, pages
from handlers.texts import DEFAULT, Texts, texts
from knowledge.answer import Answer
from knowledge.assistant import Assistant
from knowledge.facts import Event
from knowledge.rendering import plain
from knowledge.snapshot import Snapshot
from knowledge.text import fold

MOST_CARDS = 12
"""Results for one query: a telephone shows four at a time."""

FACTS_LAST = 300
"""Seconds for which Telegram may give the same answer to others."""

EVENTS_LAST = 30
"""The same for what depends on the clock."""

_LINE = 100
_LEAST = 2
"""Letters from which on a name is looked up."""

_SMALL_TALK = frozenset(("greeting", "thanks", "farewell", "wellbeing", "help", "identity"))
_REQUESTS = "remind"
"""How the intents begin that ask for something to be done, of which there is nothing to share."""

_SUGGESTIONS = ("events_next|kind=milestone", "events_next|kind=committee", "find||p~list~~~")
_LINKED = ("region", "partnership", "event")
_CARD_KINDS = (*_LINKED, "country")
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


@dataclass(frozen=True, slots=True)
class Card:
    """One result: what is shared, and where its button leads."""

    key: str
    title: str
    html: str
    payload: str | None = None


async def on_inline(update: Update, context: Context) -> None:
    """Offers cards for what has been typed; a polite one when nothing fits."""
    query = update.inline_query
    if query is None or context.services.intake.is_hasty(update):
        return  # nobody types as fast
    services = context.services
    language = (query.from_user.language_code or "")[:2]
    spoken = language if language in services.assistants.languages else DEFAULT
    words, assistant = texts(spoken), services.assistants.speaking(spoken)
    username = context.bot.username
    answered = _answers(assistant, query.query, services.clock())
    cards = _distinct(_cards(answered, assistant))
    first = int(query.offset) if query.offset.isdecimal() else 0
    following = first + MOST_CARDS
    results = [
        _article(card, words, username, services.replies.marked) for card in cards[first:following]
    ]
    if not results and not first:
        results = [_nothing(query.query, words, username)]
    about_time = any(answer.intent.startswith("events_") for answer in answered)
    button = InlineQueryResultsButton(words.inline("ask"), start_parameter=INLINE)
    await services.replies.briefly(
        lambda: context.bot.answer_inline_query(
            query.id,
            results,
            cache_time=EVENTS_LAST if about_time else FACTS_LAST,
            # The cache is shared by all people, whatever their languages are.
            is_personal=len(services.assistants.languages) > 1,
            next_offset=str(following) if following < len(cards) else "",
            button=button,
        )
    )


def _answers(assistant: Assistant, typed: str, now: datetime) -> list[Answer]:
    """The answers to what was typed; to nothing, or a mere letter, suggestions."""
    if len(typed.strip()) < _LEAST:
        found = [assistant.choose(reference, now=now) for reference in _SUGGESTIONS]
        # What is to come is first, but not that nothing is.
        return sorted(found, key=lambda one: one.focus is None or not one.focus.results)
    answer = assistant.ask(typed, now=now)
    if answer.status == "clarify":
        found = [assistant.choose(one.reference, now=now) for one in answer.choices]
    else:
        found = [answer]
    found += [
        assistant.choose(reference_of(entity.kind, entity.id).encode(), now=now)
        for entity in answer.entities
        if entity.kind in _CARD_KINDS
    ]
    begun = [
        assistant.choose(reference_of(*thing).encode(), now=now)
        for thing in beginning_with(typed, assistant.snapshot, now)
    ]
    if answer.entities:
        found += begun
    elif begun:
        # An answer that names nothing is a guess about words that are not yet typed to their end.
        found = begun + (found if " " in typed.strip() else [])
    return [
        one
        for one in found
        if one.status == "answer"
        and one.intent not in _SMALL_TALK
        and not one.intent.startswith(_REQUESTS)
    ]


def beginning_with(typed: str, snapshot: Snapshot, now: datetime) -> Iterator[tuple[str, str]]:
    """Partnerships, regions in one, their countries and events whose name begins as typed so far.

    Of events those to come are first, then the latest.
    """
    wanted = fold(typed.strip())
    if len(wanted) < _LEAST:
        return
    regions = [snapshot.regions[id] for id in sorted(snapshot.by_region)]
    countries = sorted({one.country for one in regions})
    names = [
        *(("partnership", id, one.short_name) for id, one in snapshot.partnerships.items()),
        *(("region", one.id, one.name) for one in regions),
        *(("country", id, snapshot.countries[id].name) for id in countries),
        *(("event", one.id, one.title) for one in _nearest(snapshot.events, now)),
    ]
    for kind, id, name in names:
        folded = fold(name)
        if folded.startswith(wanted) or f" {wanted}" in folded:
            yield kind, id


def _nearest(events: Sequence[Event], now: datetime) -> list[Event]:
    today = now.date().isoformat()
    ordered = sorted(events, key=attrgetter("begins"))
    ahead = [one for one in ordered if one.begins >= today]
    return ahead + ordered[: len(ordered) - len(ahead)][::-1]


def _distinct(cards: Iterable[Card]) -> list[Card]:
    """Each card once; of two about the same thing under the same title, the first."""
    found: dict[tuple[str, str | None], Card] = {}
    for card in cards:
        found.setdefault((card.title, card.payload), card)
    return list({card.key: card for card in found.values()}.values())


def _cards(answers: list[Answer], assistant: Assistant) -> Iterator[Card]:
    for answer in answers:
        lines = [line for line in answer.text.splitlines() if line.strip()]
        if not lines:
            continue
        subject = _subject(answer)
        key = blake2b(answer.html.encode(), digest_size=16).hexdigest()
        html = pages(answer.html, most=MOST)[0]
        yield Card(key, _title(answer, assistant, lines[0]), html, payload_of(*subject))


def _subject(answer: Answer) -> tuple[str, str]:
    """The thing an answer is about, for the link below it; ("", "") when it is about several."""
    if answer.focus is None:
        return "", ""
    things = [one for one in answer.focus.entities if one[0] in _CARD_KINDS]
    return things[0] if len(things) == 1 else ("", "")


def _title(answer: Answer, assistant: Assistant, line: str) -> str:
    kind, id = _subject(answer)
    if answer.intent == f"{kind}_about" and id in assistant.snapshot.things.get(kind, {}):
        return str(assistant.snapshot.thing(kind, id).name)
    return line


def _article(
    card: Card, words: Texts, username: str, marked: Callable[[str], str]
) -> InlineQueryResultArticle:
    lines = [line for line in plain(card.html).splitlines() if line.strip()]
    rest = [line for line in lines if line != card.title]
    label = words.label("open_here")
    return InlineQueryResultArticle(
        card.key,
        shortened(card.title.rstrip(":"), _LINE),
        InputTextMessageContent(
            marked(card.html), ParseMode.HTML, link_preview_options=_NO_PREVIEW
        ),
        reply_markup=markup([[Button(label, url=address(username, card.payload or ""))]]),
        description=shortened(rest[0].rstrip(":"), _LINE) if rest else None,
    )


def _nothing(typed: str, words: Texts, username: str) -> InlineQueryResultArticle:
    """Says that nothing fits, and shares how to ask if it is chosen all the same."""
    shown = shortened("".join(char for char in typed if char.isprintable()), _LINE // 2)
    return InlineQueryResultArticle(
        "nothing",
        words.inline("nothing", query=shown),
        InputTextMessageContent(
            words.inline("share", url=address(username)), link_preview_options=_NO_PREVIEW
        ),
        description=words.inline("hint"),
    )
