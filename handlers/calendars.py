"""Events as a calendar file, which is right for the day on which it was taken."""

from collections.abc import Sequence

from handlers import feeds
from handlers.buttons import Press
from handlers.texts import Texts
from handlers.times import when
from handlers.turn import Turn
from knowledge.answer import Answer
from knowledge.facts import Event
from knowledge.ics_writer import Written, write_event, write_events
from knowledge.occasions import occasion
from knowledge.references import Reference
from knowledge.reminders import matches
from knowledge.reminding import CANCELLED, occasion_of, target_of

FILE = "file"
"""What a button of this module does: send the event as a file."""

SEVERAL = "s3p-events.ics"
"""The name of a file that holds more than one event; that of one event is named after it."""


async def calendar(turn: Turn, argument: str) -> None:
    """The command: a file of the events that the words behind it speak of, or a calendar."""
    if not argument:
        await feeds.overview(turn)
        return
    await _take_newest(turn)
    answer = turn.ask(argument)
    events = _shown(turn, answer)
    asks_back = answer.status == "clarify" or answer.intent.startswith("events_")
    if not events and not asks_back:
        events = _followed(turn, answer, argument)
    if events:
        await send(turn, events)
        turn.keep_focus(answer.focus)
    elif asks_back:
        await turn.answer(answer)
    else:
        await turn.say_text("not_an_event", name=argument[:60])


async def _take_newest(turn: Turn) -> None:
    """Takes over newer knowledge: the notice of a change may be here before it was looked for."""
    await turn.services.reload()
    turn.assistant = turn.services.assistants.speaking(turn.texts.language)


def _shown(turn: Turn, answer: Answer) -> list[Event]:
    """The events that an answer shows."""
    focus, known = answer.focus, turn.assistant.snapshot.things["event"]
    if answer.status != "answer" or focus is None or focus.results_kind != "event":
        return []
    return [known[id] for id in focus.results if id in known]


def _followed(turn: Turn, answer: Answer, argument: str) -> list[Event]:
    """The events of a series, a partnership or all milestones, where words name one of these."""
    wish = answer.request or turn.ask(f"remind me {argument}").request
    target = target_of(Reference.decode(wish)) if wish else None
    if target is None:
        return []
    kind, id = target
    snapshot = turn.assistant.snapshot
    return [one for one in snapshot.events if matches(kind, id, occasion_of(snapshot, one))]


async def send(turn: Turn, events: Sequence[Event]) -> None:
    """Sends events as one file; says so when the day of none of them is known."""
    alone = events[0] if len(events) == 1 else None
    written = _written(turn, events)
    if not written.events:
        await turn.say_text("no_day", titles=written.left_out)
        return
    name = f"{alone.id}.ics" if alone is not None else SEVERAL
    await turn.services.replies.send_file(
        turn.context.bot, turn.place, written.content, name, _caption(turn, alone, written)
    )


def _written(turn: Turn, events: Sequence[Event]) -> Written:
    snapshot = turn.assistant.snapshot
    if len(events) == 1:
        return write_event(events[0], snapshot, page=turn.page(events[0].id))
    return write_events(events, snapshot, pages=turn.page)


def _caption(turn: Turn, alone: Event | None, written: Written) -> str:
    words: Texts = turn.texts
    return words.say(
        "calendar_file",
        title=alone.title if alone is not None else "",
        when=when(occasion(alone), turn.zone, now=turn.now) if alone is not None else "",
        cancelled=alone is not None and alone.status == CANCELLED,
        number=written.events,
        left_out=len(written.left_out),
        public=turn.services.public_address is not None,
    )


async def events_of(turn: Turn, press: Press) -> list[Event]:
    """The events whose file a button asks for; none when they are not recorded any more."""
    await _take_newest(turn)
    if press.value == feeds.ALL:
        return await feeds.events(turn)
    found = turn.assistant.snapshot.things["event"].get(press.to or "")
    return [found] if found is not None else []
