"""Programs of PostgreSQL for tests: where they are, under which account they run, and ports for them."""

import contextlib
import os
import pathlib
import pwd
import socket


def postgresql_programs():
    """The directory of the newest ones, unless `PLEDGEGRAPH_PG_BIN` names another."""
    found = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))
    return pathlib.Path(os.environ.get("PLEDGEGRAPH_PG_BIN") or found[-1])


def account_for(directory):
    """What a command begins with so that it runs under an account that PostgreSQL accepts, which owns the directory."""
    if os.getuid() != 0:
        return []
    # The server refuses to run as root.
    name = "postgres" if any(entry.pw_name == "postgres" for entry in pwd.getpwall()) else "nobody"
    owner = pwd.getpwnam(name)
    os.chown(directory, owner.pw_uid, owner.pw_gid)
    return ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups", "--"]


def free_ports(count):
    """Ports of the loopback that nobody listens on."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
