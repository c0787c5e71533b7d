"""How the page ends its connection to the bus."""

from __future__ import annotations

import json

from tests.cockpit.node import in_node

SCRIPT = """
import { overWebSocket } from "./cockpit/transports.js";
const [CONNECTING, OPEN] = [0, 1];
const closed = [];
globalThis.WebSocket = class {
  static CONNECTING = CONNECTING;
  readyState = CONNECTING;
  constructor() { globalThis.socket = this; }
  close() { closed.push(this.readyState); }
};
const begin = () => overWebSocket(new URL("http://bus/ws"), () => {}, () => {});
begin()();
const early = [...closed];
socket.readyState = OPEN;
socket.onopen();
const end = begin();
socket.readyState = OPEN;
end();
console.log(JSON.stringify({ early, closed }));
"""


def test_a_socket_is_not_closed_before_it_is_open() -> None:
    """A browser logs an error where it is."""
    assert json.loads(in_node(SCRIPT)) == {"early": [], "closed": [1, 1]}
