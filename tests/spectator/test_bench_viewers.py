"""The programs that stand for all viewers in the bench see what is sent, and see a hole."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bench.fanout.posting import Load, in_batches, post, posting_to
from bench.fanout.running import PYTHON, Subscriber, c_subscriber, serving

WRITTEN_IN = ["python", *(["c"] if shutil.which("cc") else [])]


@pytest.fixture(params=WRITTEN_IN)
def subscriber(request, tmp_path: Path) -> Subscriber:
    return PYTHON if request.param == "python" else c_subscriber("cc", tmp_path)


def test_every_event_is_seen_once_by_everybody(subscriber):
    with serving("bus", subscriber) as server, server.watched_by(5, 20) as watching:
        in_batches(server.url, Load(events=20, a_post=5))
        found = watching.result()
    assert (found.deliveries, found.lost) == (100, 0)


def test_a_number_that_is_left_out_counts_as_lost(subscriber):
    with serving("naive", subscriber) as server, server.watched_by(2, 3) as watching:
        with posting_to(server.url) as client:
            post(client, range(1, 3))
            post(client, range(4, 5))
        assert watching.result().lost == 2
