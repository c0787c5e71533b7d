"""A captain over HTTP with Python's standard library: `python examples/remote/captain.py [PORT]`.

It prints its address, and answers each question by a pure function of the request. With the
environment variable CAPTAIN_TOKEN set it wants that as bearer token.
"""

from __future__ import annotations

import hmac
import json
import os
import sys
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """The call that answers the question: of names the first that is legal, else as it pleases."""
    tools = request["observation"]["available_tools"]
    tool = next(tool for tool in tools if tool["commits"])
    arguments: dict[str, Any] = {}  # bowl_delivery: the usual ball to the usual field
    match request["asked"]:
        case "toss":
            arguments = {"elect": "field"}
        case "batter" | "bowler":
            arguments = {"player": tool["parameters"]["properties"]["player"]["enum"][0]}
        case "shot":
            arguments = {"aggression": 0.5}
    return {"tool": tool["name"], "arguments": arguments}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps the connection
    wbufsize = -1  # head and body leave together: apart, the second waits 40 ms for the first

    def handle(self) -> None:
        with suppress(ConnectionError):  # whoever asks may hang up
            super().handle()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        wanted = f"Bearer {os.environ.get('CAPTAIN_TOKEN', '')}"
        given = self.headers.get("authorization", "")
        if "CAPTAIN_TOKEN" in os.environ and not hmac.compare_digest(given, wanted):
            return self.reply(401, {"error": "unauthorized"})
        try:
            return self.reply(200, answer(json.loads(body)))
        except (ValueError, KeyError, TypeError, StopIteration):
            return self.reply(400, {"error": "not a request of captains"})

    def reply(self, status: int, document: dict[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        print(f"http://127.0.0.1:{server.server_port}/", flush=True)
        server.serve_forever()
