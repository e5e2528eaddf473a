"""Pages and buttons: what Telegram takes, whatever the text is."""

import re
from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.buttons import MOST_BYTES, MOST_LABEL, Press, decode, encode, pager, shortened
from handlers.paging import MOST, pages, units, visible
from knowledge.rendering import plain
from tests.botapi.markup import parse

TEXTS = st.text(st.sampled_from("ab ,\n.💥é<&\u200d"), max_size=300)


def test_a_short_text_is_one_page() -> None:
    assert pages("Yes.\n\n<i>Source: p. 1</i>") == ["Yes.\n\n<i>Source: p. 1</i>"]


def test_addresses_of_sources_become_links_and_items_get_bullets() -> None:
    address = "https://www.example.org/a?b=1&amp;c=%E2%80%99"
    html = (
        f"Two:\n- one\n- two - three\nsee {address}\n\n<i>Source: p. 1; {address}; as of 2020</i>"
    )
    (page,) = pages(html)
    link = f'<a href="{address}">example.org</a>'
    assert page == (
        f"Two:\n• one\n• two - three\nsee {address}\n\n<i>Source: p. 1; {link}; as of 2020</i>"
    )
    assert pages(page) == [page], "once is enough"
    urls = [one["url"] for one in parse(page, 0.0).entities if "url" in one]
    assert urls == ["https://www.example.org/a?b=1&c=%E2%80%99"]


def test_pages_end_at_blocks_and_repeat_the_source() -> None:
    blocks = [f"<b>{number}</b>\n" + "x" * 400 for number in range(9)]
    html = "\n\n".join([*blocks, "<i>Source: p. 1</i>"])
    found = pages(html, most=1000)
    assert len(found) == 5
    assert all(page.endswith("\n\n<i>Source: p. 1</i>") for page in found)
    assert all(visible(page) <= 1000 for page in found)
    assert found[1].startswith("<b>2</b>\n")


def test_a_list_in_one_line_is_cut_at_its_commas() -> None:
    html = "<b>" + ", ".join(f"Region {number}" for number in range(300)) + "</b>"
    found = pages(html, most=500)
    assert all(page.startswith("<b>Region") and page.endswith(",</b>") for page in found[:-1])


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["b", "i", "code", ""]), TEXTS), max_size=6))
def test_pages_are_sound_and_lose_nothing(runs: list[tuple[str, str]]) -> None:
    html = "".join(f"<{tag}>{escape(text)}</{tag}>" if tag else escape(text) for tag, text in runs)
    found = pages(html, most=60)
    for page in found:
        assert visible(page) <= 60
        parse(page, 0.0)
    joined = re.sub(r"\s", "", "".join(plain(page) for page in found))
    assert joined == re.sub(r"\s", "", plain(html))


@given(st.text(max_size=200))
def test_labels_are_shortened(label: str) -> None:
    assert units(shortened(label)) <= MOST_LABEL


@pytest.mark.parametrize(
    "press",
    [
        Press("choice", "find||p~list~r1-:r=catalonia~~"),
        Press("page", "events_list|kind=milestone", 12),
        Press("list", "regions", 3),
        Press("setting", "zone", to="Europe/Lisbon"),
        Press("setting", "open"),
        Press("calendar", "file", to="kick-off-2016"),
        Press("forget", "yes"),
        Press("nothing"),
    ],
)
def test_buttons_are_read_back(press: Press) -> None:
    line = encode(press)
    assert line is not None
    assert len(line.encode()) <= MOST_BYTES
    assert decode(line) == press


def test_what_does_not_fit_is_no_button() -> None:
    assert encode(Press("choice", "x" * 64)) is None
    assert pager(("<", "1", ">"), 0, 3, Press("page", "x" * 64)) == pager(
        ("<", "1", ">"), 0, 1, Press("page", "x")
    )


@given(st.text(max_size=70))
def test_forged_lines_never_raise(line: str) -> None:
    for found in (decode(line), decode(f"1{line}")):
        assert found is None or isinstance(found, Press)


def test_the_limit_is_telegrams() -> None:
    assert MOST == 4096
