"""What people ask to be done: which words come down to which request, and which are a question."""

from datetime import UTC, datetime

import pytest

from knowledge.assistant import Assistant
from knowledge.declarations import declarations
from knowledge.durations import amounts
from knowledge.evaluation import read_cases
from knowledge.moments import lead_said, leads_said, span_said, zone_said
from knowledge.text import tokens
from tests.test_cases import files

EARLY = datetime(2017, 3, 1, 9, tzinfo=UTC)
LATE = datetime(2026, 1, 15, 9, tzinfo=UTC)
TIMES = declarations("en").requests.times

SPANS = {
    "two days": ["2d"],
    "a week": ["7d"],
    "30 minutes": ["30m"],
    "an hour": ["60m"],
    "half an hour": ["30m"],
    "a quarter of an hour": ["15m"],
    "three quarters of an hour": ["45m"],
    "an hour and a half": ["90m"],
    "one and a half hours": ["90m"],
    "1.5 hours": ["90m"],
    "1,5 hours": ["90m"],
    "1h30": ["90m"],
    "90min": ["90m"],
    "2d": ["2d"],
    "twenty-five minutes": ["25m"],
    "forty five minutes": ["45m"],
    "a couple of days": ["2d"],
    "a fortnight": ["14d"],
    "a month": ["30d"],
    "two days and 3 hours": ["3060m"],
    "an hour and 15 minutes": ["75m"],
    "2 days 12 hours": ["3600m"],
    "half a day": ["720m"],
    "a week and a day": ["7d", "1d"],
    "a day and an hour": ["1d", "60m"],
    "1 week, 1 day and 2 hours": ["7d", "1d", "120m"],
    "2 weeks before and 3 days before": ["14d", "3d"],
    "12345 days": [],
    "the days": [],
    "3D": ["3d"],
    "3d 2h": ["3d", "120m"],
    "1h 30m": ["90m"],
    "": [],
}


@pytest.mark.parametrize("text", SPANS)
def test_spans_of_time_are_read(text: str) -> None:
    assert [one.lead for one in amounts(text, tokens(text), TIMES)] == SPANS[text]


REQUESTS = {
    "remind me two days before the next steering committee meeting": (
        "remind|series=steering-committee,next=none,leads=2d"
    ),
    "remind me of all milestones": "remind|milestones=all",
    "remind me about textile 1 week and 1 day before": "remind|partnership=textile,leads=1w+1d",
    "remind me two days and 3 hours before steering committee meetings": (
        "remind|series=steering-committee,leads=51h"
    ),
    "remind me on the morning of steering committee meetings": (
        "remind|series=steering-committee,leads=2h"
    ),
    "remind me the day before and when it starts of each committee meeting": (
        "remind|series=steering-committee,leads=1d+0m"
    ),
    "remind me 1w 7d 1d 24h 1440m before committee meetings": (
        "remind|series=steering-committee,leads=1w+1d+24h"
    ),
    "keep me posted about 3D printing": "remind|partnership=3d-printing",
    "remind me 400 days before committee meetings": "remind|series=steering-committee,far=yes",
    "remind me a day and an hour before the SC": "remind|series=steering-committee,leads=1d+1h",
    "remind me 3d 2h before the SC": "remind|series=steering-committee,leads=3d+2h",
    "remind me 3d before the SC": "remind|series=steering-committee,leads=3d",
    "remind me of 3d 2 days before": "remind|partnership=3d-printing,leads=2d",
    "remind me about 3D 2h before": "remind|partnership=3d-printing,leads=2h",
    "also 1 day before the SC": "remind|series=steering-committee,leads=1d,add=yes",
    "and another one 2 hours before the SC please": (
        "remind|series=steering-committee,leads=2h,add=yes"
    ),
    "remind me also 1 day before the SC": "remind|series=steering-committee,leads=1d,add=yes",
    "add a reminder 3 days before the SC": "remind|series=steering-committee,leads=3d,add=yes",
    "remind us 1 week before the SC as well": "remind|series=steering-committee,leads=1w,add=yes",
    "remind me two days and also 2 hours before the SC": (
        "remind|series=steering-committee,leads=2d+2h"
    ),
    "remind me 5 years before committee meetings": "remind|series=steering-committee,far=yes",
    "remind me 1 hour after committee meetings": "remind|series=steering-committee,after=yes",
    "remind me the day after committee meetings": "remind|series=steering-committee,after=yes",
    "remind me shortly after the SC": "remind|series=steering-committee,after=yes",
    "remind me 1 day before and 2 hours after the SC": (
        "remind|series=steering-committee,leads=1d,after=yes"
    ),
    "remind me on 15 March about the SC": "remind|series=steering-committee,fixed=yes",
    "remind me in 5 minutes about the SC": "remind|series=steering-committee,fixed=yes",
    "remind me every day about the SC": "remind|series=steering-committee,fixed=yes",
    "remind me of the SC at 9am": "remind|series=steering-committee,fixed=yes",
    "remind me 1w 6d 5d 4d 30h 20h 10h before the SC": (
        "remind|series=steering-committee,leads=1w+6d+5d+4d+30h+20h,many=yes"
    ),
    "remind me of every SC 2 days before": "remind|series=steering-committee,leads=2d",
    "remind me every 2 days": "remind|ask=which,fixed=yes",
    "remind me 2 hours later": "remind_snooze|for=120m",
    "remind me of textile tomorrow": "remind|partnership=textile,fixed=yes",
    "remind me": "remind|ask=which",
    "remind me to buy milk": "remind|ask=unknown",
    "remind me of Catalonia": "remind|region=catalonia",
    "remind me in 20 minutes": "remind_snooze|for=20m",
    "remind me again tomorrow": "remind_snooze|until=tomorrow",
    "snooze": "remind_snooze|",
    "stop reminding me of textile": "remind_stop|partnership=textile",
    "stop all reminders": "remind_stop|everything=all",
    "don't remind me 3 days before the SC any more": (
        "remind_stop|series=steering-committee,leads=3d"
    ),
    "stop the 3 days reminder of the SC": "remind_stop|series=steering-committee,leads=3d",
    "don't remind me 3 days before any more": "remind_stop|ask=which,leads=3d",
    "what are my reminders?": "remind_list|",
    "when is my next reminder?": "remind_list|",
    "when will you remind me next?": "remind_list|",
    "turn reminders on": "remind_list|on=yes",
    "turn on my reminders": "remind_list|on=yes",
    "switch reminders back on": "remind_list|on=yes",
    "enable reminders for the SC": "remind|series=steering-committee",
    "turn reminders off": "remind_stop|everything=all",
    "turn off the reminders of the SC": "remind_stop|series=steering-committee",
    "delete all my reminders": "remind_stop|everything=all,delete=yes",
    "no reminders between 22:00 and 7:00": "remind_quiet|from=22:00,to=07:00",
    "no reminders between 10 and 7": "remind_quiet|from=22:00,to=07:00",
    "quiet from 9pm to 6.30am": "remind_quiet|from=21:00,to=06:30",
    "don't wake me before 8": "remind_quiet|from=22:00,to=08:00",
    "no reminders after 7": "remind_quiet|from=19:00,to=07:00",
    "no messages after 20:00": "remind_quiet|from=20:00,to=07:00",
    "no messages before 22:00": "remind_quiet|unread=yes",
    "quiet from 25:00 to 7:00": "remind_quiet|unread=yes",
    "no quiet hours": "remind_quiet|off=yes",
    "send me a weekly digest": "remind_digest|every=weekly",
    "daily digest at 7:30": "remind_digest|every=daily,at=07:30",
    "daily digest at 7:00": "remind_digest|every=daily,at=07:00",
    "daily digest at 7am": "remind_digest|every=daily,at=07:00",
    "daily digest at 25:00": "remind_digest|every=daily,unread=yes",
    "weekly digest on friday at 18:00": "remind_digest|every=weekly,at=18:00,day=other",
    "weekly digest on monday at 18:00": "remind_digest|every=weekly,at=18:00",
    "stop the digest": "remind_digest|every=off",
}


