"""A PostgreSQL server for tests, which goes away and comes back as they want."""

import contextlib
import pathlib
import signal
import subprocess

from processes import LIMIT, processes_in, send, wait
from programs import account_for, free_ports, postgresql_programs
from service import fill, temporary_directory


class Postgres:
    """A server on one port, over one data directory after the other."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        [self.port] = free_ports(1)
        self.programs = postgresql_programs()
        self.account = account_for(directory)
        self.data = self.directory / "data0"
        self.run("initdb", "-D", self.data, "-U", "pledgegraph", "-E", "UTF8", "--locale=C", "--auth=trust", "--no-sync")
        self.start()
        self.run("createdb", "-h", "127.0.0.1", "-p", self.port, "-U", "pledgegraph", "pledgegraph")

    def run(self, program, *arguments):
        command = [*self.account, str(self.programs / program), *map(str, arguments)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                              cwd=self.directory, text=True, timeout=LIMIT)
        if done.returncode:
            raise SystemExit(f"{program}: {done.returncode}\n{done.stderr}")

    def start(self):
        options = f"-p {self.port} -k {self.directory} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=60"
        self.run("pg_ctl", "-D", self.data, "-l", self.directory / "log", "-w", "-o", options, "start")

    def stop(self):
        self.run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")

    def freeze(self):
        """Nothing of it does anything, and all its connections stay open."""
        frozen = set()
        while more := set(processes_in(self.data)) - frozen:
            send(signal.SIGSTOP, more)
            frozen |= more

    def thaw(self):
        send(signal.SIGCONT, processes_in(self.data))

    def end(self):
        """Stops it, in whatever state it is."""
        self.thaw()
        if processes_in(self.data):
            self.stop()
        wait(lambda: not processes_in(self.data), "the end of a server")

    def backup(self, name, *options):
        copy = self.directory / name
        self.run("pg_basebackup", "-h", "127.0.0.1", "-p", self.port, "-U", "pledgegraph", "-D", copy, "-X", "stream",
                 "-c", "fast", "--no-sync", *options)
        return copy

    def url(self, port=None):
        """By its own port, or by that of what forwards to it."""
        return f"postgres://pledgegraph@127.0.0.1:{port or self.port}/pledgegraph"


@contextlib.contextmanager
def filled(program, statements):
    """A server with a graph of so many statements, and a directory for all else; both are gone afterwards."""
    with temporary_directory() as directory:
        (directory / "postgres").mkdir()
        postgres = Postgres(directory / "postgres")
        try:
            fill(program, postgres.url(), directory, statements)
            yield postgres, directory
        finally:
            postgres.end()
