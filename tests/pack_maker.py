"""Makes small packs for tests: a sound one, and any change of it."""

from pathlib import Path

HEADER = """\
id: {id}
title: A small pack
publisher: Tests
licence: none
as_of: 2017-07
url: https://example.org/pack
label: Tests
citation: Tests (2017). A small pack.
default_sources:
  countries: ISO 3166-1
  aliases: Names in use
"""

FILES = {
    "countries.csv": "id,name,eu_member_2017\nES,Spain,yes\nIT,Italy,yes\n",
    "regions.csv": (
        "id,name,country,nuts,level,lat,lon,note,source\n"
        "lombardy,Lombardy,IT,ITC4,nuts2,45.6,9.8,,p. 1\n"
        'catalonia,Catalonia,ES,ES51,nuts2,,,"north, east",p. 1\n'
    ),
    "partnerships.yaml": """\
- id: esm
  name: Efficient and Sustainable Manufacturing
  short_name: ESM
  vanguard_pilot: yes
  text: It makes manufacturing cleaner.
  source: p. 2
  ask: [what is esm?, no]
  ask_yes: [is esm green?]
  about: [region/lombardy]
  details:
    demo_case:
      - first case
      - {text: second case, source: p. 9}
""",
    "memberships.csv": (
        "partnership,region,role,as_printed,note,as_of,source\n"
        'esm,lombardy,lead,Lombardia,,,"Table 4, p. 33"\n'
        'esm,catalonia,participant,,,2017-05-01,"Table 4, p. 33"\n'
    ),
    "events.yaml": """\
- id: kick-off
  kind: meeting
  milestone: true
  title: Kick-off
  start: 2016-11-16
  end: 2016-11-17
  precision: day
  country: ES
  text: It began.
  source: p. 3
""",
    "themes.yaml": """\
- id: smart-tooling
  name: Smart tooling
  text: About tools.
  source: p. 4
  mentions:
    - event: kick-off
      regions: 3 regions
      issues: [cost]
      source: p. 5
    - {event: null, as_printed: Tooling}
""",
    "corrections.yaml": """\
- id: launch
  name: Launch misprinted
  places: [{where: p. 6, says: June 2017}]
  reading: It was June 2016.
  reason: The abstract says so.
  source: p. 6
""",
    "statistics.yaml": """\
- {id: share, name: A share, value: 5.0, unit: "%", text: Five of a hundred., source: p. 7}
""",
    "aliases.csv": (
        "kind,target,text,language,form,shared\n"
        "region,lombardy,Lombardia,it,native,\n"
        "region,catalonia,Catalunya,ca,native,no\n"
    ),
    "topics/first.yaml": "- {id: one, name: One, text: First., source: p. 8}\n",
    "topics/second.yaml": "- {id: two, name: Two, text: Second., source: p. 8}\n",
}


def make_pack(folder: Path, id: str = "small", **changed: str | None) -> Path:
    """Writes a pack named ``id`` into ``folder``.

    Args:
        changed: other contents by file (``regions_csv``, ``topics__first_yaml``; ``pack_yaml`` for
            the header); None leaves the file out.
    """
    pack = folder / id
    files: dict[str, str | None] = {**FILES, "pack.yaml": HEADER.format(id=id)}
    for name, content in changed.items():
        stem, _, ending = name.rpartition("_")
        files[f"{stem.replace('__', '/')}.{ending}"] = content
    for name, content in files.items():
        file = pack / name
        if content is None:
            file.unlink(missing_ok=True)
            continue
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    return pack


def make_other(folder: Path, id: str = "later", **files: str) -> Path:
    """Writes a pack that holds nothing but the given files and its header."""
    nothing = {name.replace("/", "__").replace(".", "_"): None for name in FILES}
    return make_pack(folder, id, **{**nothing, **files})
