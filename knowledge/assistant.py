"""Answers one message: understand, decide, look up, render. Changes nothing."""

import logging
import re
from datetime import datetime

from jinja2 import UndefinedError

from knowledge.answer import Answer, Focus
from knowledge.decision import Candidate, Certain, Unknown, Unsure
from knowledge.declarations import declarations
from knowledge.references import BadReference, Reference
from knowledge.rendering import Rendering
from knowledge.replies import Replies
from knowledge.snapshot import Snapshot
from knowledge.understanding import Reader, Understanding
from knowledge.wishes import Wish, Wishes

_log = logging.getLogger(__name__)
MOST_CHARACTERS = 2000
"""A question longer than this is not read."""
_MARKUP = re.compile(r"<(script|style)\b.*?</\1>|</?[a-z][^<>]{0,80}>", re.IGNORECASE | re.DOTALL)
# What people put before, beside or behind what they ask.
_OPENING = re.compile(
    r"^\s*(?:no|nope|sorry|well|ok|okay|hm+|um+|so|right|good (?:morning|afternoon|evening|day))"
    r"\s*[,.!:]\s+",
    re.IGNORECASE,
)
_POLITE = re.compile(
    r"^\s*(?:(?:hi|hello|hey|dear \w+)[,!.]?\s+)?(?:please\s+)?(?:"
    r"(?:could|can|would|will) you (?:please |kindly )?(?:tell|let|inform|remind|say)(?: to)?"
    r"(?: me| us)?(?: know)?(?: please)?(?! about)|do you (?:happen to )?know"
    r"|(?:please )?(?:tell|remind) (?:me|us)(?: again)?(?! about)"
    r"|i(?:'d| would| should)? (?:like|love|want|need) to (?:know|ask|find out|hear)"
    r"|(?:my|our) [\w-]+(?: [\w-]+)? (?:would like|'d like|wants?|needs?|wishes|keeps asking me)"
    r"(?: to (?:know|ask|find out|hear))?"
    r"|i(?: was|'m| am)(?: just)? wondering)[,:]?\s+",
    re.IGNORECASE,
)
# Excuses before a question: "Sorry for the basic question, but …".
_EXCUSE = re.compile(
    r"^\s*(?:sorry|apologies|excuse me|forgive me|pardon)\b[^.?!,:]{0,60}[,:]\s*(?:but\s+)?",
    re.IGNORECASE,
)
_DOTTED = re.compile(r"\b(?:[A-Za-z]\.){2,}")
_ASIDE = re.compile(r"\([^()]*\)")
_CORRECTED = re.compile(
    r"^.*\b(?:no,? wait|wait,? no|scratch that|let me rephrase)\b[,.:]*\s*",
    re.IGNORECASE | re.DOTALL,
)
_FEWEST_LETTERS = 8


def _tidied(text: str) -> str:
    """A message without markup, asides in brackets, openings and what was taken back.

    What would leave next to nothing is left as it is.
    """
    for pattern in (_MARKUP, _CORRECTED, _ASIDE, _EXCUSE, _OPENING, _POLITE):
        rest = pattern.sub(" ", text)
        if rest != text and sum(map(str.isalnum, rest)) >= _FEWEST_LETTERS:
            text = rest
    return text


class Assistant:
    """Answers questions from one snapshot in one language.

    Args:
        snapshot: The knowledge; it is never changed.
        lang: A language of ``knowledge.declarations.languages``.
        reader: Made from the same snapshot and language before; made anew when None.
    """

    def __init__(
        self, snapshot: Snapshot, *, lang: str = "en", reader: Reader | None = None
    ) -> None:
        declared = declarations(lang)
        self.snapshot = snapshot
        self.rendering = Rendering(declared, snapshot)
        self.reader = reader or Reader(snapshot, declared)
        self.wishes = Wishes(declared.requests, self.reader.vocabulary, snapshot)
        self.replies = Replies(snapshot, self.rendering, declared.intents)

    def ask(self, text: str, *, now: datetime, focus: Focus | None = None) -> Answer:
        """Answer one message.

        Args:
            text: What the person typed.
            now: An aware moment, for "next", "last" and the life of the focus.
            focus: What the chat was last about, as the last answer gave it.

        Raises:
            ValueError: ``now`` has no zone.
        """
        if now.tzinfo is None:
            raise ValueError("now must be an aware datetime")
        if len(text) > MOST_CHARACTERS:
            return self.replies.say("too_long", now, focus, limit=MOST_CHARACTERS)
        text = _DOTTED.sub(lambda found: found[0].replace(".", ""), text)
        focus = focus if focus and focus.expires > now else None
        wish = self.wishes.read(text, now, focus)
        if wish is not None:
            return self._wished(wish, now, focus)
        text = _tidied(text)
        understanding = self.reader.understand_best(text, focus)
        if not understanding.spans:
            return self.replies.say("blank", now, focus)
        match understanding.decision:
            case Certain(candidate):
                return self.replies.answer(candidate, understanding.spans, now, focus)
            case Unsure(candidates):
                return self.replies.clarify(candidates, understanding.spans, now)
            case Unknown():
                return self.replies.decline(understanding, now, focus)

    def choose(self, reference: str, *, now: datetime, focus: Focus | None = None) -> Answer:
        """Answer a choice that was picked; a malformed or outdated one is declined."""
        try:
            chosen = Reference.decode(reference)
            if self.replies.makes_sense(chosen):
                return self.replies.answer(Candidate(chosen, 100, "declared"), (), now, focus)
        except (BadReference, UndefinedError) as error:
            # Undefined: the parts are right, but no answer speaks of them together.
            _log.info("a reference was not answered: %s", error)
        return self.replies.say("unknown", now, focus, known=[])

    def _wished(self, wish: Wish, now: datetime, focus: Focus | None) -> Answer:
        """The answer to a request: what it comes down to, or a question back."""
        found = [Candidate(one, 100, "declared") for one in wish.alternatives]
        if found:
            return self.replies.clarify(found, wish.spans, now)
        return self.replies.answer(
            Candidate(wish.reference, 100, "declared"), wish.spans, now, focus
        )

    def understand(
        self, text: str, focus: Focus | None = None, *, now: datetime | None = None
    ) -> Understanding:
        """How a message is read, for ``ask --explain``; as a question, unless ``now`` is given."""
        wish = self.wishes.read(text, now, focus) if now is not None else None
        if wish is None:
            return self.reader.understand_best(text, focus)
        meant = tuple(
            Candidate(one, 100, "declared") for one in wish.alternatives or (wish.reference,)
        )
        decision = Unsure(meant) if wish.alternatives else Certain(meant[0])
        return Understanding(wish.spans, "", (), meant, decision)
