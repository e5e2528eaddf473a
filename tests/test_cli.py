"""The command line: answers, exit codes, and one clear sentence for whatever is wrong."""

import json
import shutil
import subprocess
import sys
from datetime import UTC
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.cli_ask import moment
from bot.doctor import _webhook
from bot.settings import read_settings
from bot.webhook_settings import webhook_faults
from knowledge.pack_files import shipped_packs
from tests.command_line import NOW, Cli, assert_one_sentence
from tests.pack_maker import make_other, make_pack

pytest_plugins = ("tests.cli_fixtures",)

QUESTION = "which partnerships is Catalonia in?"
KEYS = [
    "id",
    "status",
    "intent",
    "confidence",
    "text",
    "entities",
    "sources",
    "choices",
    "elapsed_ms",
]


@pytest.mark.usefixtures("shipped")
def test_one_answer(cli: Cli) -> None:
    code, out, err = cli("ask", QUESTION, "--now", NOW)
    assert (code, err) == (0, "")
    assert "Catalonia" in out
    assert "Source" in out


def test_one_answer_as_json_is_the_whole_contract(cli: Cli) -> None:
    code, out, _ = cli("ask", "--json", QUESTION)
    answer = json.loads(out)
    assert code == 0
    assert set(answer) == {
        *("status", "intent", "confidence", "entities", "text", "html", "sources", "choices"),
        *("focus", "request"),
    }
    assert answer["status"] == "answer"
    assert answer["entities"][0]["id"] == "catalonia"


def test_how_a_question_was_read_is_shown(cli: Cli) -> None:
    code, out, err = cli("ask", "--explain", QUESTION)
    assert (code, err) == (0, "")
    assert "word      'Catalonia': region/catalonia 100" in out
    assert "decision  answer" in out


def test_a_question_needs_no_quotes(cli: Cli) -> None:
    assert "Catalonia" in cli("ask", *QUESTION.split())[1]


@pytest.mark.parametrize(
    ("arguments", "mend"),
    [
        (["ask"], "write one"),
        (["ask", ""], "write one"),
        (["ask", " \n\t"], "write one"),
        (["ask", QUESTION, "--now", "yesterday"], "write one like"),
        (["ask", QUESTION, "--now", "2017-02-30"], "write one like"),
        (["ask", QUESTION, "--now", ""], "write one like"),
        (["ask", QUESTION, "--now", "2017-06-01T09:00"], "add Z or an offset"),
        (["ask", QUESTION, "--now", "9999-12-31T23:59Z"], "write one like"),
        (["ask", QUESTION, "--lang", "english"], "two letters"),
        (["ask", QUESTION, "--batch"], "leave the rest out"),
        (["ask", QUESTION, "--json", "--explain"], "choose one"),
        (["ask", "--unheard"], "--help"),
        (["unheard"], "--help"),
        ([], "--help"),
        (["export", "--format", "xml"], "--help"),
    ],
)
def test_wrong_usage_is_one_sentence_and_two(cli: Cli, arguments: list[str], mend: str) -> None:
    code, out, err = cli(*arguments)
    assert (code, out) == (2, "")
    assert_one_sentence(err, mend)


def test_a_bare_date_is_its_noon_in_the_default_time_zone() -> None:
    assert moment("2017-06-01", ZoneInfo("Europe/Brussels")).isoformat() == (
        "2017-06-01T12:00:00+02:00"
    )
    for aware in ("2017-06-01T09:00Z", "2017-06-01T11:00:00+02:00"):
        found = moment(aware, ZoneInfo("Europe/Brussels"))
        assert found.astimezone(UTC).isoformat() == "2017-06-01T09:00:00+00:00"


ODD_QUESTIONS = [
    "",
    " \t ",
    "which partnerships " * 526,
    "what\x00is\x1b[31m ESM\x07?",
    "🙂🙃🎉",
    "какие партнёрства есть у Каталонии?",
    "カタルーニャはどのパートナーシップに参加していますか",
    "ποιες περιφέρειες;",
    "مرحبا",
    "<b>what</b> is <a href='https://example.org'>ESM</a> & <script>alert(1)</script>",
    "{{ 7 * 7 }} {% for x in y %} ${7*7} #{7} %s {0}",
    "'; DROP TABLE regions; --",
]


