"""What is declared is complete: every intent has sentences, a view, an answer and a case."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from knowledge.answer import Answer
from knowledge.assistant import Assistant
from knowledge.declarations import DeclarationError, declarations, expand, languages
from knowledge.evaluation import read_cases
from knowledge.snapshot import Snapshot
from knowledge.views import VIEWS

NOW = datetime(2017, 4, 10, 9, tzinfo=UTC)
CASES = Path(__file__).parent / "cases"
ROOT = Path(__file__).parent.parent

COMPUTED = {"region_partnerships", "partnership_leads", "partnership_members"}
"""Intents that are answered by a query over memberships, with the template of ``find``."""
WITHOUT_SOURCE = {
    *("greeting", "thanks", "farewell", "help", "identity", "wellbeing", "sources"),
    *("not_recorded", "status_change", "off_topic"),
    *declarations("en").requests.phrases,
}
"""Small talk, declines and requests: they state no fact, or name their source in the text."""
PICTURE = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b50\ufe0f]")

INTENTS = sorted(declarations("en").intents)


@pytest.mark.parametrize("intent", INTENTS)
def test_an_intent_has_sentences_view_template_and_case(intent: str) -> None:
    declared = declarations("en")
    template = "find" if intent in COMPUTED else intent
    assert declared.sentences.get(intent) or declared.requests.phrases[intent]
    assert template in VIEWS
    assert (declared.answers / f"{template}.html.j2").exists()
    assert (CASES / "en" / f"{intent}.yaml").exists()


@pytest.mark.parametrize("intent", INTENTS)
def test_the_example_of_an_intent_is_answered_by_it(intent: str, assistant: Assistant) -> None:
    answer = _ask(assistant, declarations("en").intents[intent].example)
    assert answer.intent == ("find" if intent in COMPUTED else intent)


@pytest.mark.parametrize("intent", INTENTS)
def test_sentences_hold_the_slots_of_their_intent(intent: str) -> None:
    """Of slots that are declared only the choice of one may be in a sentence, and no other."""
    declared = declarations("en")
    wanted = {f"<{kind}>" for kind in declared.intents[intent].slots.values()}
    for sentence in declared.sentences.get(intent, ()):
        found = set(re.findall(r"<\w+>", sentence))
        assert found >= wanted or not found, f"{sentence!r} lacks {wanted - found}"


def test_case_files_are_about_something_declared() -> None:
    groups = {"composition", "noise", "names", "dialogue", "followups", "boundaries", "facts"}
    groups |= {"later", "periods", "readings"}
    for file in CASES.rglob("*.yaml"):
        assert file.stem in groups | set(INTENTS), f"{file}: no such intent"


@pytest.mark.parametrize("lang", languages())
def test_every_answer_template_can_be_rendered(lang: str, assistant: Assistant) -> None:
    """All templates compile; those of intents are rendered by the examples and cases."""
    for file in declarations(lang).answers.glob("*.html.j2"):
        assistant.rendering._templates.get_template(file.name)


def test_declarations_and_cases_are_plain_yaml() -> None:
    """They can be read by any YAML parser, not only by the forgiving one in C."""
    for file in (*(ROOT / "knowledge" / "declarations").rglob("*.yaml"), *CASES.rglob("*.yaml")):
        assert yaml.safe_load(file.read_text("utf-8")), file


def test_no_template_holds_pictures() -> None:
    for file in (ROOT / "knowledge" / "declarations").rglob("*.j2"):
        assert not PICTURE.search(file.read_text("utf-8")), f"{file}: plain words, no pictures"


def test_every_answer_of_the_cases_has_a_source_and_no_pictures(assistant: Assistant) -> None:
    for file in CASES.rglob("*.yaml"):
        for case in read_cases(file.read_text("utf-8"), str(file)):
            turn = case.turns[0]
            answer = assistant.ask(turn.text, now=turn.now or NOW)
            assert not PICTURE.search(answer.text), turn.text
            if answer.status == "answer" and answer.intent not in WITHOUT_SOURCE:
                assert answer.sources, turn.text
                assert answer.text.splitlines()[-1].startswith("Source: "), turn.text


def test_every_fact_can_be_told(assistant: Assistant, snapshot: Snapshot) -> None:
    """A card for each thing of each kind: templates meet every field that may be empty."""
    for kind, things in snapshot.things.items():
        for id in things:
            answer = assistant.choose(f"card|{kind}={id}", now=NOW)
            if answer.status == "answer":
                assert answer.sources, f"{kind}/{id}"
            else:
                assert kind in ("partnership", "region", "country", "event"), f"{kind}/{id}"


def test_a_sentence_is_expanded_to_each_of_its_choices() -> None:
    found = expand("<which> region[s] (lead|run) {partnership} [now|today]", {"which": ["what"]})
    words = {word for text in found for word in text.split()}
    assert words >= {"what", "lead", "run", "now", "today", "<partnership>"}
    assert all("<partnership>" in text for text in found)


@pytest.mark.parametrize("sentence", ["what [is", "who (leads", "<nothing> here"])
def test_a_broken_sentence_is_refused(sentence: str) -> None:
    with pytest.raises(DeclarationError):
        expand(sentence, {})


def _ask(assistant: Assistant, question: str) -> Answer:
    return assistant.ask(question, now=NOW)
