"""Makes spec.json, the part of the Bot API that the test server knows, from the whole of it.

Run by hand when the product calls a method that is new to it:
``python -m tests.botapi.make_spec PATH``. The source is the
machine-readable specification of PaulSonOfLars/telegram-bot-api-spec (MIT).
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

METHODS = [
    "answerCallbackQuery",
    "answerInlineQuery",
    "close",
    "deleteMessage",
    "deleteMyCommands",
    "deleteWebhook",
    "editMessageReplyMarkup",
    "editMessageText",
    "getChat",
    "getChatAdministrators",
    "getChatMember",
    "getChatMenuButton",
    "getFile",
    "getMe",
    "getMyCommands",
    "getMyDescription",
    "getMyName",
    "getMyShortDescription",
    "getUpdates",
    "getWebhookInfo",
    "leaveChat",
    "logOut",
    "sendChatAction",
    "sendDocument",
    "sendMessage",
    "sendPhoto",
    "setChatMenuButton",
    "setMessageReaction",
    "setMyCommands",
    "setMyDescription",
    "setMyName",
    "setMyShortDescription",
    "setWebhook",
]

FIXED = re.compile(r"(?:must be|always) [“\"]?(\w+)[”\"]?$")  # "Type of the result, must be photo"


def shape(field: dict[str, Any]) -> str:
    """A field as one word: ``Integer|String!`` is required, ``=photo!`` has one possible value."""
    mark = "!" if field["required"] else ""
    if found := FIXED.search(field["description"]):
        return f"={found[1]}{mark}"
    return "|".join(field["types"]) + mark


def entry(found: dict[str, Any]) -> dict[str, Any]:
    """A type as its fields, or as the types it can be."""
    if "subtypes" in found:
        return {"any": found["subtypes"]}
    return {"fields": {field["name"]: shape(field) for field in found.get("fields", [])}}


def build(whole: dict[str, Any]) -> dict[str, Any]:
    """The methods of the product, and every type that one of their parameters can contain."""
    types: dict[str, Any] = {}
    methods = {}

    def collect(name: str) -> None:
        name = re.sub(r"^(Array of )+", "", name)
        if name in types or name not in whole["types"]:
            return
        found = whole["types"][name]
        types[name] = entry(found)
        for field in found.get("fields", []):
            for kind in field["types"]:
                collect(kind)
        for kind in found.get("subtypes", []):
            collect(kind)

    for method in METHODS:
        fields = whole["methods"][method].get("fields", [])
        methods[method] = {field["name"]: shape(field) for field in fields}
        for field in fields:
            for kind in field["types"]:
                collect(kind)
    emoji = next(
        field["description"]
        for field in whole["types"]["ReactionTypeEmoji"]["fields"]
        if field["name"] == "emoji"
    )
    return {
        "source": f"{whole['version']}, PaulSonOfLars/telegram-bot-api-spec (MIT)",
        "reactions": re.findall(r"[“\"]([^”\"]+)[”\"]", emoji.split("one of")[1]),
        "updates": [
            field["name"]
            for field in whole["types"]["Update"]["fields"]
            if field["name"] != "update_id"
        ],
        "methods": methods,
        "types": dict(sorted(types.items())),
    }


if __name__ == "__main__":
    made = build(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    target = Path(__file__).with_name("spec.json")
    target.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
