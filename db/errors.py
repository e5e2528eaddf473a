"""What can be wrong with the database, each said in one sentence with its mend."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout


class DatabaseError(Exception):
    """The database cannot be used; the message is one sentence for people, with the mend."""


class DatabaseAway(DatabaseError):
    """The database cannot be used now, and may come back without anything being changed here."""


class WrongDatabaseUrl(DatabaseError):
    """DATABASE_URL cannot be read."""


class DatabaseTooNew(DatabaseError):
    """The database was changed by a newer version of the program."""


class DatabaseLocked(DatabaseAway):
    """Another process holds the database."""


class DatabaseReadOnly(DatabaseAway):
    """The database must change and cannot."""


class DatabaseFull(DatabaseAway):
    """The disk of the database takes nothing more; what is there can be read."""


class NotADatabase(DatabaseError):
    """The file holds something else."""


class DatabaseUnreachable(DatabaseAway):
    """The file cannot be opened, or the server does not answer or refuses us."""


_CLASS = re.compile(r"^<class '[^']*'>: ")
_VALUES = re.compile(r"\$\d+: .*| [\"'].*", re.DOTALL)
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
        DatabaseFull,
        "has no room left on its disk",
        f"free some room, or {_OTHER}",
    ),
    (
        "no space left",
        DatabaseFull,
        "has no room left on its disk",
        "free some room there",
    ),
    (
        "disk i/o error",
        DatabaseFull,
        "cannot be written to its disk",
        "see whether that is full or broken",
    ),
    (
        "too many c",  # clients, or connections of one role
        DatabaseUnreachable,
        "takes no further connections",
        "let fewer processes run, or raise its max_connections",
    ),
    (
        "connection slots",
        DatabaseUnreachable,
        "takes no further connections",
        "let fewer processes run, or raise its max_connections",
    ),
    (
        "the database system is",  # starting up, shutting down, in recovery mode
        DatabaseUnreachable,
        "is starting or stopping",
        "wait until it is there again",
    ),
    (
        "password authentication failed",
        DatabaseUnreachable,
        "refuses the user name or password",
        "correct them in DATABASE_URL",
    ),
    (
        'relation "',  # does not exist
        NotADatabase,
        "lacks tables of this program",
        "run `load`, which makes them",
    ),
    (
        'column "',  # does not exist
        NotADatabase,
        "has tables of another version of this program",
        "run `load`, which brings them up to date",
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
    # Of the parameters only those that say where it is: others may be the password.
    where = {name: value for name, value in url.query.items() if name in ("host", "port")}
    shown = url.set(drivername=url.get_backend_name(), query=where)
    return f"The database {shown.render_as_string(hide_password=True)}"


def explained(error: BaseException, url: URL) -> DatabaseError:
    """Our error for what a driver raised while working on the database at ``url``."""
    said = str(getattr(error, "orig", None) or error)
    for words, kind, wrong, mend in _SAYINGS:
        if words in said.lower():
            return kind(f"{name_of(url)} {wrong} - {mend}.")
    reason = _reason(said) or type(error).__name__
    if isinstance(error, OSError | PoolTimeout) or getattr(error, "connection_invalidated", False):
        return DatabaseUnreachable(
            f"{name_of(url)} cannot be reached ({reason}) - start the server, or correct "
            "DATABASE_URL."
        )
    return DatabaseError(f"{name_of(url)} cannot do this ({reason}) - see `doctor`.")


def _reason(said: str) -> str:
    """What a driver says, without its class and without values, which can be what people wrote."""
    return _VALUES.sub("…", " ".join(_CLASS.sub("", said).split()))[:200]


@contextmanager
def clear_errors(url: URL) -> Iterator[None]:
    """Turns what SQLAlchemy wraps of the drivers' errors into a ``DatabaseError``."""
    try:
        yield
    except IntegrityError:
        raise  # a broken promise is no fault of the database; who made it knows what it means
    except (DBAPIError, PoolTimeout, TimeoutError) as error:
        raise explained(error, url) from error


def unusable(error: Exception) -> WrongDatabaseUrl:
    """Our error for a parameter of DATABASE_URL that a driver does not know or cannot read."""
    unknown = re.search(r"unexpected keyword argument '(\w+)'", str(error))
    if unknown:
        wrong = f"the driver knows no parameter {unknown[1]!r}"
        return WrongDatabaseUrl(f"DATABASE_URL: {wrong} - leave it out, or correct its name.")
    return WrongDatabaseUrl(
        "DATABASE_URL: a parameter after the ? has a value that the driver cannot use - correct "
        "it, or leave it out."
    )


@contextmanager
def clear_connect_errors(url: URL) -> Iterator[None]:
    """The same while connecting, where the system and asyncpg raise errors of their own, too."""
    try:
        with clear_errors(url):
            yield
    except OSError as error:
        raise explained(error, url) from error
    except (TypeError, ValueError, OverflowError) as error:
        if type(error).__module__ != "builtins":
            raise explained(error, url) from error
        raise unusable(error) from error
    except Exception as error:
        if type(error).__module__.partition(".")[0] != "asyncpg":
            raise
        raise explained(error, url) from error
