"""Dates and times as people type them: read whole, or refused with a reason."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.typed_dates import Days, Hours, NotRead, read_days, read_hours

DAYS = [
    *("17.3.2027", "17. 3. 2027", "17/3/2027", "17-3-2027", "2027-03-17", "17 March 2027"),
    *("17 mar 2027", "17th of March 2027", "March 17, 2027", "Wednesday, 17 March 2027"),
    *("Wed 17.03.2027", "17march2027", " 17  MARCH  2027. "),
]
SPANS = [
    *("17-18 March 2027", "17 - 18 March 2027", "17 to 18 March 2027", "March 17-18, 2027"),
    *("17.3.2027 - 18.3.2027", "17.-18.3.2027", "17-18.3.2027", "2027-03-17/2027-03-18"),
    *("2027-03-17 to 2027-03-18", "17 March to 18 March 2027", "Wed 17 - Thu 18 March 2027"),
]
REFUSED = {
    "31.2.2027": "no_such_day",
    "17.13.2027": "no_such_day",
    "32 March 2027": "no_such_day",
    "Tuesday 17 March 2027": "wrong_weekday",
    "17 March": "no_year",
    "17.3.": "no_year",
    "17.3.27": "no_date",
    "18-17 March 2027": "ends_before",
    "1.1.2027 - 5.5.2029": "too_long",
    "17 March 2127": "far_year",
    "next week": "no_date",
    "soon": "no_date",
    "": "no_date",
    "1" * 500: "no_date",
}


@pytest.mark.parametrize("typed", DAYS)
def test_a_day_in_all_usual_forms(typed: str) -> None:
    assert read_days(typed) == Days("2027-03-17", None, "day")


@pytest.mark.parametrize("typed", SPANS)
def test_a_span_of_days(typed: str) -> None:
    assert read_days(typed) == Days("2027-03-17", "2027-03-18", "day")


def test_spans_over_the_end_of_a_month_or_year() -> None:
    assert read_days("30 April - 2 May 2027") == Days("2027-04-30", "2027-05-02", "day")
    assert read_days("28 Dec - 3 Jan 2028") == Days("2027-12-28", "2028-01-03", "day")
    assert read_days("28 Dec 2027 – 3 Jan 2028") == Days("2027-12-28", "2028-01-03", "day")


def test_what_is_less_sure_than_a_day() -> None:
    assert read_days("March 2027") == read_days("2027-03") == Days("2027-03", None, "month")
    assert read_days("2027") == Days("2027", None, "year")
    assert read_days("to be confirmed") == read_days("TBC") == Days(None, None, "unknown")


@pytest.mark.parametrize("typed", REFUSED)
def test_what_is_no_date_is_refused_with_its_reason(typed: str) -> None:
    with pytest.raises(NotRead) as refused:
        read_days(typed)
    assert refused.value.reason == REFUSED[typed]


@given(st.dates(date(1990, 1, 1), date(2099, 12, 31)), st.integers(1, 60))
def test_every_day_and_span_is_read_in_each_form(day: date, length: int) -> None:
    forms = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d %B %Y", "%B %d, %Y", "%A %d %b %Y")
    last = min(day + timedelta(days=length), date(2099, 12, 31))
    for form in forms:
        assert read_days(day.strftime(form)) == Days(day.isoformat(), None, "day")
        if last > day:
            span = f"{day.strftime(form)} - {last.strftime(form)}"
            assert read_days(span) == Days(day.isoformat(), last.isoformat(), "day")


@given(st.text(max_size=90))
def test_no_text_breaks_the_reading(typed: str) -> None:
    for read in (read_days, read_hours):
        with suppress(NotRead):
            assert isinstance(read(typed), Days | Hours)


TIMES = {
    "9:30": Hours("09:30", None),
    "9.30": Hours("09:30", None),
    "14h": Hours("14:00", None),
    "14h30": Hours("14:30", None),
    "9": Hours("09:00", None),
    "9am": Hours("09:00", None),
    "9:30 pm": Hours("21:30", None),
    "12am": Hours("00:00", None),
    "noon": Hours("12:00", None),
    "17 Uhr": Hours("17:00", None),
    "09:30-12:00": Hours("09:30", "12:00"),
    "from 9 to 17h": Hours("09:00", "17:00"),
    "14h–16h": Hours("14:00", "16:00"),
    "22:00-01:00": Hours("22:00", "01:00"),
    "whole day": Hours(None, None),
    "to be confirmed": Hours(None, None, open=True),
}


@pytest.mark.parametrize("typed", TIMES)
def test_times_in_all_usual_forms(typed: str) -> None:
    assert read_hours(typed) == TIMES[typed]


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("25:00", "no_such_time"),
        ("9:75", "no_such_time"),
        ("13pm", "no_such_time"),
        ("morning", "no_time"),
        ("9 - 9", "no_time"),
        ("9 - 10 - 11", "no_time"),
        ("-", "no_time"),
    ],
)
def test_what_is_no_time_is_refused(typed: str, reason: str) -> None:
    with pytest.raises(NotRead) as refused:
        read_hours(typed)
    assert refused.value.reason == reason
