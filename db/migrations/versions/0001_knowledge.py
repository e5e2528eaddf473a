"""The tables of the knowledge base."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "packs",
        sa.Column("id", sa.String(), primary_key=True),
        *_texts("label", "title", "publisher", "licence", "as_of", "url", "citation", "checksum"),
        sa.Column("position", sa.Integer(), nullable=False),
    )
    op.create_table(
        "knowledge_revision",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("number", sa.Integer(), nullable=False),
    )
    _things()
    _relations()


def _things() -> None:
    _fact("countries", *_texts("name"), _flag("eu_member_2017"))
    _fact(
        "regions",
        *_texts("name", "level"),
        _reference("country", "countries.id"),
        *_texts("nuts", "note", optional=True),
        sa.Column("lat", sa.Float()),
        sa.Column("lon", sa.Float()),
    )
    _fact(
        "partnerships",
        *_texts("name", "short_name", "text"),
        _flag("vanguard_pilot"),
        *_texts("note", optional=True),
    )
    _fact(
        "events",
        *_texts("kind", "title", "start", "precision", "text"),
        _flag("milestone"),
        _reference("country", "countries.id", optional=True),
        *_texts("end", "place", "organiser", "attendance", "note", optional=True),
    )
    _fact(
        "themes",
        *_texts("name", "text"),
        _flag("vanguard"),
        *_texts("status", "note", optional=True),
    )
    _fact("terms", *_texts("abbreviation", "name"), _flag("listed"), *_texts("text", optional=True))
    _fact("organisations", *_texts("name", "kind", "text"), *_texts("abbreviation", optional=True))
    _fact("people", *_texts("name", "role", "text"))
    _fact("instruments", *_texts("name", "kind", "text"), *_texts("abbreviation", optional=True))
    _fact(
        "documents",
        *_texts("name", "text"),
        sa.Column("year", sa.Integer()),
        *_texts("reference", "url", optional=True),
    )
    _fact("statistics", *_texts("name", "value", "text"), *_texts("unit", "scope", optional=True))
    _fact("topics", *_texts("name", "text"))
    _fact("corrections", *_texts("name", "reading", "reason"), _list("places"))


def _relations() -> None:
    _fact(
        "memberships",
        _reference("partnership", "partnerships.id"),
        _reference("region", "regions.id"),
        *_texts("role"),
        *_texts("as_printed", "note", optional=True),
        sa.UniqueConstraint("pack", "partnership", "region", "role"),
        numbered=True,
    )
    _fact(
        "theme_mentions",
        _reference("theme", "themes.id"),
        _reference("event", "events.id", optional=True),
        *_texts("as_printed", "regions", "text", optional=True),
        _list("issues"),
        _list("actions"),
        numbered=True,
    )
    _fact(
        "details",
        *_texts("subject_kind", "kind", "text"),
        sa.Column("subject", sa.String(), nullable=False, index=True),
        sa.Column("position", sa.Integer(), nullable=False),
        numbered=True,
    )
    _fact(
        "links",
        *_texts("subject_kind", "target_kind", "target"),
        sa.Column("subject", sa.String(), nullable=False, index=True),
        numbered=True,
    )
    _fact(
        "aliases",
        *_texts("kind", "text", "language", "form"),
        sa.Column("target", sa.String(), nullable=False, index=True),
        _flag("shared"),
        numbered=True,
    )
    _fact(
        "phrasings",
        *_texts("kind", "text", "language"),
        *_texts("reply", optional=True),
        sa.Column("target", sa.String(), nullable=False, index=True),
        numbered=True,
    )


def downgrade() -> None:
    # Tables that refer to others go first.
    for table in (
        *("phrasings", "aliases", "links", "details", "theme_mentions", "memberships"),
        *("corrections", "topics", "statistics", "documents", "instruments", "people"),
        *("organisations", "terms", "themes", "events", "partnerships", "regions", "countries"),
        *("knowledge_revision", "packs"),
    ):
        op.drop_table(table)


def _fact(table: str, *columns: sa.schema.SchemaItem, numbered: bool = False) -> None:
    """Creates a table of knowledge: its key, the columns of every fact, and its own."""
    key: sa.Column[object] = (
        sa.Column("key", sa.Integer(), primary_key=True)
        if numbered
        else sa.Column("id", sa.String(), primary_key=True)
    )
    op.create_table(
        table,
        key,
        sa.Column("pack", sa.String(), sa.ForeignKey("packs.id"), nullable=False, index=True),
        sa.Column("row", sa.Integer(), nullable=False),
        *_texts("source", "as_of"),
        *columns,
    )


def _texts(*names: str, optional: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=optional) for name in names]


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _list(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(), nullable=False)


def _reference(name: str, target: str, *, optional: bool = False) -> sa.Column[str]:
    """A column whose target must exist at the commit, not before: packs are replaced whole."""
    key = sa.ForeignKey(target, deferrable=True, initially="DEFERRED")
    return sa.Column(name, sa.String(), key, nullable=optional, index=True)
