"""Telegram's HTML as the test server reads it: what is seen, what is refused, what is doubtful."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.botapi.incoming import entities_of
from tests.botapi.markup import Unparseable, is_address, parse

NOW = 1_800_000_000.0


def entity(kind: str, offset: int, length: int, **more: Any) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **more}


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("plain", "plain", []),
        ("<b>a</b><STRONG>b</STRONG>", "ab", [entity("bold", 0, 1), entity("bold", 1, 1)]),
        ("😀<i>é</i>", "😀é", [entity("italic", 2, 1)]),
        ("<u><s>x</s></u>", "x", [entity("strikethrough", 0, 1), entity("underline", 0, 1)]),
        ('<span class="tg-spoiler">x</span>', "x", [entity("spoiler", 0, 1)]),
        ("<tg-spoiler>x</tg-spoiler>", "x", [entity("spoiler", 0, 1)]),
        (
            "<a href='https://example.org/?a=1&amp;b=2'>x</a>",
            "x",
            [entity("text_link", 0, 1, url="https://example.org/?a=1&b=2")],
        ),
        (
            '<pre><code class="language-python">x</code></pre>',
            "x",
            [entity("pre", 0, 1, language="python")],
        ),
        ("<blockquote>x</blockquote>", "x", [entity("blockquote", 0, 1)]),
        ("<blockquote expandable>x</blockquote>", "x", [entity("expandable_blockquote", 0, 1)]),
        (
            '<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>',
            "👍",
            [entity("custom_emoji", 0, 2, custom_emoji_id="5368324170671202286")],
        ),
        (
            '<tg-time unix="1800000000" format="wDT">soon</tg-time>',
            "soon",
            [entity("date_time", 0, 4, unix_time=1_800_000_000, date_time_format="wDT")],
        ),
        ("&lt;&gt;&amp;&quot;&#39;&#x1F600;", "<>&\"'😀", []),
        ("<b></b>x", "x", []),
        ("<b>x</>", "x", [entity("bold", 0, 1)]),
    ],
)
def test_what_is_seen(source: str, text: str, entities: list[dict[str, Any]]) -> None:
    marked = parse(source, NOW)
    assert marked.text == text
    assert sorted(marked.entities, key=str) == sorted(entities, key=str)
    assert marked.doubts == []


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("é<x>", 'Unsupported start tag "x" at byte offset 2'),
        ("I <3", "Unclosed start tag at byte offset 2"),
        ("I <3 you", 'Unsupported start tag "3" at byte offset 2'),
        ("<br/>", 'Unsupported start tag "br/" at byte offset 0'),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        (
            "<b><i>x</b></i>",
            'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"',
        ),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<a href", 'Unclosed start tag "a" at byte offset 0'),
        ('<a href="x', 'Unclosed start tag "a" at byte offset 0'),
        ("<a href=x/y>x</a>", "Unexpected end of name token at byte offset 8"),
        ('<a ="x">x</a>', 'Empty attribute name in the tag "a" at byte offset 0'),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
        ('<tg-emoji emoji-id="x">👍</tg-emoji>', "Invalid custom emoji identifier specified"),
        ('<tg-time unix="-1">x</tg-time>', 'Invalid Unix time "-1" in the tag "tg-time"'),
        (
            f'<tg-time unix="{1_800_000_000 + 1099 * 86400}">x</tg-time>',
            f'Invalid Unix time "{1_800_000_000 + 1099 * 86400}" in the tag "tg-time"',
        ),
        ('<tg-time unix="1" format="Dw">x</tg-time>', 'Invalid format "Dw" in the tag "tg-time"'),
        (
            "&#xD800;",
            (
                "Text contains invalid Unicode characters after decoding HTML entities, check for "
                "unmatched surrogate code units"
            ),
        ),
    ],
)
def test_what_is_refused(source: str, error: str) -> None:
    with pytest.raises(Unparseable) as caught:
        parse(source, NOW)
    assert str(caught.value) == error


@pytest.mark.parametrize(
    ("source", "doubt"),
    [
        ("a & b", "a bare & should be &amp; at byte offset 2"),
        ("a > b", "a bare > at byte offset 2 should be &gt;"),
        ("&nbsp;", "&nbsp; is not an entity of Telegram, and shown as it is at byte offset 0"),
        ("&lt", "&lt lacks its semicolon at byte offset 2"),
        ("<a>nowhere</a>", "<a> has no usable address: ''"),
        ('<b class="x">x</b>', "<b> has the attribute 'class'"),
        ("<code><b>x</b></code>", "<b> must not stand inside <code> at byte offset 6"),
        ("<b><code>x</code></b>", "<code> must not stand inside <b> at byte offset 3"),
        (
            "<blockquote><blockquote>x</blockquote></blockquote>",
            "<blockquote> must not stand inside <blockquote> at byte offset 12",
        ),
    ],
)
def test_what_is_doubtful(source: str, doubt: str) -> None:
    assert parse(source, NOW).doubts == [doubt]


@given(st.text(st.sampled_from("<>/&=\"' ;#xbaé😀\n") | st.characters(), max_size=60))
def test_any_text_is_read_or_refused(source: str) -> None:
    try:
        marked = parse(source, NOW)
    except Unparseable:
        return
    size = len(marked.text.encode("utf-16-le", "surrogatepass")) // 2
    for one in marked.entities:
        assert 0 <= one["offset"] < one["offset"] + one["length"] <= size


@pytest.mark.parametrize(
    ("url", "fine"),
    [
        ("https://example.org", True),
        ("example.org/a?b#c", True),
        ("tg://user?id=1", True),
        ("https://example", False),
        ("https://exa mple.org", False),
        ("", False),
        ("javascript:alert(1)", False),
    ],
)
def test_addresses(url: str, fine: bool) -> None:  # noqa: FBT001 - a column of the table
    assert is_address(url) is fine


def test_entities_that_people_type() -> None:
    found = entities_of("😀 /start@a_bot x/y #tag @ana_b mail@example.org https://e.org/@x")
    assert [(one["type"], one["offset"], one["length"]) for one in found] == [
        ("bot_command", 3, 12),
        ("hashtag", 20, 4),
        ("mention", 25, 6),
        ("email", 32, 16),
        ("url", 49, 16),
    ]
    assert entities_of("no signs") == []
