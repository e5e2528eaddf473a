"""The HTTP side of the bot: as many connections as answers under way, and terse replies."""

from typing import Any

from telegram.request import HTTPXRequest

_ECHOED = ("text", "entities", "caption", "caption_entities", "reply_markup", "reply_to_message")
"""What Telegram repeats of a message just sent; nobody needs it, and to read it takes time."""


class TerseRequest(HTTPXRequest):
    """Makes calls, and leaves out of the answers what only repeats the question."""

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        answer = HTTPXRequest.parse_json_payload(payload)
        result = answer.get("result")
        if isinstance(result, dict) and "message_id" in result:
            for name in _ECHOED:
                result.pop(name, None)
        return answer
