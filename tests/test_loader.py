"""Packs: what is read, what is refused and how, and that a load is all or nothing."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.application import prepare
from bot.settings import Settings
from db.engine import writing
from db.models import TABLE_OF_KIND as MODELS
from knowledge.export import export_tables
from knowledge.loader import PackError, check, load, read_packs, shipped_packs
from knowledge.pack_files import checksum
from knowledge.reading import (
    MissingKnowledge,
    knowledge_revision,
    loaded_checksums,
    packs_of_others,
    read_snapshot,
)
from knowledge.snapshot import Snapshot
from tests.pack_maker import HEADER, make_other, make_pack


async def test_rows_become_facts(engine: AsyncEngine, tmp_path: Path) -> None:
    report = await load(engine, [make_pack(tmp_path)])
    snapshot = await read_snapshot(engine)

    assert report.revision == snapshot.revision == 1
    assert report.packs[0].changed
    assert report.packs[0].rows["memberships"] == 2
    assert list(snapshot.regions) == ["lombardy", "catalonia"], "in the order of the file"
    assert list(snapshot.things["topic"]) == ["one", "two"]
    catalonia = snapshot.regions["catalonia"]
    assert (catalonia.note, catalonia.lat, catalonia.source) == ("north, east", None, "p. 1")
    assert snapshot.regions["lombardy"].lat == 45.6
    assert snapshot.countries["ES"].eu_member_2017 is True
    assert snapshot.countries["ES"].source == "ISO 3166-1", "the default of its table"
    assert snapshot.things["statistic"]["share"].value == "5.0", "as the author typed it"
    assert snapshot.things["correction"]["launch"].places == [
        {"where": "p. 6", "says": "June 2017"}
    ]
    assert [(row.region, row.as_of) for row in snapshot.by_partnership["esm"]] == [
        ("lombardy", "2017-07"),
        ("catalonia", "2017-05-01"),
    ]


async def test_what_hangs_on_a_row_becomes_rows(engine: AsyncEngine, tmp_path: Path) -> None:
    await load(engine, [make_pack(tmp_path)])
    snapshot = await read_snapshot(engine)

    assert [(row.text, row.source) for row in snapshot.details_of("partnership", "esm")] == [
        ("first case", "p. 2"),
        ("second case", "p. 9"),
    ]
    assert [(row.text, row.reply) for row in snapshot.phrasings] == [
        ("what is esm?", None),
        ("no", None),
        ("is esm green?", "yes"),
    ]
    assert [(row.subject, row.target_kind, row.target) for row in snapshot.links] == [
        ("esm", "region", "lombardy")
    ]
    first, second = snapshot.mentions_of["smart-tooling"]
    assert (first.event, first.issues, first.actions, first.source) == (
        "kick-off",
        ["cost"],
        [],
        "p. 5",
    )
    assert (second.event, second.source) == (None, "p. 4")


async def test_loading_again_changes_nothing_unless_the_files_did(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    await load(engine, [make_pack(tmp_path)])
    before = await read_snapshot(engine)

    again = await load(engine, [make_pack(tmp_path)])
    assert (again.packs[0].changed, again.revision) == (False, 1)

    forced = await load(engine, [make_pack(tmp_path)], force=True)
    assert (forced.packs[0].changed, forced.revision) == (True, 2)
    assert (await read_snapshot(engine)).things == before.things

    changed = make_pack(tmp_path, topics__second_yaml=None)
    assert (await load(engine, [changed])).packs[0].changed
    assert list((await read_snapshot(engine)).things["topic"]) == ["one"]
    assert await knowledge_revision(engine) == 3


async def test_a_later_pack_adds_to_an_earlier_one(engine: AsyncEngine, tmp_path: Path) -> None:
    await load(engine, [make_pack(tmp_path)])
    later = make_other(
        tmp_path,
        regions_csv="id,name,country,level,source\nmadrid,Madrid,ES,nuts2,https://example.org/m\n",
        memberships_csv="partnership,region,role,source\nesm,madrid,observer,p. 1\n",
        topics_yaml="- {id: since, name: Since, text: More., source: p. 1, about: [topic/one]}\n",
    )
    await load(engine, [later])
    snapshot = await read_snapshot(engine)

    assert list(snapshot.packs) == ["small", "later"]
    assert [row.region for row in snapshot.by_partnership["esm"]] == [
        "lombardy",
        "catalonia",
        "madrid",
    ]
    assert list((await read_snapshot(engine, ["small"])).regions) == ["lombardy", "catalonia"]
    with pytest.raises(MissingKnowledge, match="'later' refers to the country 'ES'"):
        await read_snapshot(engine, ["later"])
    with pytest.raises(MissingKnowledge, match="'unheard' is not loaded"):
        await read_snapshot(engine, ["unheard"])

    with pytest.raises(PackError) as refused:
        await load(engine, [make_pack(tmp_path, topics__first_yaml=None)])
    assert "there is no topic 'one'" in str(refused.value)
    assert "later" in str(refused.value)


async def test_a_pack_that_extends_tells_its_memberships_apart(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    await load(engine, [make_pack(tmp_path)])
    header = HEADER.format(id="since") + "extends: small\n"
    membership = (
        "esm,catalonia,lead,2021,new_lead,low,2022-05-03,2023 or later,https://example.org/m"
    )
    since = make_other(
        tmp_path,
        "since",
        pack_yaml=header,
        memberships_csv=(
            "partnership,region,role,joined,change,confidence,page_date,as_of_note,source\n"
            f"{membership}\n"
        ),
        developments_yaml=(
            "- {subject: partnership/esm, text: It grew., size: 23 regions, confidence: medium,"
            " source: https://example.org/a, more_sources: [https://example.org/b]}\n"
        ),
    )
    await load(engine, [since])
    snapshot = await read_snapshot(engine)

    assert [row.region for row in snapshot.by_partnership["esm"]] == ["lombardy", "catalonia"]
    (later,) = snapshot.later_memberships
    assert (later.role, later.joined, later.change, later.confirmed) == (
        "lead",
        2021,
        "new_lead",
        False,
    )
    (grown,) = snapshot.developments
    assert (grown.subject, grown.size, grown.more_sources) == (
        "esm",
        "23 regions",
        [{"source": "https://example.org/b", "page_date": None}],
    )
    exported = export_tables(snapshot)
    assert [row["pack"] for row in exported["memberships"]] == ["small", "small", "since"]
    assert not (await read_snapshot(engine, ["small"])).later_memberships


async def test_an_event_may_have_hours_or_no_date_yet(engine: AsyncEngine, tmp_path: Path) -> None:
    events = """\
