"""The bus as an ASGI application: its parts put together, each with the routes that it serves."""

from __future__ import annotations

from collections.abc import Collection
from http import HTTPStatus

from starlette.applications import Starlette
from starlette.middleware import Middleware

from spectator.access import Access
from spectator.asking import Asking
from spectator.guard import KnownHosts, StrictHeaders, host_in
from spectator.hub import Hub
from spectator.listing import Listing
from spectator.mishaps import Mishaps
from spectator.monitoring import Monitoring
from spectator.pages import missing, page_routes
from spectator.publishing import Publishing
from spectator.reading import Reading
from spectator.settings import DEFAULTS, BusSettings
from spectator.speech.shelf import Shelf
from spectator.starting import Starting
from spectator.starts import Starter
from spectator.store import EventStore
from spectator.watching import Watching


def create_app(
    store: EventStore,
    *,
    publish_token: str,
    settings: BusSettings = DEFAULTS,
    hosts: frozenset[str] | None = None,
    starter: Starter | None = None,
    earlier_starts: Collection[str] = (),
) -> Starlette:
    """The application over `store`. `app.state.hub` counts viewers and closes them.

    With `hosts` it answers to these names only, and to those of the allowed origins: give them
    where it is reached on loopback, and nowhere else. `starter` starts matches for who asks;
    `earlier_starts` are digests of start tokens that hold no more.
    """
    hub = Hub(store, settings)
    access = Access(hub, publish_token, settings, earlier_starts)
    asking = Asking(publish_token, settings)
    routes = [
        *Publishing(hub, access, settings).routes(),
        *Listing(hub, access, settings).routes(),
        *Reading(hub, access, settings).routes(),
        *Watching(hub, access, settings).routes(),
        *Monitoring(hub, access, asking.questions).routes(),
        *asking.routes(),
        *Shelf(access, settings).routes(),
        *Starting(starter, access, publish_token, settings).routes(),
        *page_routes(),
    ]
    app = Starlette(
        routes=routes,
        middleware=_guards(settings, hosts),
        exception_handlers={HTTPStatus.NOT_FOUND: missing},
    )
    app.state.hub, app.state.questions = hub, asking.questions
    return app


def _guards(settings: BusSettings, hosts: frozenset[str] | None) -> list[Middleware]:
    guards = [Middleware(Mishaps), Middleware(StrictHeaders)]
    if hosts is not None:
        allowed = filter(None, map(host_in, settings.allowed_origins))
        guards.append(Middleware(KnownHosts, hosts=hosts.union(allowed)))
    return guards
