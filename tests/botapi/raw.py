"""Calls that no library has checked before."""

import json
from typing import Any

import httpx

from tests.botapi.server import BotApiServer


async def raw(server: BotApiServer, method: str, **params: Any) -> dict[str, Any]:
    """A call that no library has checked: what is no text is sent as JSON."""
    form = {
        name: value if isinstance(value, str) else json.dumps(value)
        for name, value in params.items()
    }
    async with httpx.AsyncClient() as client:
        response = await client.post(f"{server.url}{server.token}/{method}", data=form)
    answer: dict[str, Any] = response.json()
    assert answer["ok"] is (response.status_code == 200)
    return answer
