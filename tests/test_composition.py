"""Questions are combined from subject, filters and operation; the sums are checked by hand."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.answer import Answer
from knowledge.assistant import Assistant
from knowledge.query import Axis, Condition, Pattern, Query, run
from knowledge.references import Reference
from knowledge.snapshot import Snapshot

NOW = datetime(2026, 1, 15, 9, tzinfo=UTC)
SHARED = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
MEMBERS = """basque-country lombardy flanders wallonia catalonia valencia skane tampere norte
lapland saxony tuscany scotland varmland brandenburg"""
REGIONS = st.sampled_from(MEMBERS.split())
NINE = "adma-energy bio-economy 3d-printing industry-4-0 textile nano medtech sport"
PARTNERSHIPS = st.sampled_from(NINE.split())
COUNTRIES = st.sampled_from(["ES", "IT", "FI", "DE", "BE", "SE", "GR"])
ROLES = st.sampled_from(["lead", "participant", "observer", "interested"])


def some(values: st.SearchStrategy[str]) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(values, max_size=2)


PATTERNS = st.builds(
    Pattern,
    regions=some(REGIONS),
    countries=some(COUNTRIES),
    partnerships=some(PARTNERSHIPS),
    roles=some(ROLES),
    vanguard=st.sampled_from([None, None, True, False]),
    other_than=st.none() | REGIONS,
)
CONDITIONS = st.builds(
    Condition,
    PATTERNS,
    st.sampled_from(["region", "country", "partnership", "role"]),
    at_least=st.integers(0, 4),
    at_most=st.none() | st.integers(0, 5),
)
AXES: st.SearchStrategy[Axis] = st.sampled_from(["region", "country", "partnership"])
ALL = st.lists(CONDITIONS, max_size=3).map(tuple)
QUERIES = st.one_of(
    st.builds(Query, AXES, st.sampled_from(["list", "count"]), conditions=ALL),
    st.builds(
        Query,
        AXES,
        st.sampled_from(["most", "least", "rank"]),
        conditions=ALL,
        measure=st.builds(
            Condition,
            PATTERNS.map(lambda pattern: replace(pattern, other_than=None)),
            st.sampled_from(["region", "country", "partnership"]),
        ),
    ),
)


def slowly(query: Query, snapshot: Snapshot) -> set[str]:
    """Who meets all conditions, by looking at every row for every subject."""
    column: Mapping[str, Any] = {
        "region": lambda row: row.region,
        "partnership": lambda row: row.partnership,
        "country": lambda row: snapshot.regions[row.region].country,
    }
    counted: Mapping[str, Any] = {**column, "role": lambda row: (row.region, row.partnership)}
    found = set()
    for subject in {column[query.subject](row) for row in snapshot.memberships}:
        rows = [row for row in snapshot.memberships if column[query.subject](row) == subject]
        for condition in query.conditions:
            p = condition.pattern
            number = len(
                {
                    counted[condition.counted](row)
                    for row in rows
                    if (not p.regions or row.region in p.regions)
                    and (not p.partnerships or row.partnership in p.partnerships)
                    and (not p.roles or row.role in p.roles)
                    and (not p.countries or snapshot.regions[row.region].country in p.countries)
                    and p.vanguard in (None, snapshot.partnerships[row.partnership].vanguard_pilot)
                    and p.other_than != row.region
                }
            )
            most = condition.at_most if condition.at_most is not None else number
            if not condition.at_least <= number <= most:
                break
        else:
            found.add(subject)
    return found


@SHARED
@given(query=QUERIES)
def test_queries_find_what_a_slow_search_finds(query: Query, snapshot: Snapshot) -> None:
    found = run(query, snapshot)
    expected = slowly(query, snapshot)
    ids = {hit.id for hit in found}
    assert len(ids) == len(found)
    if query.operation in ("most", "least"):
        assert ids <= expected
        assert bool(ids) == bool(expected)
        assert len({hit.count for hit in found}) <= 1
    else:
        assert ids == expected


@SHARED
@given(query=QUERIES)
def test_queries_are_written_and_read_back(query: Query) -> None:
    reference = Reference("find", query=query)
    assert Reference.decode(reference.encode()) == reference


@SHARED
@given(query=QUERIES)
def test_every_query_can_be_told(query: Query, assistant: Assistant) -> None:
    answer = assistant.choose(Reference("find", query=query).encode(), now=NOW)
    assert answer.status == "answer"
    assert answer.sources
    assert "None" not in answer.text.replace("None:", "").replace("None ", "")


def test_what_any_two_regions_share(assistant: Assistant, snapshot: Snapshot) -> None:
    members = sorted(snapshot.by_region)
    for one, other in list(combinations(members, 2))[::6]:
        names = [snapshot.regions[id].name for id in (one, other)]
        answer = ask(assistant, "which partnerships do {} and {} share?".format(*names))
        expected = {row.partnership for row in snapshot.by_region[one]} & {
            row.partnership for row in snapshot.by_region[other]
        }
        assert results(answer) == expected, names


def test_who_is_in_one_partnership_and_in_or_not_in_another(
    assistant: Assistant, snapshot: Snapshot
) -> None:
    members = {id: {row.region for row in rows} for id, rows in snapshot.by_partnership.items()}
    for one, other in combinations(members, 2):
        names = [snapshot.partnerships[id].short_name for id in (one, other)]
        both = ask(assistant, "which regions are in both {} and {}?".format(*names))
        assert results(both) == members[one] & members[other], names
        without = ask(assistant, "which regions are in {} but not in {}?".format(*names))
        assert results(without) == members[one] - members[other], names


def test_regions_of_a_country_in_a_partnership(assistant: Assistant, snapshot: Snapshot) -> None:
    for id, rows in snapshot.by_partnership.items():
        name = snapshot.partnerships[id].short_name
        for country in ("ES", "IT", "FI", "DE"):
            adjective = {"ES": "Spanish", "IT": "Italian", "FI": "Finnish", "DE": "German"}[country]
            expected = {
                row.region for row in rows if snapshot.regions[row.region].country == country
            }
            answer = ask(assistant, f"which {adjective} regions are in {name}?")
            assert results(answer) == expected, (adjective, name)
            counted = ask(assistant, f"how many {adjective} regions are in {name}?")
            said = str(len(expected)) if expected else "no"
            assert said in counted.text.splitlines()[0].lower(), counted.text


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("which regions are in exactly 7 partnerships?", {"flanders"}),
        ("which regions lead at least three partnerships?", {"lombardy"}),
        ("which regions lead two partnerships or more?", {"lombardy", "catalonia", "valencia"}),
        ("which partnerships have more than 20 regions?", {"3d-printing", "bio-economy"}),
        ("which partnerships have fewer than ten regions?", {"sport", "industry-4-0"}),
        ("which partnerships have exactly 13 regions?", {"adma-energy", "textile", "nano"}),
    ],
)
def test_numbers_limit_what_is_found(
    question: str, expected: set[str], assistant: Assistant
) -> None:
    assert results(ask(assistant, question)) == expected


def ask(assistant: Assistant, question: str) -> Answer:
    return assistant.ask(question, now=NOW)


def results(answer: Answer) -> set[str]:
    assert answer.focus is not None, answer.text
    return set(answer.focus.results)
