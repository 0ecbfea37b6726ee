"""What scripts that measure a running service share: addresses of the loopback, raw answers, CPU time, the days of a year."""

import contextlib
import datetime
import http.client
import json
import os
import pathlib
import socket

PATIENCE = 60  # seconds that a client waits for an answer
PIECE = 1 << 18  # bytes that are read at once
TICKS = os.sysconf("SC_CLK_TCK")


class Asked:
    """A request as bytes, and what it is called."""

    def __init__(self, name, method, path, body=None, headers=()):
        self.name, self.method, self.path = name, method, path
        self.headers = {"Connection": "close", **dict(headers)}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
            self.headers.setdefault("Content-Type", "application/json")
        self.body = body or b""

    def head(self, host):
        """Request line and headers."""
        headers = {"Host": host, **self.headers}
        if self.body or self.method == "POST":
            headers["Content-Length"] = str(len(self.body))
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode()

    def size(self):
        """How many bytes are what is asked: the target and the body."""
        return len(self.path) + len(self.body)


def connected(address, source, patience=PATIENCE):
    """A connection from one address of the loopback."""
    host, port = address.rsplit(":", 1)
    return socket.create_connection((host, int(port)), patience, (source, 0))


def exchange(address, source, asked, keep=0, patience=PATIENCE):
    """The status of an answer that is read to its end and thrown away but for its first bytes; 0 without a whole head."""
    piece, kept = bytearray(PIECE), b""
    with contextlib.closing(connected(address, source, patience)) as connection:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # what is refused early is answered all the same
            connection.sendall(asked.head(address) + asked.body)
        with contextlib.suppress(ConnectionResetError):
            while count := connection.recv_into(piece):
                if len(kept) < max(keep, 16):
                    kept += piece[:count]
    status = int(kept[9:12]) if kept.startswith(b"HTTP/1.1 ") else 0
    return status, kept


def content(address, path):
    """What a read answers, which must be good."""
    connection = http.client.HTTPConnection(address, timeout=PATIENCE)
    connection.request("GET", path)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    if answer.status != 200:
        raise SystemExit(f"GET {path}: {answer.status} {text[:300]}")
    return json.loads(text)


def cpu_seconds(pid):
    """What a process has used by now, to a tick."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def day(number):
    """One of many days around today, each another one."""
    return str(datetime.date(2023, 1, 1) + datetime.timedelta(days=number * 7 % 1500))
