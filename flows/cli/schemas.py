"""`captains schema`: the JSON Schemas, one at a time."""

from __future__ import annotations

from engine.wording import did_you_mean
from flows.cli.terminal import BadInput, Exit, answer_json, say, table
from flows.schemas import SCHEMAS


def show_schema(name: str | None, *, as_json: bool) -> int:
    """The schema of that name, or which there are. Raises `BadInput` for another name."""
    if name is None:
        titles = {known: schema.title for known, schema in SCHEMAS.items()}
        if as_json:
            answer_json({"schemas": titles})
        else:
            say(table(("schema", "of"), list(titles.items())))
        return Exit.DONE
    if name not in SCHEMAS:
        known = ", ".join(SCHEMAS)
        raise BadInput(f"no schema {name!r}{did_you_mean(name, SCHEMAS)}; there are: {known}")
    answer_json(SCHEMAS[name].document())
    return Exit.DONE
