"""Calendar files as other programs write them, for the tests of imports."""


def calendar(*events: str, method: str = "PUBLISH") -> str:
    """A calendar file as other programs write it."""
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tests//EN", f"METHOD:{method}"]
    return "\r\n".join([*head, *events, "END:VCALENDAR", ""])


def event(uid: str, *lines: str, title: str = "Steering Committee, spring") -> str:
    """One event of such a file."""
    return "\r\n".join(
        (
            "BEGIN:VEVENT",
            f"UID:{uid}",
            "DTSTAMP:20260101T000000Z",
            f"SUMMARY:{title}",
            *lines,
            "END:VEVENT",
        )
    )


SPRING = event(
    "spring@example.org",
    "DTSTART;TZID=Europe/Madrid:20900317T093000",
    "DTEND;TZID=Europe/Madrid:20900317T123000",
    "LOCATION:Bilbao\\, Spain",
)
AUTUMN = event("autumn@example.org", "DTSTART;VALUE=DATE:20901005", title="An open day")