@pytest.mark.usefixtures("shipped")
def test_odd_questions_get_an_answer_of_the_contract(cli: Cli) -> None:
    replies = cli.batch(*(json.dumps({"text": text}) for text in ODD_QUESTIONS))
    assert len(replies) == len(ODD_QUESTIONS)
    for reply in replies:
        assert reply["status"] in ("answer", "clarify", "decline")
        assert reply["text"].strip()
        assert "49" not in reply["text"]
        assert "\x1b" not in reply["text"]
        assert "\x00" not in reply["text"]


def test_one_odd_question_is_no_error(cli: Cli) -> None:
    code, out, err = cli("ask", "--json", "--", "\udcff <script>alert(1)</script> {{ 7 * 7 }}")
    assert (code, err) == (0, "")
    assert "<script>" not in json.loads(out)["html"]


def test_batch_answers_line_by_line(cli: Cli) -> None:
    lines = [{"id": "a", "text": QUESTION}, {"id": 2, "text": "what is ESM?", "now": NOW}]
    first, second = cli.batch(*(json.dumps(line) for line in lines))
    assert list(first) == KEYS
    assert (first["id"], second["id"]) == ("a", 2)
    assert first["status"] == "answer"
    assert first["entities"][0]["id"] == "catalonia"
    assert isinstance(first["elapsed_ms"], float)


def test_a_chat_keeps_its_focus_and_no_chat_has_none(cli: Cli) -> None:
    follow_up = "what about Lombardy?"
    lines = [
        {"id": 1, "chat": "x", "text": QUESTION},
        {"id": 2, "chat": "x", "text": follow_up},
        {"id": 3, "chat": "y", "text": follow_up},
        {"id": 4, "text": QUESTION},
        {"id": 5, "text": follow_up},
    ]
    replies = {reply["id"]: reply for reply in cli.batch(*map(json.dumps, lines))}
    assert replies[2]["intent"] == replies[1]["intent"]
    assert replies[3]["text"] == replies[5]["text"] != replies[2]["text"]


def test_bad_lines_are_named_and_the_rest_goes_on(cli: Cli) -> None:
    good = json.dumps({"id": "good", "text": QUESTION})
    bad: list[tuple[str | bytes, Any, str]] = [
        ("{not json", None, "not JSON"),
        ("[1, 2]", None, "no JSON object"),
        ('{"id": 7}', 7, '"text" is missing'),
        ('{"id": 8, "text": 5}', 8, '"text" is not a text'),
        ('{"id": 9, "text": "x", "now": "2017-01-01T10:00"}', 9, "no time zone"),
        ('{"id": 10, "text": "x", "now": 5}', 10, '"now" is not a text'),
        ('{"id": 11, "text": "x", "chat": [1]}', 11, '"chat" is neither'),
        ('{"id": 12, "text": "x", "lang": 5}', 12, '"lang" is not a text'),
        ('{"id": NaN, "text": "x"}', None, "not JSON"),
        ('{"id": 1e999, "text": "x"}', None, "not JSON"),
        (b'{"id": 13, "text": "\xff"}', None, "not UTF-8"),
        ("[" * 200_000, None, "not JSON"),
        ('{"id": 14, "text": "' + "x" * 1_000_001 + '"}', None, "longer than"),
    ]
    lines = [line for entry, _, _ in bad for line in (entry, good)]
    replies = cli.batch(*lines, code=1)
    assert len(replies) == len(lines)
    for number, (_, id, says) in enumerate(bad):
        error, answer = replies[2 * number], replies[2 * number + 1]
        assert set(error) == {"id", "line", "error"}
        assert (error["id"], error["line"]) == (id, 2 * number + 1)
        assert says in error["error"]
        assert (answer["id"], answer["status"]) == ("good", "answer")


