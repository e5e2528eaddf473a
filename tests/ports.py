"""Ports for processes of the tests.

They lie below those that a system gives to outgoing connections by itself (from 32,768 on in Linux,
from 49,152 on elsewhere), since such a connection may take a port between its choice and its use.
"""

import random
import socket

_RANGE = (15_000, 30_000)
_TRIES = 1000


def free_ports(*offsets: int) -> list[int]:
    """Free ports of this machine at the given distances from one drawn by chance.

    Raises:
        RuntimeError: no port was free.
    """
    for _ in range(_TRIES):
        base = random.randrange(*_RANGE)  # noqa: S311 - not a secret
        ports = [base + offset for offset in offsets]
        if all(map(_is_free, ports)):
            return ports
    raise RuntimeError(f"none of the ports from {_RANGE[0]} on is free")


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
