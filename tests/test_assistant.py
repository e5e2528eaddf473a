"""Whatever is typed, an answer comes back that a channel can send."""

import string
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from knowledge.answer import Answer, Focus
from knowledge.assistant import Assistant
from knowledge.references import MOST_BYTES, BadReference, Reference

NOW = datetime(2017, 4, 10, 9, tzinfo=UTC)
MOST_UNITS = 4096
"""What Telegram takes as one message, in UTF-16 units."""
TAGS = {"b", "strong", "i", "em", "u", "s", "code", "pre", "a", "blockquote"}

SAID = """who leads which regions partnerships is in not both textile nano 3D printing Lombardy
Catalunya Spanish how many most Vanguard pilot next milestone it they second one what about
compare and or steering committee ERDF stand for at least 3 of the kick-off Limburg"""
WORDS = st.sampled_from(SAID.split())
ODD = "{{ 7*7 }}  {% raw %}  <b>  </i  <script>  &amp;  &  \x00  \u202e  🙂  שלום  Ω  的  '; --  %s"
NASTY = st.sampled_from([*ODD.split("  "), "\ud83d", "\n", "\t", "\u0301", "1e999", "-", "?!"])
TYPED = st.one_of(
    st.text(max_size=200),
    st.lists(WORDS | NASTY, max_size=20).map(" ".join),
    st.lists(WORDS, max_size=12).map(" ".join),
)
THOROUGH = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class _Markup(HTMLParser):
    """Reads Telegram HTML: balanced, known tags only; collects what is seen."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.seen = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, f"<{tag}> is not Telegram HTML"
        assert not attrs or tag == "a", f"<{tag}> has attributes"
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> closes another tag"

    def handle_data(self, data: str) -> None:
        self.seen += data


def check(answer: Answer) -> None:
    """What every channel relies on."""
    assert answer.status in ("answer", "clarify", "decline")
    assert 0 <= answer.confidence <= 100
    assert answer.text.strip()
    assert len(answer.text.encode("utf-16-le", "surrogatepass")) // 2 <= MOST_UNITS
    markup = _Markup()
    markup.feed(answer.html)
    markup.close()
    assert not markup.open, f"not closed: {markup.open}"
    assert markup.seen == answer.text
    for choice in answer.choices:
        assert len(choice.reference.encode()) <= MOST_BYTES
        assert choice.label.strip()
        assert Reference.decode(choice.reference).encode() == choice.reference
    if answer.focus is not None:
        assert Focus.from_json(answer.focus.to_json()) == answer.focus


@THOROUGH
@given(text=TYPED)
@example(text="")
@example(text=" \t\r\n")
@example(text="?" * 10_000)
@example(text="which partnerships is Lombardy in " * 300)
@example(text="\x00\x01\x1b[31m")
@example(text="🙂" * 4000)
@example(text="<b>who leads 3D printing?</b>")
@example(text="{{ config }} {% for x in y %}")
@example(text="\u202ewhich partnerships is Catalonia in\u202c")
def test_any_text_is_answered_by_a_message_that_can_be_sent(
    text: str, assistant: Assistant
) -> None:
    answer = assistant.ask(text, now=NOW)
    check(answer)
    assert assistant.ask(text, now=NOW) == answer, "the same question, the same answer"


@THOROUGH
@given(texts=st.lists(TYPED, min_size=2, max_size=4))
def test_any_dialogue_is_answered(texts: list[str], assistant: Assistant) -> None:
    focus = None
    for turn, text in enumerate(texts):
        answer = assistant.ask(text, now=NOW + timedelta(minutes=turn), focus=focus)
        check(answer)
        focus = answer.focus


@settings(THOROUGH, max_examples=60)
@given(text=st.text(min_size=1, max_size=100).map(lambda part: (part * 10_000)[:10_000]))
def test_long_texts_are_met_with_a_sentence(text: str, assistant: Assistant) -> None:
    answer = assistant.ask(text, now=NOW)
    check(answer)
    assert answer.status == "decline"


@settings(THOROUGH, max_examples=200)
@given(line=st.text(max_size=64) | st.text(string.ascii_lowercase + "|=,~;:+-0123", max_size=64))
@example(line="find||r~list~p1-:p=nowhere~~")
@example(line="card|topic=nothing")
@example(line="region_about|region=atlantis")
@example(line="find||z~list~~~")
@example(line="find||r~list~q9-~~")
@example(line="compare||r~list~~~lombardy")
def test_any_reference_is_answered_or_declined(line: str, assistant: Assistant) -> None:
    check(assistant.choose(line, now=NOW))


@given(line=st.text(max_size=64))
def test_a_reference_is_read_back_or_refused(line: str) -> None:
    try:
        reference = Reference.decode(line)
    except BadReference:
        return
    assert Reference.decode(reference.encode()) == reference


def test_a_moment_without_zone_is_refused(assistant: Assistant) -> None:
    with pytest.raises(ValueError, match="aware"):
        assistant.ask("hello", now=datetime(2017, 4, 10, 9))  # noqa: DTZ001 - what is refused


def test_choices_lead_to_answers(assistant: Assistant) -> None:
    asked = [
        *("who leads it?", "Limburg", "asdf", "what is the sport partnership about?"),
        *("which partnerships is Catalonia in?", "tell me about Spain", "help"),
    ]
    for question in asked:
        for choice in assistant.ask(question, now=NOW).choices:
            answer = assistant.choose(choice.reference, now=NOW)
            check(answer)
            assert answer.status == "answer", f"{question} → {choice}"


# What must not change an answer

PLAIN = [
    "who leads 3D printing?",
    "which partnerships is Skåne in?",
    "how many regions are in bio-economy?",
    "which regions are in both textile and nano?",
    "when was the kick-off?",
    "what does ERDF stand for?",
    "is Lombardy in nano?",
    "what is the sport partnership about?",
    "compare Lombardy and Catalonia",
    "which demo cases does the nano partnership have?",
    "who could be a partner on offshore wind?",
    "which country is Wallonia in?",
]
AROUND = [
    "Hi! {}",
    "Hello, {}",
    "please, {}",
    "{} Thanks!",
    "Could you tell me {}",
    "Good morning, {} Thank you very much.",
    "🙂 {} 🙏",
    "   {}   ",
    "{}??",
]


@pytest.mark.parametrize("question", PLAIN)
def test_politeness_around_a_question_changes_nothing(question: str, assistant: Assistant) -> None:
    plain = assistant.ask(question, now=NOW)
    for around in AROUND:
        answer = assistant.ask(around.format(question), now=NOW)
        assert (answer.intent, answer.text) == (plain.intent, plain.text), around


@pytest.mark.parametrize("question", PLAIN)
def test_case_and_marks_change_nothing(question: str, assistant: Assistant) -> None:
    plain = assistant.ask(question, now=NOW)
    for other in (
        question.lower(),
        question.upper(),
        question.replace("å", "a"),
        question.rstrip("?"),
    ):
        assert assistant.ask(other, now=NOW).text == plain.text, other
