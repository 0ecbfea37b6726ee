"""etcd, three nodes of Patroni and PostgreSQL, and HAProxy on free ports of the loopback, ended by their process numbers."""

import contextlib
import http.client
import json
import pathlib
import shutil
import signal
import string
import subprocess

from processes import LIMIT, processes_in, send, wait
from programs import account_for, free_ports, postgresql_programs

HERE = pathlib.Path(__file__).resolve().parent
NAMES = ("one", "two", "three")
FOLLOWING = ("running", "streaming")  # how the states of a standby that follows are called, before Patroni 3.1 and since


class Program:
    """A process in a directory of its own, with what it says in `log` there."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir()
        self.account = account_for(self.directory)
        self.process = None

    def start(self, *command):
        with open(self.directory / "log", "ab") as log:
            self.process = subprocess.Popen([*self.account, *map(str, command)], stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, cwd=self.directory)

    def configure(self, template, **values):
        """Writes a configuration from the template beside this file."""
        file = self.directory / template
        file.write_text(string.Template((HERE / template).read_text()).substitute(values))
        return file

    def kill(self):
        """SIGKILL of the process, then of whatever else works in its directory."""
        if self.process:
            self.process.kill()
            self.process.wait()
        wait(self._is_empty, f"the end of what works in {self.directory}")

    def _is_empty(self):
        left = processes_in(self.directory)
        send(signal.SIGKILL, left)
        return not left

    def tail(self):
        with open(self.directory / "log", encoding="utf-8", errors="replace") as log:
            return "".join(log.readlines()[-15:])


class Node(Program):
    """One of the three: Patroni, and the PostgreSQL that it starts."""

    def __init__(self, directory, name, ports, etcd, synchronous):
        super().__init__(directory)
        self.name, (self.port, self.rest) = name, ports
        self.configuration = self.configure("patroni.yml", name=name, rest=self.rest, etcd=etcd, port=self.port,
                                            synchronous=str(synchronous).lower(), programs=postgresql_programs(),
                                            directory=self.directory)

    def run(self):
        self.start("patroni", self.configuration)

    def hold_replication(self):
        """What the server commits from now on reaches no standby."""
        send(signal.SIGSTOP, [pid for pid, title in processes_in(self.directory).items() if "walsender" in title])

    def freeze(self):
        """Nothing of the node does anything, and all its connections stay open."""
        send(signal.SIGSTOP, [self.process.pid])
        send(signal.SIGSTOP, processes_in(self.directory))

    def quit(self):
        """Ends the server so that it takes its shared memory with it, then everything else."""
        self.process.kill()
        self.process.wait()
        send(signal.SIGCONT, processes_in(self.directory))
        with contextlib.suppress(OSError, ValueError):
            pid = int((self.directory / "data" / "postmaster.pid").read_text().split("\n", 1)[0])
            if pid in processes_in(self.directory):
                send(signal.SIGQUIT, [pid])
                wait(lambda: pid not in processes_in(self.directory), "the end of a server", 10)
        self.kill()

    def ask(self, method, path, body=None):
        """Patroni's answer; `None` when there is none."""
        connection = http.client.HTTPConnection("127.0.0.1", self.rest, timeout=5)
        try:
            connection.request(method, path, json.dumps(body) if body else None)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()


class Cluster:
    """All of it; a context, at whose end nothing of it runs."""

    def __init__(self, directory, synchronous, checks):
        for program in ("etcd", "patroni", "haproxy"):
            if not shutil.which(program):
                raise SystemExit(f"there is no {program}: apt-get install --no-install-recommends patroni python3-etcd "
                                 "etcd-server haproxy")
        self.synchronous, self.running = synchronous, contextlib.ExitStack()
        etcd, peers, self.port, *ports = free_ports(9)
        self.etcd = Program(directory / "etcd")
        self.addresses = f"http://127.0.0.1:{etcd}", f"http://127.0.0.1:{peers}"
        self.nodes = {name: Node(directory / name, name, (ports[2 * at], ports[2 * at + 1]), etcd, synchronous)
                      for at, name in enumerate(NAMES)}
        servers = "\n".join(f"    server {node.name} 127.0.0.1:{node.port} check port {node.rest}"
                            for node in self.nodes.values())
        self.haproxy = Program(directory / "haproxy")
        self.routes = self.haproxy.configure("haproxy.cfg", port=self.port, servers=servers, checks=checks)

    def __enter__(self):
        with contextlib.ExitStack() as started:
            clients, peers = self.addresses
            started.callback(self.etcd.kill)
            self.etcd.start("etcd", "--name", "only", "--data-dir", self.etcd.directory / "data",
                            "--listen-client-urls", clients, "--advertise-client-urls", clients,
                            "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers,
                            "--initial-cluster", f"only={peers}")
            for node in self.nodes.values():
                node.run()
                started.callback(node.quit)
            started.callback(self.haproxy.kill)
            self.haproxy.start("haproxy", "-db", "-f", self.routes)
            self._await_start()
            self.running = started.pop_all()
        return self

    def _await_start(self):
        try:
            wait(self.is_settled, "a primary and two standbys")
            self.make_database()
        except SystemExit:
            for program in (self.etcd, *self.nodes.values(), self.haproxy):
                print(f"the end of {program.directory}/log:\n{program.tail()}")
            raise

    def __exit__(self, *_):
        self.running.close()

    def make_database(self):
        """The database, by way of the port that the services use."""
        at = ["--host", "127.0.0.1", "--port", str(self.port), "--username", "postgres"]
        wait(lambda: self._succeeds("pg_isready", *at), "a primary behind HAProxy")
        for command in (("createuser", *at, "pledgegraph"), ("createdb", *at, "--owner", "pledgegraph", "pledgegraph")):
            if not self._succeeds(*command):
                raise SystemExit(f"{command[0]} fails")

    def _succeeds(self, program, *arguments):
        return subprocess.run([postgresql_programs() / program, *arguments], stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=LIMIT).returncode == 0

    def url(self):
        return f"postgres://pledgegraph@127.0.0.1:{self.port}/pledgegraph"

    def members(self):
        """What the first node that answers says of all."""
        for node in self.nodes.values():
            answer = node.ask("GET", "/cluster")
            if answer and answer[0] == 200:
                return json.loads(answer[1])["members"]
        return []

    def primary(self):
        """The node that says of itself that it is the primary."""
        for node in self.nodes.values():
            answer = node.ask("GET", "/primary")
            if answer and answer[0] == 200:
                return node
        return None

    def is_settled(self):
        """Whether there is a primary, and both standbys follow it."""
        members = self.members()
        leaders = [member for member in members if member["role"] == "leader" and member["state"] == "running"]
        others = [member for member in members if member["role"] in ("replica", "sync_standby")]
        if len(leaders) != 1 or len(others) != 2:
            return False
        [leader] = leaders
        chosen = sum(member["role"] == "sync_standby" for member in others)
        return chosen == int(self.synchronous) and all(
            member["state"] in FOLLOWING and member.get("timeline") == leader["timeline"] for member in others)
