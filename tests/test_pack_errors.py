"""What is wrong with a pack is said with its file, row and field, and how to mend it."""

from pathlib import Path

import pytest

from knowledge.loader import PackError, check, read_packs
from tests.pack_maker import FILES, make_pack

REGIONS = FILES["regions.csv"]

WHOLE = "*"
"""Stands for the whole content of a file."""

BOMB = "- {id: &a0 [x, x]}\n" + "".join(
    f"- {{id: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 10)
)
"""Some hundred bytes that are a billion texts when they are read."""

# The file that is changed, what is replaced in it (nothing: added at its end), by what, and what
# is said about it.
WRONG: dict[str, tuple[str, str, str | None, str]] = {
    "unknown column": ("regions.csv", "note", "notes", "regions.csv:row 2: notes: is not known"),
    "missing value": ("regions.csv", "Lombardy", "", "regions.csv:row 2: name: is missing"),
    "missing source": ("regions.csv", ",p. 1\n", ",\n", "regions.csv:row 2: source: is missing"),
    "wrong number": ("regions.csv", "45.6", "north", "row 2: lat: 'north' is not a number"),
    "out of range": ("regions.csv", "45.6", "456", "row 2: lat: 456 is out of range"),
    "infinite": ("regions.csv", "45.6", "nan", "row 2: lat: nan is out of range"),
    "bad id": ("regions.csv", "lombardy,", "Lombardy!,", "row 2: id: 'Lombardy!' is not an id"),
    "long id": ("regions.csv", "lombardy,", "l" * 41 + ",", "use at most 40"),
    "unknown country": ("regions.csv", ",IT,", ",FR,", "row 2: country: there is no country 'FR'"),
    "bad level": ("regions.csv", "nuts2", "nuts9", "level: 'nuts9' is not known - choose from"),
    "level and code": ("regions.csv", "ITC4", "ITC", "nuts: ITC is not of the level nuts2"),
    "duplicate id": (
        "regions.csv",
        "catalonia,",
        "lombardy,",
        "row 3: id: 'lombardy' is there already",
    ),
    "short row": (
        "regions.csv",
        "",
        "x,y\n",
        "regions.csv:row 4: 2 cells where the header has 9",
    ),
    "open quote": ("regions.csv", "", 'x,"y\n', "is not CSV"),
    "two columns of one name": ("regions.csv", "note", "lat", "lat: two columns"),
    "country code": ("countries.csv", "", "UK,United Kingdom,yes\n", "write GB"),
    "yes or no": (
        "countries.csv",
        "Spain,yes",
        "Spain,maybe",
        "row 2: eu_member_2017: 'maybe' is neither yes nor no",
    ),
    "role": ("memberships.csv", ",lead,", ",leader,", "role: 'leader' is not known"),
    "repeated membership": (
        "memberships.csv",
        "",
        "esm,lombardy,lead,,,,p. 1\n",
        "memberships.csv:row 4: the same region, partnership and role",
    ),
    "unknown partnership": (
        "memberships.csv",
        "",
        "emc,lombardy,lead,,,,p. 1\n",
        "row 4: partnership: there is no partnership 'emc'",
    ),
    "kind of event": (
        "events.yaml",
        "meeting",
        "party",
        "events.yaml:row 1 (line 1): kind: 'party'",
    ),
    "no such day": (
        "events.yaml",
        "2016-11-17",
        "2016-11-31",
        "end: 2016-11-31 is not in the calendar",
    ),
    "no date": ("events.yaml", "2016-11-16", "16 Nov", "start: '16 Nov' is not a date"),
    "precision": (
        "events.yaml",
        "2016-11-16",
        "2016-11",
        "start: 2016-11 does not fit the precision day",
    ),
    "end before start": (
        "events.yaml",
        "2016-11-17",
        "2016-11-01",
        "end: 2016-11-01 is before 2016-11-16",
    ),
    "no date at all": (
        "events.yaml",
        "  start: 2016-11-16\n",
        "",
        "start: is missing - give it a value, or write the precision unknown",
    ),
    "hours without a zone": (
        "events.yaml",
        "  country: ES",
        "  start_time: '09:30'",
        "zone: is missing",
    ),
    "no such zone": (
        "events.yaml",
        "  country: ES",
        "  start_time: '09:30'\n  zone: Europe/Brussel",
        "zone: 'Europe/Brussel' is not a time zone",
    ),
    "no such hour": (
        "events.yaml",
        "  country: ES",
        "  start_time: '25:30'",
        "start_time: '25:30' is not a time of day",
    ),
    "confidence": ("events.yaml", "p. 3", "p. 3\n  confidence: sure", "confidence: 'sure' is not"),
    "extends nothing": (
        "pack.yaml",
        "label: Tests",
        "label: Tests\nextends: unheard",
        "pack.yaml: extends: there is no other pack 'unheard'",
    ),
    "about nothing": (
        "partnerships.yaml",
        "region/lombardy",
        "region/venice",
        "about: there is no region 'venice'",
    ),
    "about no kind": (
        "partnerships.yaml",
        "region/lombardy",
        "town/milan",
        "about: 'town/milan' is not kind/id",
    ),
    "ask as text": (
        "partnerships.yaml",
        "[what is esm?, no]",
        "what is esm?",
        "ask: must be a list",
    ),
    "markup": ("partnerships.yaml", "cleaner", "<b>cleaner</b>", "text: holds the markup <b>"),
    "key twice": ("partnerships.yaml", "", "  source: p. 3\n", "source: is twice there (line 14)"),
    "not YAML": ("partnerships.yaml", WHOLE, "- id: [esm\n", "is not YAML"),
    "alias of YAML": (
        "partnerships.yaml",
        WHOLE,
        BOMB,
        "partnerships.yaml: line 1: has an anchor or alias",
    ),
    "nested deep": (
        "partnerships.yaml",
        WHOLE,
        "- id: esm\n  ask: " + "[" * 50_000,
        "partnerships.yaml: line 2: nests deeper than 20",
    ),
    "no byte": ("memberships.csv", WHOLE, "", "memberships.csv: is empty - write a row with"),
    "not a list": ("partnerships.yaml", WHOLE, "just words\n", "holds one text"),
    "not a mapping": ("partnerships.yaml", WHOLE, "- esm\n", "row 1 (line 1): is not a mapping"),
    "mention": ("themes.yaml", "event: kick-off", "event: party", "there is no event 'party'"),
    "mention's key": ("themes.yaml", "issues", "issue", "mentions 1: issue: is not known"),
    "alias to nothing": (
        "aliases.csv",
        "",
        "region,venice,Venezia,it,native,\n",
        "aliases.csv:row 4: target: there is no region 'venice'",
    ),
    "alias of nothing": (
        "aliases.csv",
        "",
        "region,lombardy,!!,it,native,\n",
        "row 4: text: has no letter or digit",
    ),
    "alias claimed twice": (
        "aliases.csv",
        "",
        "region,catalonia,LOMBARDÍA,es,native,\n",
        "row 4: text: 'LOMBARDÍA' also names lombardy",
    ),
    "alias is another's name": (
        "aliases.csv",
        "",
        "region,catalonia,lombardy,en,name,\n",
        "row 4: text: 'lombardy' also names lombardy",
    ),
    "language": ("aliases.csv", ",it,", ",ita,", "language: 'ita' is not a language code"),
    "header": ("pack.yaml", WHOLE, "id: small\n", "small/pack.yaml: title: is missing"),
    "default source": ("pack.yaml", WHOLE, None, "small/pack.yaml: there is no such file"),
    "unknown file": (
        "region.csv",
        WHOLE,
        "id\n",
        "small/region.csv: is no table of a pack - name it countries",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_error_names_file_row_field_and_mend(name: str, tmp_path: Path) -> None:
    file, old, new, says = WRONG[name]
    pack = make_pack(tmp_path)
    before = (pack / file).read_text() if (pack / file).exists() else ""
    if new is None:
        (pack / file).unlink()
    elif old == WHOLE:
        (pack / file).write_text(new)
    else:
        (pack / file).write_text(before.replace(old, new, 1) if old else before + new)
    with pytest.raises(PackError) as refused:
        check([pack])
    found = [problem for problem in refused.value.problems if says in problem]
    assert found, refused.value.problems
    assert all(" - " in problem for problem in refused.value.problems)


def test_all_errors_come_at_once_up_to_twenty(tmp_path: Path) -> None:
    rows = "".join(f"r{number},,ES,,nuts2,,,,p. 1\n" for number in range(25))
    with pytest.raises(PackError) as refused:
        read_packs([make_pack(tmp_path, regions_csv=REGIONS + rows)])
    assert len(refused.value.problems) == 25
    assert len(str(refused.value).splitlines()) == 21
    assert str(refused.value).endswith("… and 5 more.")


def test_a_wrong_row_is_no_second_error_where_it_is_named(tmp_path: Path) -> None:
    with pytest.raises(PackError) as refused:
        check([make_pack(tmp_path, regions_csv=REGIONS.replace("Lombardy", ""))])
    assert len(refused.value.problems) == 1


def test_a_file_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    pack = make_pack(tmp_path)
    (pack / "regions.csv").write_bytes(REGIONS.replace("Lombardy", "Värmland").encode("latin-1"))
    with pytest.raises(PackError, match=r"regions.csv: line 2: is not UTF-8"):
        read_packs([pack])


def test_windows_files_and_byte_order_marks_are_read(tmp_path: Path) -> None:
    pack = make_pack(tmp_path)
    text = "\ufeff" + REGIONS.replace("\n", "\r\n")
    (pack / "regions.csv").write_bytes(text.encode())
    assert len(check([pack])[0].tables["regions"]) == 2


def test_a_shared_alias_may_have_several_targets(tmp_path: Path) -> None:
    shared = "region,lombardy,North,en,variant,yes\nregion,catalonia,north,en,variant,yes\n"
    half = shared.replace("variant,yes", "variant,no", 1)
    assert check([make_pack(tmp_path, aliases_csv=FILES["aliases.csv"] + shared)])
    with pytest.raises(PackError, match=r"row 4: text: 'North' also names catalonia"):
        check([make_pack(tmp_path, aliases_csv=FILES["aliases.csv"] + half)])
