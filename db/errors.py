"""What can be wrong with the database, each said in one sentence with its mend."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, IntegrityError


class DatabaseError(Exception):
    """The database cannot be used; the message is one sentence for people, with the mend."""


class WrongDatabaseUrl(DatabaseError):
    """DATABASE_URL cannot be read."""


class DatabaseTooNew(DatabaseError):
    """The database was changed by a newer version of the program."""


class DatabaseLocked(DatabaseError):
    """Another process holds the database."""


class DatabaseReadOnly(DatabaseError):
    """The database must change and cannot."""


class NotADatabase(DatabaseError):
    """The file holds something else."""


class DatabaseUnreachable(DatabaseError):
    """The file cannot be opened, or the server does not answer or refuses us."""


_OTHER = "set DATABASE_URL to another database"

# (what the driver says, our error, what is wrong, how to mend it); the first that fits is taken.
_SAYINGS: tuple[tuple[str, type[DatabaseError], str, str], ...] = (
    (
        "database is locked",
        DatabaseLocked,
        "is locked by another process",
        "wait until that has finished, or end it",
    ),
    (
        "lock timeout",
        DatabaseLocked,
        "is locked by another process",
        "wait until that has finished, or end it",
    ),
    (
        "readonly database",
        DatabaseReadOnly,
        "is read-only and must be changed",
        f"give this user the right to write to it and to its folder, or {_OTHER}",
    ),
    (
        "read-only transaction",
        DatabaseReadOnly,
        "is read-only and must be changed",
        f"connect to the primary server, or {_OTHER}",
    ),
    (
        "not a database",
        NotADatabase,
        "is not a database",
        f"move that file away, or {_OTHER}",
    ),
    (
        "malformed",
        NotADatabase,
        "is damaged",
        "restore it from a backup, or delete it and load the knowledge again",
    ),
    (
        "already exists",
        NotADatabase,
        "holds tables of another program",
        _OTHER,
    ),
    (
        "unable to open database file",
        DatabaseUnreachable,
        "cannot be opened",
        f"make its folder and give this user the right to write there, or {_OTHER}",
    ),
    (
        "disk is full",
        DatabaseReadOnly,
        "has no room left on its disk",
        f"free some room, or {_OTHER}",
    ),
    (
        "password authentication failed",
        DatabaseUnreachable,
        "refuses the user name or password",
        "correct them in DATABASE_URL",
    ),
    (
        "does not exist",
        DatabaseUnreachable,
        "lacks what DATABASE_URL or this program names",
        "create the database and its user, then try again",
    ),
    (
        "permission denied",
        DatabaseReadOnly,
        "does not let this user do that",
        "grant the user of DATABASE_URL the right to create and change tables",
    ),
)


def name_of(url: URL) -> str:
    """The database as a person knows it: the file, or the server without its password."""
    if url.get_backend_name() == "sqlite":
        return f"The database {url.database or 'in memory'}"
    shown = url.set(drivername=url.get_backend_name())
    return f"The database {shown.render_as_string(hide_password=True)}"


def explained(error: BaseException, url: URL) -> DatabaseError:
    """Our error for what a driver raised while working on the database at ``url``."""
    said = str(getattr(error, "orig", None) or error)
    for words, kind, wrong, mend in _SAYINGS:
        if words in said.lower():
            return kind(f"{name_of(url)} {wrong} - {mend}.")
    reason = " ".join(said.split())[:200] or type(error).__name__
    if isinstance(error, OSError) or getattr(error, "connection_invalidated", False):
        return DatabaseUnreachable(
            f"{name_of(url)} cannot be reached ({reason}) - start the server, or correct "
            "DATABASE_URL."
        )
    return DatabaseError(f"{name_of(url)} cannot do this ({reason}) - see `doctor`.")


@contextmanager
def clear_errors(url: URL) -> Iterator[None]:
    """Turns what SQLAlchemy wraps of the drivers' errors into a ``DatabaseError``."""
    try:
        yield
    except IntegrityError:
        raise  # a broken promise is no fault of the database; who made it knows what it means
    except DBAPIError as error:
        raise explained(error, url) from error


@contextmanager
def clear_connect_errors(url: URL) -> Iterator[None]:
    """The same while connecting, where the system and asyncpg raise errors of their own, too."""
    try:
        with clear_errors(url):
            yield
    except OSError as error:
        raise explained(error, url) from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "asyncpg":
            raise
        raise explained(error, url) from error
