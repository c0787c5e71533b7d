"""An append to PostgreSQL: one transaction, right whichever servers append at the same time.

It locks the featured channel where it has a fence, then its streams in the order of their names, so
that two servers never wait for each other crosswise. What the pure logic says is written under
these locks. A batch that goes on where its stream stands, as a live match's do, takes one statement
instead of four or six: its stream is moved only if it stands there still.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Final

from asyncpg import Connection

from spectator.store.appending import (
    featured_after,
    is_stale,
    outcome_of,
    refuse,
    result_of,
    state_after,
    stored_again,
    told_by_first,
    weigh,
    winner_of,
)
from spectator.store.contract import FEATURED_CHANNEL, Appended, Batch, Featured
from spectator.store.postgres_faults import TryAgain
from spectator.store.postgres_listening import EVENTS, FEATURED, word_of
from spectator.streams import StreamName, kind_of

_LOCK_STREAMS: Final = """
    SELECT name, id, last_seq FROM captains.streams
    WHERE name = ANY ($1::text[]) ORDER BY name FOR UPDATE"""
_HELD: Final = "SELECT seq, body FROM captains.events WHERE stream = $1 AND seq BETWEEN $2 AND $3"
_BEGIN: Final = """
    INSERT INTO captains.streams (
        name, kind, last_seq, state, started_at, names, home, away, format, result, outcome,
        winner)
    SELECT name, kind, 0, 'live', started_at, names, home, away, format, '', 'live', ''
    FROM unnest(
        $1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
        AS begun (name, kind, started_at, names, home, away, format) ORDER BY name
    ON CONFLICT (name) DO NOTHING RETURNING name, id"""
_STORE: Final = """
    WITH kept AS (
        INSERT INTO captains.events (stream, seq, body)
        SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[])
    ), moved AS (
        UPDATE captains.streams s SET last_seq = n.last_seq, state = n.state, result = n.result,
            outcome = n.outcome, winner = n.winner
        FROM unnest(
            $4::bigint[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[])
            AS n (id, last_seq, state, result, outcome, winner) WHERE s.id = n.id
    )
    SELECT pg_notify($10, word) FROM unnest($11::text[]) AS word"""
_FEATURE: Final = """
    WITH shown AS (UPDATE captains.channels SET fence = $2, stream = $3 WHERE name = $1)
    SELECT pg_notify($4, '')"""
_GO_ON: Final = """
    WITH moved AS (
        UPDATE captains.streams
        SET last_seq = $3, state = $4, result = $5, outcome = $6, winner = $7
        WHERE name = $1 AND last_seq = $2 RETURNING id
    ), kept AS (
        INSERT INTO captains.events (stream, seq, body)
        SELECT moved.id, e.seq, e.body
        FROM moved, unnest($8::bigint[], $9::text[]) AS e (seq, body)
    )
    SELECT pg_notify($10, $11) FROM moved"""
_GO_ON_FEATURED: Final = _GO_ON.replace(
    "WITH moved",
    """WITH held AS (
        SELECT FROM captains.channels
        WHERE name = $12 AND fence = $13 AND stream = $1 FOR SHARE
    ), moved""",
).replace("AND last_seq = $2", "AND last_seq = $2 AND EXISTS (SELECT FROM held)")


@dataclass(frozen=True, slots=True)
class _Place:
    """A stream's id, and the number of its last event."""

    id: int
    last_seq: int


async def append(
    connection: Connection, batches: Sequence[Batch], fence: int | None
) -> list[Appended]:
    if len(batches) == 1 and (done := await _gone_on(connection, batches[0], fence)):
        return [done]
    async with connection.transaction():
        return await _append_all(connection, batches, fence)


async def _gone_on(connection: Connection, batch: Batch, fence: int | None) -> Appended | None:
    """What became of a batch that begins right after its stream's last event and, with a fence,
    belongs to the featured stream; None where anything else is the case, and nothing was stored.
    """
    if not batch.entries or batch.entries[0].seq == 1:
        return None
    before, last = batch.entries[0].seq - 1, batch.entries[-1]
    done = weigh(batch, before, {})
    if done.stored != batch.entries:
        return None
    state = state_after(last)
    moved = await connection.fetch(
        _GO_ON if fence is None else _GO_ON_FEATURED,
        *(batch.stream, before, last.seq),
        *(state, result_of(last.text, state), outcome_of(last.text, state)),
        winner_of(last.text, state),
        [entry.seq for entry in batch.entries],
        [entry.text for entry in batch.entries],
        *(EVENTS, word_of(batch.stream, last.seq)),
        *(() if fence is None else (FEATURED_CHANNEL, fence)),
    )
    return done if moved else None


async def _append_all(
    connection: Connection, batches: Sequence[Batch], fence: int | None
) -> list[Appended]:
    """Inside a transaction: the fence is checked and the events are stored, or neither."""
    if fence is None:
        return await _append(connection, batches, await _places(connection, batches))
    channel = await channel_of(connection, lock=True)
    places = await _places(connection, batches)
    if is_stale(fence, channel):
        return [refuse(b.stream, _last_seq(places, b.stream)) for b in batches]
    done = await _append(connection, batches, places)
    after = featured_after(channel, fence, done)
    if after != channel:
        await connection.execute(_FEATURE, FEATURED_CHANNEL, after.fence, after.stream, FEATURED)
    return done


async def _append(
    connection: Connection, batches: Sequence[Batch], places: Mapping[StreamName, _Place]
) -> list[Appended]:
    done = [await _weighed(connection, batch, places.get(batch.stream)) for batch in batches]
    fresh = [one for one in done if one.stored]
    if fresh:
        begun = await _begin(connection, fresh, places)
        await _store(connection, fresh, {**places, **begun})
    return done


async def _places(connection: Connection, batches: Sequence[Batch]) -> dict[StreamName, _Place]:
    """The streams that are there, locked until the transaction ends."""
    rows = await connection.fetch(_LOCK_STREAMS, [batch.stream for batch in batches])
    return {name: _Place(stream_id, last_seq) for name, stream_id, last_seq in rows}


def _last_seq(places: Mapping[StreamName, _Place], stream: StreamName) -> int:
    return places[stream].last_seq if stream in places else 0


async def _weighed(connection: Connection, batch: Batch, place: _Place | None) -> Appended:
    held: dict[int, str] = {}
    last_seq = place.last_seq if place is not None else 0
    again = stored_again(batch, last_seq)
    if place is not None and again:
        held = dict(await connection.fetch(_HELD, place.id, again.start, again.stop - 1))
    return weigh(batch, last_seq, held)


async def _begin(
    connection: Connection, fresh: Sequence[Appended], places: Mapping[StreamName, _Place]
) -> dict[StreamName, _Place]:
    """The rows of new streams; raises `TryAgain` where another server made one meanwhile."""
    new = [one for one in fresh if one.stream not in places]
    if not new:
        return {}
    told = [astuple(told_by_first(one.stream, one.stored[0].text)) for one in new]
    rows = await connection.fetch(
        _BEGIN,
        [one.stream for one in new],
        [kind_of(one.stream) for one in new],
        [one.stored[0].ts for one in new],
        *map(list, zip(*told, strict=True)),
    )
    if len(rows) < len(new):
        raise TryAgain
    return {name: _Place(stream_id, 0) for name, stream_id in rows}


async def _store(
    connection: Connection, fresh: Sequence[Appended], places: Mapping[StreamName, _Place]
) -> None:
    events = [(places[one.stream].id, e.seq, e.text) for one in fresh for e in one.stored]
    lasts = [(places[one.stream].id, one.stored[-1]) for one in fresh]
    states = [state_after(last) for _, last in lasts]
    await connection.execute(
        _STORE,
        *map(list, zip(*events, strict=True)),
        [stream_id for stream_id, _ in lasts],
        [last.seq for _, last in lasts],
        states,
        [result_of(last.text, state) for (_, last), state in zip(lasts, states, strict=True)],
        [outcome_of(last.text, state) for (_, last), state in zip(lasts, states, strict=True)],
        [winner_of(last.text, state) for (_, last), state in zip(lasts, states, strict=True)],
        EVENTS,
        [word_of(one.stream, one.stored[-1].seq) for one in fresh],
    )


async def channel_of(connection: Connection, *, lock: bool = False) -> Featured:
    """The featured channel as it is, `NOTHING` with fence 0 before the first publisher."""
    statement = "SELECT stream, fence FROM captains.channels WHERE name = $1"
    row = await connection.fetchrow(statement + (" FOR UPDATE" if lock else ""), FEATURED_CHANNEL)
    assert row is not None  # made with the tables
    return Featured(stream=StreamName(row["stream"]), fence=row["fence"])
