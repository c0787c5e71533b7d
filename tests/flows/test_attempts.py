"""No attempt's number is used twice, whatever died."""

from __future__ import annotations

from dataclasses import replace

from engine.events import EndReason
from flows.work import Batch
from tests.flows.seasons import opened, played


def test_a_batch_whose_process_died_goes_on_counting() -> None:
    with opened() as run:
        first, second = [*run.plan.episodes()][:2]
        void = played(first, EndReason.TRANSPORT)
        run.folder.append(void)
        run.folder.append(replace(void, attempt=2))
        specs = tuple(run.missing[name] for name in (first.episode_id, second.episode_id))
        again = run.again(Batch(title="x", episodes=specs))
        assert [spec.attempt for spec in again.episodes] == [3, 1]
        assert [spec.seed for spec in again.episodes] == [spec.seed for spec in specs]
