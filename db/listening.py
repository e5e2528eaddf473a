"""What PostgreSQL tells its clients of its own accord."""

import asyncio
from collections.abc import Callable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

KNOWLEDGE = "s3p_knowledge"
"""The channel on which a trigger of ``knowledge_revision`` tells the new number."""


async def listen(engine: AsyncEngine, channel: str, heard: Callable[[], None]) -> None:
    """Calls ``heard`` at each notification, and returns when the connection is lost.

    Only what happens while it listens is heard, so ``heard`` is called once at the beginning.
    """
    lost = asyncio.Event()
    async with engine.connect() as connection:
        plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
        # What the driver offers beyond SQLAlchemy: asyncpg's own connection.
        driver: Any = (await plain.get_raw_connection()).driver_connection
        driver.add_termination_listener(lambda *_: lost.set())
        await driver.add_listener(channel, lambda *_: heard())
        heard()
        await lost.wait()
        await connection.invalidate()
