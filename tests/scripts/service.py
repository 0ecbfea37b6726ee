"""The program as a user starts it: a process on a data directory of its own, ended by its process number."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading
import time

from processes import LIMIT, processes_in


@contextlib.contextmanager
def temporary_directory():
    """A directory that the account of the embedded PostgreSQL can enter; it is gone afterwards."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="pledgegraph-"))
    directory.chmod(0o755)
    try:
        yield directory
    finally:
        shutil.rmtree(directory)


def environment():
    """Ours, without what would configure the program."""
    return {name: value for name, value in os.environ.items()
            if name != "DATABASE_URL" and (not name.startswith("PLEDGEGRAPH_") or name == "PLEDGEGRAPH_PG_BIN")}


def fill(program, url, directory, statements):
    """Fills a database with a synthetic graph before anything serves it; none is asked for with 0 statements. Without a URL it
    is the one that a service in this directory starts by itself. Gives the file with the lines of the graph."""
    lines, variables = pathlib.Path(directory) / "graph.ndjson", {**environment(), **({"DATABASE_URL": url} if url else {})}
    where = [] if url else ["--data-dir", pathlib.Path(directory) / "data"]
    generate = ["generate", "--edges", str(statements), "--output", lines]
    for command in (generate, ["migrate", *where], ["import", *where, lines]) if statements else ():
        done = subprocess.run([program, *command], env=variables, capture_output=True, text=True)
        if done.returncode:
            raise SystemExit(f"{command[0]}: {done.returncode}\n{done.stdout[-500:]}{done.stderr[-500:]}")
    return lines


class Service:
    """`pledgegraph serve` or `demo` on one data directory, through all its starts."""

    def __init__(self, program, directory, command="serve", arguments=(), extra=()):
        """`extra`: variables of its environment."""
        self.environment = {**environment(), **dict(extra)}
        self.program = str(pathlib.Path(program).resolve())
        self.data = pathlib.Path(directory) / "data"
        self.command = [self.program, command, "--data-dir", str(self.data), "--listen", "127.0.0.1:0", *arguments]
        self.log = open(pathlib.Path(directory) / "service.log", "ab")
        self.process = None
        self.address = None
        self.token = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, *_):
        if kind:
            print(f"the end of the service's log:\n{self.tail()}")
        if self.process and self.process.poll() is None:
            self.process.kill()
        if self.process:
            self.process.wait()
        self.wait_until_alone()
        self.log.close()

    def start(self):
        """Starts it and waits until it serves; the first start tells the admin token."""
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=self.log, env=self.environment, text=True)
        watchdog = threading.Timer(LIMIT, self.process.kill)
        watchdog.start()
        address = None
        for line in self.process.stdout:
            if line.startswith("Pledgegraph is serving http://"):
                address = line.strip().removeprefix("Pledgegraph is serving http://")
            if line.strip().startswith("http") or line.startswith("  the API"):
                break
        watchdog.cancel()
        if address is None:
            self.process.wait()
            raise SystemExit(f"the service does not start:\n{self.tail()}")
        threading.Thread(target=self._read_token, args=(self.process.stdout,), daemon=True).start()
        self.address = address

    def _read_token(self, out):
        for line in out:
            if line.strip().startswith("plg_"):
                self.token = line.strip()

    def first_token(self):
        """The admin token of the first start."""
        until = time.monotonic() + LIMIT
        while self.token is None:
            if time.monotonic() > until:
                raise SystemExit("the first start told no token")
            time.sleep(0.01)
        return self.token

    def make_token(self, name, scope):
        """A token from the command line, beside the running service."""
        command = [self.program, "token", "create", "--name", name, "--scope", scope, "--data-dir", str(self.data)]
        made = subprocess.run(command, stdout=subprocess.PIPE, stderr=self.log, env=self.environment, text=True,
                              timeout=LIMIT, check=True)
        return made.stdout.strip()

    def kill(self):
        """SIGKILL, and its PostgreSQL ends with it."""
        self.process.kill()
        self.process.wait()

    def kill_postgresql(self):
        """SIGKILL of its PostgreSQL's first process; false while there is none."""
        cluster = self.data / "data"
        try:
            pid = int((cluster / "postmaster.pid").read_text().split("\n", 1)[0])
            # The file may be a dead one's, and its number somebody else's by now.
            if not os.path.samefile(f"/proc/{pid}/cwd", cluster):
                return False
            os.kill(pid, signal.SIGKILL)
        except (OSError, ValueError):
            return False
        return True

    def stop(self):
        """Asks it to end; it must end well."""
        self.process.terminate()
        code = self.process.wait(LIMIT)
        if code != 0:
            raise SystemExit(f"the service ended with {code}:\n{self.tail()}")

    def verify(self):
        """What `pledgegraph verify` says of the directory; it must find nothing wrong."""
        command = [self.program, "verify", "--data-dir", str(self.data)]
        done = subprocess.run(command, capture_output=True, env=self.environment, text=True, timeout=LIMIT)
        if done.returncode != 0:
            raise SystemExit(f"verify: {done.returncode}\n{done.stdout}{done.stderr}")
        return dict(line.split(None, 1) for line in done.stdout.splitlines() if len(line.split(None, 1)) == 2)

    def wait_until_alone(self):
        """No process works on the data directory any more."""
        until = time.monotonic() + 30
        while left := processes_in(self.data):
            if time.monotonic() > until:
                raise SystemExit(f"still running on {self.data}: {left}")
            time.sleep(0.05)

    def tail(self):
        """The end of its log."""
        return "".join(open(self.log.name, encoding="utf-8", errors="replace").readlines()[-30:])
