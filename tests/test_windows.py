"""The limits hold in every sliding window, however answers come in between."""

from collections import deque
from contextlib import AbstractContextManager
from random import Random

import pytest

from handlers.windows import OVERALL, Windows
from tests.botapi.records import Call, window_violations


class Time:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Sender:
    """Sends whenever the windows allow it; calls arrive somewhere between start and answer."""

    def __init__(self, seed: int) -> None:
        self.time = Time()
        self.windows = Windows(clock=self.time)
        self.random = Random(seed)  # noqa: S311 - not a secret
        self.arrived: list[Call] = []
        self.open: list[tuple[float, AbstractContextManager[None]]] = []

    def begin(self, chat: int, *, unasked: bool, takes: float) -> None:
        call = self.windows.sending(chat, unasked=unasked)
        call.__enter__()
        arrives = self.time.now + takes * self.random.random()
        self.arrived.append(Call("sendMessage", {}, arrives, 0.0, chat, "ok"))
        self.open.append((self.time.now + takes, call))

    def step(self) -> None:
        self.time.now += 0.001
        for entry in [one for one in self.open if one[0] <= self.time.now]:
            self.open.remove(entry)
            entry[1].__exit__(None, None, None)


def delivered(takes: float, answers: float) -> tuple[list[Call], float]:
    """What arrives while 300 chats are written to and people ask, and the messages a second."""
    sender = Sender(seed=7)
    chats = deque(range(1, 301))
    asked = iter(range(1000, 9000))
    if answers:
        for _ in range(60_000):  # people asked before, so that it is known what they need
            sender.step()
            if sender.random.random() < answers:
                sender.begin(next(asked), unasked=False, takes=takes)
    began = sender.time.now
    while chats:
        sender.step()
        if sender.random.random() < answers:
            sender.begin(next(asked), unasked=False, takes=takes)
        if sender.windows.pause() <= 0:
            chat = next((one for one in chats if one not in sender.windows.busy()), None)
            if chat is not None:
                chats.remove(chat)
                sender.begin(chat, unasked=True, takes=takes)
    return sender.arrived, 300 / (sender.time.now - began)


@pytest.mark.parametrize("takes", [0.01, 0.09])
@pytest.mark.parametrize("answers", [0.0, 0.004])
def test_no_window_is_ever_broken(takes: float, answers: float) -> None:
    arrived, rate = delivered(takes, answers)
    assert window_violations(arrived) == []
    least = 0.85 if not answers else 0.4
    assert rate > least * OVERALL


@pytest.mark.parametrize("takes", [0.2, 0.4, 0.9])
def test_no_window_is_broken_where_calls_are_held_up(takes: float) -> None:
    """When a call arrives is not known, only that it has when it was answered."""
    arrived, rate = delivered(takes, 0.0)
    assert window_violations(arrived) == []
    assert rate > 0.85 * OVERALL / (1 + takes)


def test_a_chat_gets_one_a_second_and_a_group_few_a_minute() -> None:
    sender = Sender(seed=1)
    for _ in range(130_000):
        sender.step()
        free = [chat for chat in (1, -5) if chat not in sender.windows.busy()]
        if free and sender.windows.pause() <= 0:
            sender.begin(free[0], unasked=True, takes=0.05)
    assert window_violations(sender.arrived) == []
    to_group = sum(call.chat == -5 for call in sender.arrived)
    assert 32 <= to_group <= 48


def test_what_telegram_asks_to_leave_alone_is_left_alone() -> None:
    sender = Sender(seed=1)
    sender.windows.hold(5, 3.0)
    assert sender.windows.busy() == {5}
    assert sender.windows.held(5) == pytest.approx(3.0)
    sender.time.now += 3.1
    assert sender.windows.busy() == set()
    assert sender.windows.held(5) == 0


def test_many_refusals_stop_all_for_a_while() -> None:
    sender = Sender(seed=1)
    for chat in range(6):
        sender.begin(chat, unasked=True, takes=0.01)
        sender.windows.hold(chat, 2.0 + chat)
    assert sender.windows.pause() == pytest.approx(2.0)
    sender.time.now += 2.1
    assert sender.windows.pause() == 0


def test_who_is_just_being_answered_is_not_interrupted() -> None:
    in_hand = {7}
    windows = Windows(lambda: in_hand)
    assert windows.busy() == {7}


def test_answers_never_wait() -> None:
    sender = Sender(seed=1)
    for chat in range(200):
        sender.begin(chat, unasked=False, takes=0.01)
    assert sender.windows.pause() == 0, "one a second goes all the same"
    sender.begin(500, unasked=True, takes=0.01)
    assert sender.windows.pause() > 0.9