def test_batch_skips_blank_lines_and_a_byte_order_mark(cli: Cli) -> None:
    line = json.dumps({"id": 1, "text": QUESTION}).encode()
    replies = cli.batch(b"\xef\xbb\xbf" + line, b"", b"  \r", line + b"\r", b"{", code=1)
    assert [reply.get("status", reply.get("line")) for reply in replies] == ["answer", "answer", 5]
    assert cli.batch() == []


def test_batch_copes_with_halves_of_characters(cli: Cli) -> None:
    reply = cli.batch(r'{"id": "\ud83d", "text": "what is ESM \ud83d?"}')[0]
    assert reply["id"] == "\ud83d"


@pytest.mark.usefixtures("small")
def test_batch_ends_quietly_when_the_reader_goes() -> None:
    lines = json.dumps({"id": 1, "text": QUESTION}) + "\n"
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "ask", "--batch"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdin
    assert process.stdout
    assert process.stderr
    process.stdin.write(lines.encode())
    process.stdin.flush()
    assert json.loads(process.stdout.readline())["status"] == "answer", "flushed line by line"
    process.stdout.close()
    process.stdin.write(lines.encode() * 3)
    process.stdin.close()
    assert process.wait(timeout=30) == 1
    assert process.stderr.read() == b""
    process.stderr.close()


def test_a_piped_chat_prints_nothing_but_answers(cli: Cli) -> None:
    typed = f"\ufeff{QUESTION}\n\n/unheard\n/help\n1\n/quit\nnever read\n".encode()
    code, out, err = cli("chat", typed=typed)
    assert (code, err) == (0, "")
    assert out.startswith("Catalonia")
    assert "There is no command /unheard here - /help" in out
    assert "never read" not in out
    assert "\x1b" not in out


def test_a_broken_pack_is_refused_with_its_places(cli: Cli, tmp_path: Path) -> None:
    pack = make_other(tmp_path, regions_csv="id,name\nx,\n")
    code, out, err = cli("load", str(pack))
    assert (code, out) == (1, "")
    assert "later/regions.csv:row 2: name: is missing - give it a value" in err
    assert "Traceback" not in err

    code, _, err = cli("load", str(tmp_path / "unheard"))
    assert code == 1
    assert_one_sentence(err, "name the folder of a pack")

    code, _, err = cli("load")
    assert code == 1
    assert_one_sentence(err, "name the folders to load")


