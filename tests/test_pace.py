"""How fast one person may ask."""

from handlers.pace import PEOPLE, Pace


def test_the_window_of_the_pace_slides() -> None:
    now = 0.0
    pace = Pace(2, 10.0, lambda: now)
    assert [pace.counts(7) for _ in range(4)] == ["fine", "fine", "first_over", "over"]
    assert pace.counts(8) == "fine", "each person counts alone"
    now = 9.9
    assert pace.counts(7) == "over"
    now = 10.0
    assert [pace.counts(7) for _ in range(3)] == ["fine", "fine", "first_over"]
    for person in range(PEOPLE + 10):
        pace.counts(person)
    assert len(pace._sent) == PEOPLE
