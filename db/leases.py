"""What only one process may do at a time: taken for a while, renewed, given back."""

from db.sqlite import Execute

LONGEST = 300
"""Seconds: a lease that reaches further ahead is of a clock that was wrong, and does not count."""

_TAKE = (
    "INSERT INTO leases (name, holder, until) VALUES (:name, :holder, :until) "
    "ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until "
    "WHERE leases.holder = excluded.holder OR leases.until <= :now OR leases.until > :furthest "
    "RETURNING holder"
)
_RELEASE = "DELETE FROM leases WHERE name = :name AND holder = :holder"


def take(execute: Execute, name: str, holder: str, *, now: int, until: int) -> bool:
    """Takes a lease or renews one's own; whether it is held now.

    Args:
        now: seconds since 1970, of a clock that is never sped up.
        until: at most ``LONGEST`` seconds later.
    """
    given = {
        "name": name,
        "holder": holder,
        "until": until,
        "now": now,
        "furthest": now + LONGEST,
    }
    return bool(execute(_TAKE, given))


def release(execute: Execute, name: str, holder: str) -> None:
    """Gives a lease back, if it is one's own, so that another need not wait for its end."""
    execute(_RELEASE, {"name": name, "holder": holder})
