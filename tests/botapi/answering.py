"""The way of one call: read, checked, struck by a fault or carried out, recorded, answered."""

import asyncio
import json
import traceback
from collections import defaultdict
from collections.abc import Callable
from math import ceil
from typing import Any

from tests.botapi.faults import Fault, Faults
from tests.botapi.httpd import Request, Response, read_form
from tests.botapi.limits import known_updates, within
from tests.botapi.messages import Params
from tests.botapi.records import Broken, Call, Refusal
from tests.botapi.spec import METHODS, read
from tests.botapi.updates import Updates

EMPTY = "message text is empty"  # what Telegram says of a message without text


class Answering:
    """Answers the calls of one bot."""

    def __init__(
        self,
        token: str,
        updates: Updates,
        clock: Callable[[], float],
        wall: Callable[[], float],
        notify: Callable[[], None],
    ) -> None:
        self.token = token
        self.updates = updates
        self.clock = clock
        self.wall = wall
        self.notify = notify
        self.delay = 0.0  # seconds by which every answer is late
        self.methods: dict[str, Callable[[Params], Any]] = {}
        self.files: dict[str, bytes] = {}  # what people sent, by the path that getFile tells
        self.calls: list[Call] = []
        self.by_method: dict[str, list[Call]] = defaultdict(list)
        self.violations: list[str] = []
        self.faults = Faults()
        self.quiet_until: dict[int | str, float] = {}  # chat or method -> end of its 429
        self.current: Call | None = None  # the one whose values are being checked

    def note(self, sentence: str) -> None:
        """Records a broken rule of the call in hand."""
        call = self.current
        where = f" (chat {call.chat})" if call is not None and call.chat is not None else ""
        self.violations.append(f"{call.method if call else '?'}: {sentence}{where}")

    async def handle(self, request: Request) -> Response:
        if request.path.startswith("/file/bot"):
            return self.file(request.path.removeprefix("/file/bot"))
        wanted, _, name = request.path.removeprefix("/bot").partition("/")
        if wanted != self.token:
            return _error(Refusal(401, "Unauthorized"))
        method = METHODS.get(name.lower())
        if method is None:
            self.violations.append(f"{name}: there is no such method, or the test server lacks it")
            return _error(Refusal(404, "Not Found"))
        call = Call(method, {}, self.clock(), self.wall())
        self.calls.append(call)
        self.by_method[method].append(call)
        try:
            return await self.answer(call, request)
        except Exception:  # noqa: BLE001 - a fault of the server must fail the test, not hang it
            self.violations.append(f"the test server failed at {call}: {traceback.format_exc()}")
            return _error(Refusal(500, "Internal Server Error"))
        except asyncio.CancelledError:  # the bot went away while it waited
            call.outcome = "lost" if call.ok else "gone"
            raise
        finally:
            call.answered = self.clock()
            self.notify()

    def file(self, path: str) -> Response:
        """A file that a person sent, to whoever knows the token."""
        wanted, _, name = path.partition("/")
        found = self.files.get(name.removeprefix("documents/"))
        if wanted != self.token or found is None:
            return _error(Refusal(404, "Not Found"))
        return Response(200, found)

    async def answer(self, call: Call, request: Request) -> Response:
        refusal = self.read(call, request)
        fault = self.faults.strike(call.method, call.chat)
        if fault is None or fault.way == "slow":
            fault = self.too_early(call) or fault
        if fault is not None and fault.way in ("refuse", "drop"):
            return await self.strike(call, fault)
        try:
            if refusal is not None:
                raise refusal
            response = _success(call, await self.carry_out(call))
        except Refusal as error:
            response = self.refuse(call, error)
        if fault is not None and call.ok:
            call.injected = True
            if fault.way in ("lose", "sever"):
                return await self.withhold(call, fault)
        await self.late(fault.seconds if fault is not None else 0.0)
        return response

    def read(self, call: Call, request: Request) -> Refusal | None:
        """Reads and checks a call's form; returns the error it gets for it, if any."""
        form = read_form(request)
        reading = read(call.method, form.values, form.files)
        call.params = reading.values
        chat = reading.values.get("chat_id")
        call.chat = chat if isinstance(chat, int) else None
        self.current = call
        for name in reading.unknown:
            self.note(f"has the parameter {name!r}, which the method does not")
        wrong = form.problems + reading.wrong
        for sentence in wrong:
            self.note(sentence)
        if "text" in reading.missing:
            return Broken(EMPTY, "text is empty")
        for name in reading.missing:
            if name != "url":  # an empty one removes the webhook
                return Broken(f'parameter "{name}" is required', f"{name} is missing")
        return Refusal(400, f"Bad Request: {wrong[0]}") if wrong else None

    async def carry_out(self, call: Call) -> Any:
        self.current = call
        known_updates(call.params, self.note)
        if call.method == "getUpdates":
            within(call.params, "limit", 1, 100, self.note)
            within(call.params, "timeout", 0, 50, self.note)
            return await self.updates.poll(call.params)
        return self.methods[call.method](call.params)

    def refuse(self, call: Call, error: Refusal) -> Response:
        if isinstance(error, Broken):
            self.current = call
            self.note(error.sentence)
        call.outcome = f"{error.code}: {error.description}"
        return _error(error)

    async def late(self, seconds: float) -> None:
        """Holds an answer back; those who wait for its effect see it already."""
        if seconds + self.delay > 0:
            self.notify()
            await asyncio.sleep(seconds + self.delay)

    async def strike(self, call: Call, fault: Fault) -> Response:
        call.injected = True
        if fault.way == "drop":
            call.outcome = "dropped"
            return Response(drop=True)
        error = fault.refusal()
        if "retry_after" in error.parameters:
            now = self.clock()
            if self.quiet_until.get(_key(call), 0.0) <= now:  # else it is under way already
                self.quiet_until[_key(call)] = now + error.parameters["retry_after"]
        response = self.refuse(call, error)
        await self.late(0.0)
        return response

    async def withhold(self, call: Call, fault: Fault) -> Response:
        call.outcome = "lost"
        self.notify()
        if fault.way == "lose":
            await asyncio.get_running_loop().create_future()  # until the client goes away
        return Response(drop=True)

    def too_early(self, call: Call) -> Fault | None:
        """The 429 that goes on for a chat which is called before its time."""
        left = self.quiet_until.get(_key(call), 0.0) - self.clock()
        if left <= 0:
            return None
        self.current = call
        self.note(f"called {left:.3f} s before its retry_after had passed")
        seconds = ceil(left)
        said = f"Too Many Requests: retry after {seconds}"
        return Fault("refuse", 429, said, (("retry_after", seconds),))


def _key(call: Call) -> int | str:
    """What a 429 is about: the chat, or the method of a call without one."""
    return call.chat if call.chat is not None else call.method


def _success(call: Call, result: Any) -> Response:
    call.outcome, call.result = "ok", result
    return Response(200, json.dumps({"ok": True, "result": result}).encode())


def _error(error: Refusal) -> Response:
    body: dict[str, Any] = {
        "ok": False,
        "error_code": error.code,
        "description": error.description,
    }
    if error.parameters:
        body["parameters"] = error.parameters
    return Response(error.code, json.dumps(body).encode())
