"""`captains presets`: who can be named, with all their settings, and of what kinds."""

from __future__ import annotations

from typing import Any

from engine.captains import FROM_ENVIRONMENT, KINDS, PRESETS, clash_of, kind_names, plugins, resolve
from engine.errors import BadPreset
from flows.cli.terminal import Exit, answer_json, say, table

SHIPPED = "captains"


def list_presets(*, as_json: bool) -> int:
    """`captains presets`."""
    kinds = _kinds()
    if as_json:
        answer_json(
            {
                "presets": [PRESETS[name].model_dump(mode="json") for name in sorted(PRESETS)],
                "from_environment": _by_environment(),
                "kinds": {kind["kind"]: kind["summary"] for kind in kinds},
                "sources": {kind["kind"]: kind["source"] for kind in kinds},
                "clashes": [kind["clash"] for kind in kinds if kind["clash"]],
            }
        )
        return Exit.DONE
    rows = [
        (name, spec.kind, ", ".join(f"{k} {v}" for k, v in spec.params.items()) or "-")
        for name, spec in sorted(PRESETS.items())
    ]
    say(table(("preset", "kind", "settings"), rows))
    say("\nby the environment")
    for told in _by_environment():
        say(f"  {told['name']:<10}  {told['error'] or told['summary']}")
    say("")
    told_kinds = [(k["kind"], k["source"], k["clash"] or k["summary"]) for k in kinds]
    say(table(("kind", "of", ""), told_kinds))
    return Exit.DONE


def _by_environment() -> list[dict[str, Any]]:
    """The presets that take their model from the environment: `settings` where it names one, else
    an `error` that says what to set.
    """

    def told(name: str, summary: str) -> dict[str, Any]:
        try:
            settings, error = resolve(name).params, None
        except BadPreset as missing:
            settings, error = None, missing.why
        return {"name": name, "summary": summary, "settings": settings, "error": error}

    return [told(name, summary) for name, summary in FROM_ENVIRONMENT.items()]


def _kinds() -> list[dict[str, str]]:
    """Every kind with who brings it. No installed one is loaded for that: its distribution says
    what it is.
    """

    def told(kind: str) -> dict[str, str]:
        brought = plugins().get(kind, ())
        sources = [*([SHIPPED] if kind in KINDS else []), *(plugin.source for plugin in brought)]
        return {
            "kind": kind,
            "source": ", ".join(sources),
            "summary": KINDS[kind].summary if kind in KINDS else brought[0].summary,
            "clash": clash_of(kind) or "",
        }

    return [told(kind) for kind in kind_names()]
