"""All buttons and links that the knowledge base gives rise to: they fit, and lead to an answer."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from handlers import reminder_cards
from handlers.buttons import MOST_BYTES, Press, decode, encode
from handlers.deeplinks import all_links, reference_of
from handlers.paging import PAGE, pages
from knowledge.answer import Answer
from knowledge.assistant import Assistant
from knowledge.reminding import MILESTONES

NOW = datetime(2026, 11, 29, 9, tzinfo=UTC)
BEGINNINGS = (
    "help|",
    "events_next|kind=milestone",
    "events_list|kind=milestone",
    "remind|ask=which",
)


def _things(assistant: Assistant) -> Iterator[str]:
    for kind in ("region", "partnership", "country", "event", "term", "topic"):
        for id in assistant.snapshot.things[kind]:
            yield reference_of(kind, id).encode()


@pytest.fixture(scope="module")
def reached(assistant: Assistant) -> dict[str, Answer]:
    """Every answer that buttons lead to, from all things and the first messages, by reference."""
    found: dict[str, Answer] = {}
    waiting = [*BEGINNINGS, *_things(assistant)]
    while waiting:
        reference = waiting.pop()
        if reference in found:
            continue
        answer = found[reference] = assistant.choose(reference, now=NOW)
        waiting += [one.reference for one in answer.choices]
    return found


def test_every_thing_has_a_button_and_a_link_that_fit(assistant: Assistant) -> None:
    for reference in _things(assistant):
        assert encode(Press("choice", reference)) is not None, reference
    payloads = [link.url.rpartition("=")[2] for link in all_links(assistant.snapshot, "s3p_bot")]
    assert all(1 <= len(payload) <= 64 for payload in payloads)
    assert len(set(payloads)) == len(payloads)
    assert all(encode(Press("code", payload)) for payload in payloads)


def test_every_button_fits_is_read_back_and_leads_to_an_answer(
    reached: dict[str, Answer],
) -> None:
    assert len(reached) > 1000
    for reference, answer in reached.items():
        assert answer.status != "decline", f"a button leads to nothing: {reference}"
        line = encode(Press("choice", reference))
        assert line is not None, reference
        assert len(line.encode()) <= MOST_BYTES
        assert decode(line) == Press("choice", reference)


def test_long_answers_can_be_paged(reached: dict[str, Answer]) -> None:
    long = {key: found for key, answer in reached.items() if len(found := pages(answer.html)) > 1}
    assert long
    for reference, found in long.items():
        line = encode(Press("page", reference, len(found) - 1))
        assert line is not None, f"no room for pages of {reference}"
        assert len(found[0]) >= PAGE // 4


def test_every_reminder_has_buttons_that_fit(assistant: Assistant) -> None:
    snapshot = assistant.snapshot
    targets = [
        *(("event", one.id) for one in snapshot.events),
        *(("partnership", id) for id in snapshot.partnerships),
        *(("series", one.series) for one in snapshot.events if one.series),
        MILESTONES,
    ]
    for target in targets:
        code = reminder_cards.code(target)
        assert reminder_cards.target_in(code) == target
        for press in (
            *(Press("remind", "lead", to=f"{lead}.{code}") for lead in ("1w", "52w", "1440m")),
            *(Press("remind", name, to=code) for name in ("open", "own", "drop")),
        ):
            line = encode(press)
            assert line is not None, f"no room for {press}"
            assert decode(line) == press
