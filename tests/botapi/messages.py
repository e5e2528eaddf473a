"""The methods that send, change and remove messages."""

from typing import Any

from tests.botapi.limits import CAPTION, TEXT, Limits
from tests.botapi.markup import Marked
from tests.botapi.records import Broken, Refusal
from tests.botapi.spec import REACTIONS, Upload
from tests.botapi.state import JOINED, Chat, Message, State

CHAT_ACTIONS = frozenset(
    [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ]
)
UNMODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are "
    "exactly the same as a current content and reply markup of the message"
)
PICTURES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF8", b"RIFF")
LARGEST_FETCHED = 20 << 20  # bytes of a file that a bot may fetch
LARGEST = {"photo": 10 << 20, "document": 50 << 20}  # bytes

Params = dict[str, Any]


def bad(description: str) -> Refusal:
    return Refusal(400, f"Bad Request: {description}")


class Messages:
    """Sends and edits on behalf of the bot."""

    def __init__(self, state: State, limits: Limits) -> None:
        self.state = state
        self.limits = limits

    def chat(self, params: Params) -> Chat:
        """The chat of a call, in which the bot may act.

        Raises:
            Refusal: there is no such chat, it has moved, or the bot is shut out of it.
        """
        chat = self.state.find_chat(params["chat_id"])
        if chat is None:
            raise bad("chat not found")
        if chat.migrated_to is not None:
            raise Refusal(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=chat.migrated_to,
            )
        if chat.deactivated:
            raise Refusal(403, "Forbidden: user is deactivated")
        if chat.is_private and not chat.started:
            raise Refusal(403, "Forbidden: bot can't initiate conversation with a user")
        self.admitted(chat)
        return chat

    def admitted(self, chat: Chat) -> None:
        status = chat.members.get(self.state.bot.id, "left")
        if status == "kicked":
            said = "blocked by the user" if chat.is_private else f"kicked from the {chat.type} chat"
            raise Refusal(403, f"Forbidden: bot was {said}")
        if status not in JOINED:
            raise Refusal(403, f"Forbidden: bot is not a member of the {chat.type} chat")

    def send_message(self, params: Params) -> Any:
        chat = self.chat(params)
        marked = self.limits.text(params, "text", "entities", TEXT)
        return self.place(chat, params, marked, source=params["text"])

    def send_photo(self, params: Params) -> Any:
        return self.media(params, "photo")

    def send_document(self, params: Params) -> Any:
        return self.media(params, "document")

    def get_file(self, params: Params) -> Any:
        """Where a file that a person sent can be fetched."""
        id = params["file_id"]
        content = self.state.files.get(id)
        if content is None:
            raise bad("wrong file_id or the file is temporarily unavailable")
        if len(content) > LARGEST_FETCHED:
            raise bad("file is too big")
        return {
            "file_id": id,
            "file_unique_id": f"u{id}",
            "file_size": len(content),
            "file_path": f"documents/{id}",
        }

    def media(self, params: Params, kind: str) -> Any:
        """Sends a file, which is kept on the message."""
        chat = self.chat(params)
        marked = self.limits.text(params, "caption", "caption_entities", CAPTION)
        content, name = b"", "file"
        file = params[kind]
        if isinstance(file, Upload):
            content, name = file.content, file.name
            self.sound(kind, content)
        size = {"file_id": f"{kind}-{name}", "file_unique_id": name, "file_size": len(content)}
        extra: Params = {"document": {**size, "file_name": name}}
        if kind == "photo":
            extra = {"photo": [{**size, "width": 512, "height": 512}]}
        return self.place(
            chat, params, marked, source=params.get("caption", ""), extra=extra, file=content
        )

    def sound(self, kind: str, content: bytes) -> None:
        if not content:
            raise Broken("file must be non-empty", f"the {kind} is empty")
        if len(content) > LARGEST[kind]:
            raise Broken("file is too big", f"the {kind} has {len(content)} bytes")
        if kind == "photo" and not content.startswith(PICTURES):
            raise Broken("IMAGE_PROCESS_FAILED", "the photo is not a PNG, JPEG, GIF or WebP")

    def place(self, chat: Chat, params: Params, marked: Marked, **fields: Any) -> Any:
        """Puts a message into its chat, topic and place in a conversation."""
        markup = params.get("reply_markup")
        keyboard = self.limits.keyboard(markup)
        letters = self.limits.letters(markup, chat.letters, private=chat.is_private)
        reply = self.replied(chat, params.get("reply_parameters"))
        thread = params.get("message_thread_id")
        if thread is not None and thread not in chat.topics:
            raise bad("message thread not found")
        if thread is None and reply is not None and reply.chat is chat:
            thread = reply.thread
        chat.letters = letters
        message = self.state.post(
            chat,
            self.state.bot,
            text=marked.text,
            entities=marked.entities,
            keyboard=keyboard,
            thread=thread,
            reply_to=reply,
            options=options(params),
            **fields,
        )
        return message.api()

    def replied(self, chat: Chat, reply: Params | None) -> Message | None:
        if reply is None:
            return None
        home = self.state.find_chat(reply["chat_id"]) if "chat_id" in reply else chat
        message = home.messages.get(reply["message_id"]) if home is not None else None
        if message is not None and not message.deleted:
            return message
        if reply.get("allow_sending_without_reply"):
            return None
        raise bad("message to be replied not found")

    def target(self, params: Params, doing: str) -> Message:
        """The message that a call names, in a chat or sent inline.

        Raises:
            Refusal: it is not there any more.
        """
        if "inline_message_id" in params:
            message = self.state.inline_messages.get(params["inline_message_id"])
            if message is None:
                raise bad("MESSAGE_ID_INVALID")
            return message
        for name in ("chat_id", "message_id"):
            if name not in params:
                said = "message identifier is not specified"
                raise Broken(said, f"{name} is missing, and so is inline_message_id")
        message = self.chat(params).messages.get(params["message_id"])
        if message is None or message.deleted:
            raise bad(f"message to {doing} not found")
        return message

    def own(self, params: Params) -> Message:
        message = self.target(params, "edit")
        if message.sender is not self.state.bot and message.inline_id is None:
            raise bad("message can't be edited")
        return message

    def edit_message_text(self, params: Params) -> Any:
        message = self.own(params)
        if "text" not in params:
            raise Broken("message text is empty", "text is missing")
        marked = self.limits.text(params, "text", "entities", TEXT)
        keyboard = self.limits.keyboard(params.get("reply_markup"))
        if "photo" in message.extra or "document" in message.extra:
            raise bad("there is no text in the message to edit")
        before = (message.text, message.entities, message.keyboard, preview(message.options))
        if before == (marked.text, marked.entities, keyboard, preview(params)):
            raise Refusal(400, UNMODIFIED)
        message.edits.append(message.text)
        message.text, message.entities = marked.text, marked.entities
        message.source, message.options = params["text"], options(params)
        return self.touched(message, keyboard)

    def edit_message_reply_markup(self, params: Params) -> Any:
        message = self.own(params)
        keyboard = self.limits.keyboard(params.get("reply_markup"))
        if keyboard == message.keyboard:
            raise Refusal(400, UNMODIFIED)
        return self.touched(message, keyboard)

    def touched(self, message: Message, keyboard: list[list[Params]]) -> Any:
        message.keyboard = keyboard
        message.edit_date = self.state.date()
        return True if message.inline_id is not None else message.api()

    def delete_message(self, params: Params) -> bool:
        message = self.target(params, "delete")
        mine = message.sender is self.state.bot
        status = message.chat.members.get(self.state.bot.id)
        if not (mine or message.chat.is_private or status == "administrator"):
            raise bad("message can't be deleted")
        message.deleted = True
        return True

    def send_chat_action(self, params: Params) -> bool:
        chat = self.chat(params)
        if params["action"] not in CHAT_ACTIONS:
            said = "wrong parameter action in request"
            raise Broken(said, f"there is no action {params['action']!r}")
        if params.get("message_thread_id", None) not in (None, *chat.topics):
            raise bad("message thread not found")
        return True

    def set_message_reaction(self, params: Params) -> bool:
        message = self.target(params, "react")
        reactions = params.get("reaction", [])
        if len(reactions) > 1:
            raise Broken("REACTIONS_TOO_MANY", f"has {len(reactions)} reactions, at most 1")
        for one in reactions:
            if one["type"] == "emoji" and one["emoji"] not in REACTIONS:
                raise Broken("REACTION_INVALID", f"{one['emoji']!r} is no reaction")
        message.reactions = reactions
        return True


def options(params: Params) -> Params:
    """How a message is sent, apart from what it says."""
    names = ("link_preview_options", "disable_notification", "protect_content")
    return {name: params[name] for name in names if name in params}


def preview(params: Params) -> Any:
    return params.get("link_preview_options")
