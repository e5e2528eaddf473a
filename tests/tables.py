"""All tables of a database: a row in each, and how many there are."""

from typing import Any

from sqlalchemy import JSON, Boolean, Column, Integer, func, insert, inspect, select, table
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlmodel import SQLModel

import db.bot_models
import db.models  # noqa: F401 - both fill the metadata
from db.engine import reading, writing


async def fill(engine: AsyncEngine) -> None:
    """Puts a row into every table that the knowledge leaves empty."""
    full = await sizes(engine)
    async with writing(engine) as connection:
        for one in SQLModel.metadata.sorted_tables:
            if not full[one.name]:
                row = {column.name: await _value(connection, column) for column in one.columns}
                await connection.execute(insert(one), [row])


async def _value(connection: AsyncConnection, column: Column[Any]) -> Any:
    for key in column.foreign_keys:
        return await connection.scalar(select(key.column).limit(1))
    match column.type:
        case JSON():
            return {"a": "ä"}
        case Boolean():
            return True
        case Integer():
            return 7
        case _:
            return "ä"


async def sizes(engine: AsyncEngine) -> dict[str, int]:
    """The number of rows of each table."""
    async with reading(engine) as connection:
        names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        return {
            name: int(await connection.scalar(select(func.count()).select_from(table(name))) or 0)
            for name in names
            if name != "alembic_version"
        }
