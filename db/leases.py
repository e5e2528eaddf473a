"""What only one process may do at a time: taken, renewed every second, given back.

A lease ends with its holder's entry among the replicas, or when it was not renewed for a while.
How long that is, whoever watches decides by a clock of its own that only rises: clocks of the day
differ between machines, and are set.
"""

from dataclasses import dataclass

from db.sqlite import Execute


@dataclass(frozen=True, slots=True)
class Held:
    """Who holds a lease; ``renewed`` is another number after each renewal."""

    holder: str
    renewed: int


_TAKE = (
    "INSERT INTO leases (name, holder, until) VALUES (:name, :holder, 0) "
    "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = leases.until + 1 "
    "WHERE leases.holder = excluded.holder OR leases.holder NOT IN (SELECT id FROM replicas) "
    "OR (leases.holder = :left_by AND leases.until = :left_at)"
)
_READ = "SELECT holder, until FROM leases WHERE name = :name"
_RELEASE = "DELETE FROM leases WHERE name = :name AND holder = :holder"


def take(execute: Execute, name: str, holder: str, *, left: Held | None = None) -> Held:
    """Takes a lease or renews one's own, unless another process has it; tells who holds it now.

    Args:
        left: the lease as it has stood still for too long; it is taken if it still does.
    """
    given = {
        "name": name,
        "holder": holder,
        "left_by": left.holder if left is not None else "",
        "left_at": left.renewed if left is not None else -1,
    }
    execute(_TAKE, given)
    ((held_by, renewed),) = execute(_READ, {"name": name})
    return Held(str(held_by), int(renewed))


def release(execute: Execute, name: str, holder: str) -> None:
    """Gives a lease back, if it is one's own, so that another need not wait for its end."""
    execute(_RELEASE, {"name": name, "holder": holder})