@pytest.mark.parametrize("text", REQUESTS)
def test_words_come_down_to_a_request(text: str, assistant: Assistant) -> None:
    wish = assistant.wishes.read(text, LATE, None)
    assert wish is not None
    assert wish.reference.encode() == REQUESTS[text]


def test_what_is_asked_back_still_adds(assistant: Assistant) -> None:
    asked = assistant.ask("add a reminder 3 days before", now=LATE)
    wish = assistant.wishes.read("the steering committee", LATE, asked.focus)
    assert wish is not None
    assert wish.reference.encode() == "remind|series=steering-committee,leads=3d,add=yes"


def test_a_reminder_on_the_morning_of_a_known_day_comes_at_eight(assistant: Assistant) -> None:
    wish = assistant.wishes.read("remind me on the morning of the Helsinki conference", EARLY, None)
    assert wish is not None
    assert wish.reference.encode() == "remind|event=smart-regions-2017,leads=1h", "it begins at 9"


def test_of_several_events_the_one_ahead_is_meant(assistant: Assistant) -> None:
    wish = assistant.wishes.read("remind me of the smart regions conference", EARLY, None)
    assert wish is not None
    assert wish.reference.slot("event") == "smart-regions-2017"


QUESTIONS = [
    "remind me who leads textile",
    "can you remind me what ESM stands for?",
    "please remind me when the kick-off was",
    "remind me again which regions lead sport",
    "remind me of the date of the kick-off",
    "tell me when the next milestone is",
    "which regions follow the lead of Catalonia?",
    "follow-up of the kick-off",
    "what follows the kick-off?",
    "do you know who is in textile?",
    "give me a summary of textile",
    "what is the next steering committee meeting?",
]


@pytest.mark.parametrize("text", QUESTIONS)
def test_what_only_sounds_like_it_stays_a_question(text: str, assistant: Assistant) -> None:
    assert assistant.wishes.read(text, LATE, None) is None


def test_no_question_of_packs_and_cases_is_taken_for_a_request(assistant: Assistant) -> None:
    asked = [row.text for row in assistant.snapshot.phrasings]
    for file in files():
        if not file.stem.startswith("remind"):
            cases = read_cases(file.read_text("utf-8"), str(file))
            asked += [turn.text for case in cases for turn in case.turns]
    taken = [text for text in asked if assistant.wishes.read(text, LATE, None) is not None]
    assert taken == []


def test_spans_and_zones_as_people_read_them() -> None:
    assert [span_said(lead) for lead in ("1w", "10d", "51h", "90m", "0m")] == [
        "1 week",
        "10 days",
        "2 days and 3 hours",
        "1 hour and 30 minutes",
        "",
    ]
    assert lead_said("0m") == "when it begins"
    assert leads_said(["1w", "1d", "0m"]) == "1 week and 1 day before and when it begins"
    assert leads_said([]) == ""
    assert zone_said("America/Argentina/Buenos_Aires") == "Buenos Aires time"
    assert zone_said("UTC") == "UTC"
