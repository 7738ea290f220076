"""A small load generator: kept-alive connections in processes of their own, raw sockets, nothing to install."""

from __future__ import annotations

import multiprocessing
import socket
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from threading import Thread


@dataclass(frozen=True)
class Load:
    """``latencies`` in seconds, sorted."""

    rate: float
    latencies: tuple[float, ...]

    def percentile(self, share: float) -> float:
        return self.latencies[min(len(self.latencies) - 1, int(share * len(self.latencies)))]


def run(
    port: int, path: str, cookie: str, *, seconds: float, connections: int = 8, processes: int = 2
) -> Load:
    """Ask for the page as fast as it is answered. Anything but 200 is an error."""
    pipes, children = [], []
    for _each in range(processes):
        ours, theirs = multiprocessing.Pipe(duplex=False)
        child = multiprocessing.Process(
            target=_child, args=(theirs, port, path, cookie, seconds, connections // processes)
        )
        child.start()
        pipes.append(ours)
        children.append(child)
    latencies = [latency for pipe in pipes for latency in pipe.recv()]
    for child in children:
        child.join()
    return Load(len(latencies) / seconds, tuple(sorted(latencies)))


def _child(pipe: Connection, port: int, path: str, cookie: str, seconds: float, connections: int) -> None:
    found: list[list[float]] = [[] for _each in range(connections)]
    threads = [Thread(target=_ask, args=(port, path, cookie, seconds, mine)) for mine in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pipe.send([latency for mine in found for latency in mine])


def _ask(port: int, path: str, cookie: str, seconds: float, latencies: list[float]) -> None:
    line = f"Cookie: {cookie}\r\n" if cookie else ""
    request = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{line}Connection: keep-alive\r\n\r\n".encode()
    )
    end = time.perf_counter() + seconds
    link: socket.socket | None = None
    while (begun := time.perf_counter()) < end:
        link = link or socket.create_connection(("127.0.0.1", port), timeout=30)
        link.sendall(request)
        if not _read_answer(link):
            link.close()
            link = None
        latencies.append(time.perf_counter() - begun)
    if link is not None:
        link.close()


def _read_answer(link: socket.socket) -> bool:
    """Read one answer to its end; False when the server closes the connection after it."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(link)
    head, _blank, body = data.partition(b"\r\n\r\n")
    lower = head.lower()
    if not lower.startswith(b"http/1.1 200"):
        raise RuntimeError(head.decode(errors="replace"))
    length = int(lower.split(b"content-length:")[1].split(b"\r\n")[0])
    read = len(body)
    while read < length:
        read += len(_more(link))
    return b"connection: close" not in lower


def _more(link: socket.socket) -> bytes:
    data = link.recv(65536)
    if not data:
        raise RuntimeError("the server closed the connection")
    return data
