"""Answers one message: understand, decide, look up, render. Changes nothing."""

import logging
from datetime import datetime

from jinja2 import UndefinedError

from knowledge.answer import Answer, Focus
from knowledge.decision import Candidate, Certain, Unknown, Unsure
from knowledge.declarations import declarations
from knowledge.references import BadReference, Reference
from knowledge.rendering import Rendering
from knowledge.replies import Replies
from knowledge.snapshot import Snapshot
from knowledge.tidying import tidied, undotted
from knowledge.understanding import Reader, Understanding
from knowledge.wishes import Wish, Wishes

_log = logging.getLogger(__name__)
MOST_CHARACTERS = 2000
"""A question longer than this is not read."""


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
        self._prefaces = declared.prefaces
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
        text = undotted(text)
        focus = self._known(focus) if focus and focus.expires > now else None
        wish = self.wishes.read(text, now, focus)
        if wish is not None:
            return self._wished(wish, now, focus)
        text = tidied(text, self._prefaces)
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
        focus = self._known(focus) if focus else None
        try:
            chosen = Reference.decode(reference)
            if self.replies.makes_sense(chosen):
                return self.replies.answer(Candidate(chosen, 100, "declared"), (), now, focus)
        except (BadReference, UndefinedError) as error:
            # Undefined: the parts are right, but no answer speaks of them together.
            _log.info("A reference was not answered: %s", type(error).__name__)
        return self.replies.say("unknown", now, focus, known=[])

    def _known(self, focus: Focus) -> Focus | None:
        """A focus on what is still known; what it was about may have gone with newer knowledge."""
        things = self.snapshot.things
        results = [(focus.results_kind, id) for id in focus.results]
        named = [(kind, id) for kind, id in (*focus.entities, *results) if kind in things]
        return focus if all(id in things[kind] for kind, id in named) else None

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
