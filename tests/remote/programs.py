"""Programs on loopback that lead a side as the example does, and some that get one thing wrong."""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from typing import Any, ClassVar

from engine.compliance.verdicts import AT_ONCE
from examples.remote.captain import Handler, answer


class Server(ThreadingHTTPServer):
    """What a program remembers: it belongs to the server, as the handlers are made anew."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, program: type[Program], asked: list[dict[str, Any]]) -> None:
        super().__init__(("127.0.0.1", 0), program)
        self.asked = asked
        self.bodies: set[bytes] = set()
        self.furthest: defaultdict[str, int] = defaultdict(int)
        self.last: dict[str, Any] = {}
        self.all_in = threading.Barrier(AT_ONCE, timeout=60)
        self.is_broken = False
        self.is_over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class Program(Handler):
    """The example; it does not look at tokens."""

    server: Server

    def do_POST(self) -> None:  # noqa: N802
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        try:
            request = json.loads(body)
            self.server.asked.append(request)
            self.answer_to(request, body)
        except ValueError:  # whoever asked hung up
            self.refuse()

    def answer_to(self, request: dict[str, Any], body: bytes) -> None:
        self.reply(200, answer(request))

    def refuse(self) -> None:
        self.reply(400, {"error": "no"})


class Lost(Program):
    def answer_to(self, request: dict[str, Any], body: bytes) -> None:
        self.reply(404, {"error": "no such page"})


class Chatting(Program):
    def answer_to(self, request: dict[str, Any], body: bytes) -> None:
        self.reply(200, {"says": "\x1b[31mwell played\u202e"})


class Declaring(Program):
    def answer_to(self, request: dict[str, Any], body: bytes) -> None:
        own = {"tool": "declare"} if request["asked"] == "toss" else answer(request)
        self.reply(200, own)


class Reckless(Program):
    def answer_to(self, request: dict[str, Any], body: bytes) -> None:
        own = answer(request)
        if request["asked"] == "shot":
            own["arguments"] = {"aggression": 11}
        self.reply(200, own)


class Silent(Program):
    def answer_to(self, request: dict[str, Any], body: bytes) -> None:
        self.server.is_over.wait()


class Once(Program):
    def answer_to(self, request: dict[str, Any], body: bytes) -> None:
        if body in self.server.bodies:
            return self.refuse()
        self.server.bodies.add(body)
        return super().answer_to(request, body)


class Offended(Program):
    def answer_to(self, request: dict[str, Any], body: bytes) -> None:
        if request["observation"]["error"] is not None:
            return self.refuse()
        return super().answer_to(request, body)


class Latin(Program):
    def answer_to(self, request: dict[str, Any], body: bytes) -> None:
        own = answer(request)
        if "player" in own["arguments"]:
            own["arguments"]["player"] = (
                own["arguments"]["player"].encode("latin-1", "replace").decode("latin-1")
            )
        self.reply(200, own)


class Strict(Program):
    known: ClassVar = {
        "v", "episode_id", "captain", "seat", "question", "asked", "deadline_s", "observation"
    }  # fmt: skip

    def answer_to(self, request: dict[str, Any], body: bytes) -> None:
        if request.keys() - self.known:
            return self.refuse()
        return super().answer_to(request, body)


class Small(Program):
    def answer_to(self, request: dict[str, Any], body: bytes) -> None:
        if len(body) > 65_536:
            return self.reply(413, {"error": "too large"})
        return super().answer_to(request, body)


class Confused(Program):
    """Answers what came last, whoever asks."""

    def answer_to(self, request: dict[str, Any], body: bytes) -> None:
        self.server.last = request
        if "many" in request["episode_id"]:
            self.server.all_in.wait()
        super().answer_to(self.server.last, body)


class Remembering(Program):
    """Cannot go back in a match."""

    def answer_to(self, request: dict[str, Any], body: bytes) -> None:
        episode, question = request["episode_id"], request["question"]
        if question < self.server.furthest[episode]:
            return self.refuse()
        self.server.furthest[episode] = question
        return super().answer_to(request, body)


class Fragile(Program):
    """Does not live through a request that is cut short."""

    def do_POST(self) -> None:  # noqa: N802
        length = int(self.headers.get("content-length", 0))
        body = self.rfile.read(length)
        self.server.is_broken |= len(body) < length
        if self.server.is_broken:
            self.close_connection = True
        else:
            self.answer_to(json.loads(body), body)


class Mute(Program):
    """Hangs up."""

    def do_POST(self) -> None:  # noqa: N802
        self.close_connection = True


@contextmanager
def serving(program: type[Program], asked: list[dict[str, Any]] | None = None) -> Iterator[str]:
    """Its address. What it is asked is put to `asked`."""
    server = Server(program, [] if asked is None else asked)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server.url
    finally:
        server.is_over.set()
        server.shutdown()
        server.server_close()
        thread.join()
