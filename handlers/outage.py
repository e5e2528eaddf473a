"""What people are told while the database is away, once each."""


class Outage:
    """Remembers who was told, until the database is back."""

    def __init__(self) -> None:
        self._told: set[tuple[str, int]] = set()

    def first(self, what: str, id: int) -> bool:
        """Whether this is to be told for the first time in this outage."""
        if (what, id) in self._told:
            return False
        self._told.add((what, id))
        return True

    async def over(self) -> None:
        """The database is back."""
        self._told.clear()