@pytest.mark.usefixtures("shipped")
def test_packs_are_loaded_and_chosen(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    topics = "- {id: xyz-fact, name: An xyz fact, text: It is so., source: p. 1}\n"
    code, out, _ = cli("load", str(make_other(tmp_path / "packs", topics_yaml=topics).parent))
    assert code == 0
    assert "later: loaded 1 rows" in out
    assert "unchanged" in cli("load")[1]
    ids = {row["id"] for row in json.loads(cli("export")[1])["topics"]}
    assert "xyz-fact" in ids

    monkeypatch.setenv("KNOWLEDGE_PACKS", "report-2017")
    tables = json.loads(cli("export")[1])
    assert [row["id"] for row in tables["packs"]] == ["report-2017"]
    assert "xyz-fact" not in {row["id"] for row in tables["topics"]}
    monkeypatch.setenv("KNOWLEDGE_PACKS", "unheard")
    code, _, err = cli("ask", QUESTION)
    assert code == 1
    assert_one_sentence(err, "choose from")


@pytest.mark.usefixtures("shipped")
def test_what_was_loaded_from_a_folder_outlives_starts(cli: Cli, tmp_path: Path) -> None:
    shutil.copytree(shipped_packs(["report-2017"])[0], tmp_path / "copy")
    topics = "- {id: xyz-fact, name: An xyz fact, text: It is so., source: p. 1}\n"
    own = tmp_path / "copy" / "topics" / "own.yaml"
    own.parent.mkdir(exist_ok=True)
    own.write_text(topics)
    assert cli("load", str(tmp_path / "copy"))[0] == 0
    assert cli("ask", QUESTION)[0] == 0
    assert "xyz-fact" in cli("export")[1]
    code, out, _ = cli("doctor")
    assert code == 0
    assert "report-2017 loaded from a folder in place of the shipped, which starts keep" in out

    assert cli("load")[0] == 0
    assert "xyz-fact" not in cli("export")[1]
    assert "from a folder" not in cli("doctor")[1]


def test_export_writes_files(cli: Cli, tmp_path: Path) -> None:
    assert cli("export", "--format", "csv", "--out", str(tmp_path / "out"))[0] == 0
    assert (tmp_path / "out" / "memberships.csv").read_text().startswith("partnership,region,role")
    assert cli("export", "--out", str(tmp_path / "out"))[0] == 0
    assert json.loads((tmp_path / "out" / "knowledge.json").read_text())["regions"]
    assert cli("export", "--format", "csv")[1].startswith("# packs\nid,")

    (tmp_path / "taken").touch()
    code, _, err = cli("export", "--out", str(tmp_path / "taken"))
    assert code == 1
    assert_one_sentence(err, "name a folder")


@pytest.mark.parametrize(
    ("name", "value", "mend"),
    [
        ("PORT", "many", "PORT"),
        ("ADMIN_IDS", "1,me", "ADMIN_IDS"),
        ("DEFAULT_TIMEZONE", "Mars/Base", "Europe/Brussels"),
        ("DEFAULT_TIMEZONE", "../../etc/passwd", "Europe/Brussels"),
        ("LOG_LEVEL", "loud", "LOG_LEVEL"),
        ("ADMIN_IDS", "0", "positive"),
        ("ADMIN_IDS", "-100123", "positive"),
        ("ADMIN_IDS", "7,4503599627370497", "52 bits"),
        ("METRICS_TOKEN", "schlüssel-der-zahlen", "ASCII"),
        ("WEBHOOK_URL", "example", "https://"),
        ("WEBHOOK_URL", "https://example.org:many/t", "from 1 to 65535"),
        ("WEBHOOK_URL", "https://example.org:99999/t", "from 1 to 65535"),
        ("WEBHOOK_URL", "https://[::1/t", "IPv6 in [ ]"),
        ("PUBLIC_URL", "https://example.org:0", "from 1 to 65535"),
        ("TELEGRAM_BASE_URL", "https://api.telegram.org:99999/bot", "from 1 to 65535"),
    ],
)
def test_a_wrong_setting_is_named(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, name: str, value: str, mend: str
) -> None:
    monkeypatch.setenv(name, value)
    code, _, err = cli("ask", QUESTION)
    assert code == 1
    assert_one_sentence(err, mend)
    assert name in err
    code, out, _ = cli("doctor")
    assert code == 1
    assert f"fail  settings: {name}" in out


@pytest.mark.usefixtures("shipped")
def test_the_doctor_finds_nothing_wrong_with_a_sound_set_up(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, out, err = cli("doctor")
    assert (code, err) == (0, "")
    assert "warn  token" in out
    assert "fail" not in out

    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1234567:" + "a" * 35)
    monkeypatch.setenv("TELEGRAM_BASE_URL", "http://127.0.0.1:1/bot")
    said = cli("doctor")[1]
    assert "ok    token" in said
    assert "warn  Telegram: could not be asked (ConnectError)" in said
    assert "ok    calendars: files only - set PUBLIC_URL" in said


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("TELEGRAM_BOT_TOKEN", "secret-words", "fail  token"),
        ("WEBHOOK_URL", "https://example.org/hook", "fail  webhook: no secret"),
        ("WEBHOOK_URL", "http://example.org/hook", "fail  webhook: WEBHOOK_URL is not https"),
        ("WEBHOOK_URL", "https://example.org:9999/", "fail  webhook: WEBHOOK_URL: Telegram only"),
        ("WEBHOOK_URL", "https://example.org/ready", "fail  webhook: WEBHOOK_URL: /ready is"),
        ("WEBHOOK_URL", "https://example.org/calendar/x/", "WEBHOOK_URL: /calendar/x is a page"),
        ("DATABASE_URL", "sqlite:////none/none.db", "fail  database"),
        ("DATABASE_URL", "postgresql://127.0.0.1:1/none", "fail  database"),
    ],
)
def test_the_doctor_names_what_is_wrong(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(name, value)
    code, out, err = cli("doctor")
    assert (code, err) == (1, "")
    assert says in out
    assert "secret-words" not in out


@pytest.mark.parametrize(
    ("url", "mend"),
    [
        ("postgresql://127.0.0.1:99999/x", "from 1 to 65535"),
        ("postgresql://127.0.0.1:0/x", "from 1 to 65535"),
        ("postgresql://127.0.0.1:many/x", "write sqlite"),
        ("postgresql://127.0.0.1/x?port=99999", "correct it"),
        ("postgresql://127.0.0.1:1/x?unheard=1", "no parameter 'unheard' - leave it out"),
        ("postgresql://u:p@ss@host/x", "write %40 for @"),
        ("sqlite:///?timeout=soon", "correct it"),
    ],
)
def test_a_database_url_that_cannot_be_used_is_one_sentence(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, url: str, mend: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1234567:" + "a" * 35)
    monkeypatch.setenv("TELEGRAM_BASE_URL", "http://127.0.0.1:1/bot")
    monkeypatch.delenv("KNOWLEDGE_PACKS")
    for command in ("ask", "load"):
        code, _, err = cli(command, *([QUESTION] if command == "ask" else []))
        assert code == 1
        assert_one_sentence(err, mend)
    code, out, err = cli("doctor")
    assert (code, err) == (1, "")
    assert mend in next(line for line in out.splitlines() if "fail  database: " in line)


@pytest.mark.parametrize(
    ("url", "secret", "mend"),
    [
        ("http://example.org/hook", "s" * 32, "not https"),
        ("https://example.org/metrics", "s" * 32, "such as /hook"),
        ("https://example.org/hook", "", "long random text"),
        ("https://example.org/hook", "s p a c e d   o u t", "letters, digits"),
    ],
)
def test_no_bot_runs_with_a_webhook_that_cannot_be_one(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, url: str, secret: str, mend: str
) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "1234567:" + "a" * 35)
    monkeypatch.setenv("WEBHOOK_URL", url)
    monkeypatch.setenv("WEBHOOK_SECRET", secret)
    code, out, err = cli("run")
    assert (code, out) == (2, "")
    assert_one_sentence(err, mend)


def test_http_is_for_this_machine_and_short_secrets_are_warned_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("WEBHOOK_SECRET", "short")
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", " 1234567:" + "a" * 35 + " \n")
    for host in ("localhost", "127.0.0.1:8443", "[::1]"):
        monkeypatch.setenv("WEBHOOK_URL", f"http://{host}/hook")
        settings = read_settings()
        assert list(webhook_faults(settings)) == []
        assert [one.state for one in _webhook(settings)][-2:] == ["warn", "ok"]
    assert settings.telegram_bot_token
    assert settings.telegram_bot_token.get_secret_value() == "1234567:" + "a" * 35


def test_a_folder_is_no_backup(cli: Cli, tmp_path: Path) -> None:
    code, out, err = cli("restore", str(tmp_path), "--replace")
    assert (code, out) == (1, "")
    assert_one_sentence(err, "name a file that `backup` made")


def test_only_debug_shows_a_traceback(cli: Cli, tmp_path: Path) -> None:
    broken = str(make_pack(tmp_path, pack_yaml=None))
    assert "Traceback" not in cli("load", broken)[2]
    assert "Traceback" in cli("load", broken, "--debug")[2]
    assert "Traceback" in cli("--debug", "load", broken)[2]


def test_help_and_version(cli: Cli) -> None:
    code, out, _ = cli("--help")
    assert code == 0
    assert all(command in out for command in ("chat", "ask", "load", "export", "doctor"))
    assert cli("ask", "--help")[0] == 0
    assert cli("--version")[1].startswith("s3p ")
