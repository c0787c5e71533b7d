"""A scripted person: reads his questions on a real bus over HTTP, and answers them or does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import httpx

from engine.captains import resolve
from engine.episode import play_episode
from engine.fanout import Observer
from engine.result import EpisodeResult
from engine.spec import EpisodeSpec
from engine.tool_captains import Services
from spectator import BusAsker, BusServer, player_token
from spectator.sending import tls_for
from tests.spectator.wire import DEADLINE_S

Question = dict[str, Any]
Answer = dict[str, Any]


class Person:
    """`name` at the bus of `url`, with his token or a given one."""

    def __init__(self, url: str, publish_token: str, name: str, token: str | None = None) -> None:
        self.name, self.token = name, token or player_token(publish_token, name)
        self.asked: list[Question] = []
        self._path = f"/api/captains/{name}/questions"
        headers = {"authorization": f"Bearer {self.token}"}
        self.http = httpx.AsyncClient(
            base_url=url, headers=headers, trust_env=False, timeout=DEADLINE_S, verify=tls_for(url)
        )

    @classmethod
    def at(cls, bus: BusServer, name: str, token: str | None = None) -> Person:
        return cls(bus.url, bus.publish_token, name, token)

    async def read(self, after: str | None = None, wait_s: int = 0) -> httpx.Response:
        params = {"wait_s": wait_s} | ({} if after is None else {"after": after})
        return await self.http.get(self._path, params=params)

    async def answer(self, question: str, content: Any) -> httpx.Response:
        return await self.http.post(f"{self._path}/{question}/answer", json=content)

    async def next(self) -> Question:
        """The oldest question that he has not been asked yet; waits for one."""
        seen = {question["id"] for question in self.asked}
        after: str | None = None
        while True:
            told = (await self.read(after, wait_s=20)).json()
            after = told["version"]
            for question in told["questions"]:
                if question["id"] not in seen:
                    self.asked.append(question)
                    return dict(question)

    async def play(self, upto: int | None = None) -> None:
        """Answers `upto` questions with the first legal choice; without end where it is None."""
        while upto is None or upto > 0:
            question = await self.next()
            reply = await self.answer(question["id"], first_choice(question))
            if upto is not None and reply.is_success and not question["gone"]:
                upto -= 1


def first_choice(question: Question) -> Answer:
    """The call that commits, with the first option of whatever must be given."""
    (tool,) = [t for t in question["observation"]["available_tools"] if t["commits"]]
    about = tool["parameters"]
    given = {name: about["properties"][name]["enum"][0] for name in about["required"]}
    return {"tool": tool["name"], "arguments": given, "reason": "because"}


@asynccontextmanager
async def present(*people: Person) -> AsyncIterator[None]:
    """They answer everything, each on his own, until the block ends."""
    tasks = [asyncio.create_task(person.play()) for person in people]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for person in people:
            await person.http.aclose()


def human(name: str, **settings: Any) -> Any:
    return resolve({"name": name, "kind": "human", **settings})


def match(home: Any, away: Any = "baseline", *, episode_id: str = "e") -> EpisodeSpec:
    """A match of one over an innings."""
    return EpisodeSpec(
        episode_id=episode_id, seed=3, overs=1, home=resolve(home), away=resolve(away)
    )


async def played(
    bus: BusServer, spec: EpisodeSpec, *observers: Observer, services: Services | None = None
) -> EpisodeResult:
    async with aclosing(BusAsker(bus.url, bus.publish_token)) as asker:
        lent = services or Services()
        lent.asker = asker
        try:
            return await play_episode(spec, observers=observers, services=lent)
        finally:
            await lent.aclose()