- {id: next, kind: meeting, title: N, precision: unknown, status: tentative, text: X, source: p. 1}
- id: sixth
  kind: meeting
  title: Sixth
  start: "2027-03-30"
  precision: day
  start_time: "09:30"
  end_time: "12:00"
  zone: Europe/Helsinki
  series: committee
  number: 6
  text: X
  source: p. 1
"""
    await load(
        engine, [make_other(tmp_path, events_yaml=events, countries_csv="id,name,eu_member_2017\n")]
    )
    sixth, following = (await read_snapshot(engine)).events
    assert (following.id, following.start, following.status) == ("next", None, "tentative")
    assert (sixth.start_time, sixth.end_time, sixth.zone) == ("09:30", "12:00", "Europe/Helsinki")
    assert (sixth.series, sixth.number) == ("committee", 6)


async def test_nothing_changes_when_anything_is_wrong(engine: AsyncEngine, tmp_path: Path) -> None:
    await load(engine, [make_pack(tmp_path)])
    before = await read_snapshot(engine)
    sound = make_other(
        tmp_path, "sound", topics_yaml="- {id: x, name: X, text: X., source: p. 1}\n"
    )
    broken = make_pack(tmp_path, topics__second_yaml="- {id: two, name: Two, source: p. 8}\n")

    with pytest.raises(PackError):
        await load(engine, [sound, broken])

    assert await read_snapshot(engine) == before


async def test_ids_and_aliases_are_checked_against_what_is_loaded(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    await load(engine, [make_pack(tmp_path)])
    later = make_other(
        tmp_path,
        countries_csv="id,name,eu_member_2017\nES,Spain,yes\nFR,France,yes\n",
        regions_csv="id,name,country,level,source\nparis,Paris,FR,nuts2,p. 1\n",
        aliases_csv="kind,target,text,language,form\nregion,paris,Lombardia,fr,variant\n",
    )
    with pytest.raises(PackError) as refused:
        await load(engine, [later])
    assert any("'ES' is there already (small, loaded already" in p for p in refused.value.problems)
    assert any("'Lombardia' also names lombardy" in p for p in refused.value.problems)


async def test_both_engines_give_the_same_knowledge(
    full_engine: AsyncEngine, snapshot: Snapshot
) -> None:
    """So that what is tested over one snapshot holds for both."""
    assert await read_snapshot(full_engine) == snapshot


def test_the_shipped_packs_hold_nothing_wrong() -> None:
    assert check(shipped_packs())


def test_packs_are_chosen_by_id_in_order() -> None:
    ids = [pack.id for pack in read_packs(shipped_packs())]
    assert ids[0] == "report-2017", "the oldest facts come first"
    assert [pack.id for pack in read_packs(shipped_packs(ids[::-1]))] == ids[::-1]
    with pytest.raises(PackError, match="'unheard' is not a shipped pack - choose from"):
        shipped_packs(["unheard"])


def test_the_reader_and_the_models_agree() -> None:

    from db.models import Fact
    from knowledge.facts import CLASS_OF_KIND
    from knowledge.reading import RELATIONS, TABLE_OF_KIND, fields_of

    assert {kind: model.__tablename__ for kind, model in MODELS.items()} == TABLE_OF_KIND
    models = {str(model.__tablename__): model for model in Fact.__subclasses__()}
    facts = {name: CLASS_OF_KIND[kind] for kind, name in TABLE_OF_KIND.items()} | dict(RELATIONS)
    assert set(models) == set(facts)
    for name, fact in facts.items():
        columns = set(models[name].model_fields) - {"row"}  # the order of the rows tells it
        assert columns == set(fields_of(fact)), name


def test_a_value_of_many_rows_is_kept_once(snapshot: Snapshot) -> None:
    sources = [row.source for row in snapshot.aliases]
    assert len({id(source) for source in sources}) == len(set(sources)) < len(sources)


async def test_a_start_leaves_alone_what_somebody_loaded_from_a_folder(
    full_engine: AsyncEngine, tmp_path: Path
) -> None:
    (shipped,) = shipped_packs(["report-2017"])
    copy = tmp_path / "copy"
    shutil.copytree(shipped, copy)
    header = (copy / "pack.yaml").read_text("utf-8")
    (copy / "pack.yaml").write_text(header.replace("\nlabel: ", "\nlabel: Our "), "utf-8")
    own = checksum(copy)
    settings = Settings(knowledge_packs=())

    assert await packs_of_others(full_engine) == frozenset()
    await load(full_engine, [copy])
    assert await packs_of_others(full_engine) == {"report-2017"}
    await prepare(full_engine, settings)
    assert (await loaded_checksums(full_engine))["report-2017"] == own

    await load(full_engine, shipped_packs())
    assert await packs_of_others(full_engine) == frozenset()
    assert (await loaded_checksums(full_engine))["report-2017"] == checksum(shipped)


async def test_a_start_puts_the_shipped_in_the_place_of_an_older_one(
    full_engine: AsyncEngine,
) -> None:
    async with writing(full_engine) as connection:
        await connection.execute(text("UPDATE packs SET checksum = 'of an older release'"))
    await prepare(full_engine, Settings(knowledge_packs=("report-2017",)))
    (shipped,) = shipped_packs(["report-2017"])
    loaded = await loaded_checksums(full_engine)
    assert loaded.pop("report-2017") == checksum(shipped)
    assert set(loaded.values()) == {"of an older release"}, "they were not chosen"


async def test_the_same_files_from_elsewhere_change_the_origin_only(
    full_engine: AsyncEngine, tmp_path: Path
) -> None:
    (shipped,) = shipped_packs(["report-2017"])
    shutil.copytree(shipped, tmp_path / "copy")
    before = await knowledge_revision(full_engine)
    assert not (await load(full_engine, [tmp_path / "copy"])).packs[0].changed
    assert await packs_of_others(full_engine) == {"report-2017"}
    await load(full_engine, [shipped])
    assert await packs_of_others(full_engine) == frozenset()
    assert await knowledge_revision(full_engine) == before
