"""What subscriber.c does, where there is no C compiler: more CPU a delivery, the same figures."""

from __future__ import annotations

import json
import re
import selectors
import socket
import sys
import time
from dataclasses import dataclass

NUMBERS = re.compile(rb'"seq":(\d+)|"latency_ms":([0-9.e+]+)[,}]')
KEPT = 40  # bytes in which a number may be cut off


@dataclass(slots=True)
class Viewer:
    """One connection: the number of its last event, and the bytes that may go on."""

    socket: socket.socket
    seq: int = 0
    rest: bytes = b""


class Seen:
    """What all viewers saw."""

    def __init__(self) -> None:
        self.latencies_ms: list[float] = []
        self.holes = 0
        self.first_ms = float("inf")
        self.last_ms = 0.0

    def take(self, viewer: Viewer, data: bytes) -> None:
        now_ms = time.monotonic() * 1000
        data, taken = viewer.rest + data, 0
        for found in NUMBERS.finditer(data):
            if found[1] is not None:
                if found.end() == len(data):
                    break  # more digits may come
                self.holes += int(found[1]) != viewer.seq + 1
                viewer.seq = int(found[1])
            else:
                sent_ms = float(found[2])
                self.latencies_ms.append(now_ms - sent_ms)
                self.first_ms, self.last_ms = min(self.first_ms, sent_ms), now_ms
            taken = found.end()
        viewer.rest = data[max(taken, len(data) - KEPT) :]

    def told(self) -> str:
        order = sorted(self.latencies_ms) or [0.0]
        return json.dumps(
            {
                "deliveries": len(self.latencies_ms),
                "holes": self.holes,
                "seconds": (self.last_ms - self.first_ms) / 1000,
                "p50_ms": order[int(0.5 * (len(order) - 1))],
                "p99_ms": order[int(0.99 * (len(order) - 1))],
                "most_ms": order[-1],
            }
        )


def connected(port: int, path: str) -> Viewer:
    """A viewer whose hand has been shaken, and what came with the answer."""
    connection = socket.create_connection(("127.0.0.1", port))
    head = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    connection.sendall(head.encode())
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(4096)
    connection.setblocking(False)
    return Viewer(socket=connection, rest=data.partition(b"\r\n\r\n")[2])


def main() -> None:
    port, path, viewers, events, deadline_s = sys.argv[1:]
    wanted, seen, poll = int(viewers) * int(events), Seen(), selectors.DefaultSelector()
    for _ in range(int(viewers)):
        viewer = connected(int(port), path)
        poll.register(viewer.socket, selectors.EVENT_READ, viewer)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    until = time.monotonic() + float(deadline_s)
    while len(seen.latencies_ms) < wanted and time.monotonic() < until:
        for key, _ in poll.select(0.2):
            data = key.data.socket.recv(1 << 18)
            if data:
                seen.take(key.data, data)
            else:
                poll.unregister(key.data.socket)
    sys.stdout.write(seen.told() + "\n")


if __name__ == "__main__":
    main()
