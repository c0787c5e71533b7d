"""The addresses of streams: how they are written in a route and read from a request."""

from __future__ import annotations

from typing import Final

from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.requests import HTTPConnection

from spectator.streams import MAX_ATTEMPT_DIGITS, StreamName, stream_name

STREAM: Final = "/api/streams/{episode_id:path}/{attempt:attempt}"
RUN: Final = "/api/runs/{name:path}/{attempt:attempt}"


class _AttemptConvertor(IntegerConvertor):
    """A number that is short enough to be read; a longer one is no path of ours."""

    regex = f"[0-9]{{1,{MAX_ATTEMPT_DIGITS}}}"


register_url_convertor("attempt", _AttemptConvertor())


def stream_in(connection: HTTPConnection) -> StreamName:
    """The stream that a route below `STREAM` names."""
    return stream_name(connection.path_params["episode_id"], connection.path_params["attempt"])
