"""Cuts a message into sentences and fragments, and tells which of them ask and stand alone."""

import re
from collections.abc import Sequence

from knowledge.clauses import axis_name
from knowledge.question import AUXILIARIES, INTERROGATIVES
from knowledge.vocabulary import Span

_SENTENCE = re.compile(r"[^.!?;\n]*(?:[.!?;\n](?!\s|$)[^.!?;\n]*)*[.!?;\n]*")
# A face or picture ends a sentence as a full stop does: "a bit lost :) what does EDP mean".
_FACE = re.compile("(?:(?:[:;]-?[()DP](?=\\s|$)|[\u2600-\u27bf\U0001f300-\U0001faff\ufe0f])\\s*)+")
_FRAGMENT = re.compile(r",\s|:\s|\s[-–—]+\s")
_ASKING = ("ask.", "subject.", "role.", "define.")
_POINTING = frozenset(["it", "its", "they", "them", "their", "we", "us", "our", "my", "there"])
_MOST_SENTENCES = 12
_TOO_LITTLE = 2


def sentences(text: str) -> list[str]:
    """The sentences of a message, at most a dozen, each with its closing mark."""
    found = (sentence.strip() for sentence in _SENTENCE.findall(_FACE.sub(". ", text)))
    return [one for one in found if any(char.isalnum() for char in one)][:_MOST_SENTENCES]


def fragments(sentence: str) -> list[str]:
    """What stands between the commas, colons and dashes of a sentence."""
    return [part for part in _FRAGMENT.split(sentence) if any(char.isalnum() for char in part)]


def asks(spans: Sequence[Span]) -> bool:
    """Whether a part of a message asks for something."""
    return any(
        span.operator.startswith(_ASKING) or span.words in INTERROGATIVES for span in spans
    ) or (bool(spans) and spans[0].words in AUXILIARIES)


def says_something(spans: Sequence[Span]) -> bool:
    """Whether a sentence can be read by itself: it asks, names, or has more than a word or two."""
    told = [span for span in spans if span.operator != "filler"]
    return len(told) > _TOO_LITTLE or asks(spans) or any(span.names for span in spans)


def named_in(spans: Sequence[Span]) -> list[Span]:
    """The spans that name a region, country, partnership or event."""
    return [span for span in spans if axis_name(span) or span.of("event")]


def told_beside(
    asking: tuple[Span, ...], read: Sequence[tuple[str, tuple[Span, ...]]]
) -> list[Span]:
    """The words with content of the other sentences: "My company prints orthoses. Which fits?"."""
    others = (spans for _, spans in read if spans is not asking)
    return [span for spans in others for span in spans if not span.operator]


def only_question(read: Sequence[tuple[str, tuple[Span, ...]]]) -> tuple[Span, ...] | None:
    """The only sentence that is a question, when it says for itself all that it asks about.

    "Forget the report. Bavaria leads nano. Now: who leads nano?" asks about nano only. "We are from
    Lombardy. What are we in?" points back, and does not stand by itself.
    """
    asking = [spans for sentence, spans in read if sentence.endswith("?") and asks(spans)]
    if len(asking) != 1 or not named_in(asking[0]):
        return None
    others = [spans for _, spans in read if spans is not asking[0]]
    words = {word for span in asking[0] for word in span.words.split()}
    return asking[0] if any(map(named_in, others)) and not words & _POINTING else None


def standing_alone(
    parts: Sequence[tuple[Span, ...]], content: Sequence[bool]
) -> tuple[list[tuple[Span, ...]], list[tuple[Span, ...]]]:
    """The fragments of a sentence that can be read without the others.

    First those that ask; then, for want of better ones, those that only name something. What names
    nothing is about what the others say: "photonics table - number of regions".

    Args:
        parts: The fragments as spans.
        content: Whether each fragment has words that tell something, names aside.
    """
    asking, naming = [], []
    for place, spans in enumerate(parts):
        others = [number for number in range(len(parts)) if number != place]
        named = any(span.names for span in spans)
        said = any(content[at] or any(span.names for span in parts[at]) for at in others)
        if all(span.operator in ("filler", "ask.true") for span in spans):
            continue  # "…, correct?" asks whether the rest is so
        if asks(spans):
            known = [span for at in others for span in parts[at] if span.names]
            if named or not said:
                asking.append(spans)
            elif known and (known == named_in(known) or len(known) == 1):
                asking.append((*spans, *known))
        elif named or not said:
            naming.append(spans)
    return asking, naming
