"""Reads the YAML files that users bring: small, plain mappings, and nothing that surprises.

Refused, with the file and the line: too large a file, anchors and aliases (a small file can
unfold to gigabytes), a key given twice, tags, and anything whose top is not a mapping.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

from engine.errors import BadYaml

MAX_BYTES: Final = 256 * 1024


def read_mapping(path: Path) -> dict[str, Any]:
    """The mapping that the file holds. Raises `BadYaml`."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadYaml(str(path), f"cannot be read ({error.strerror or error})") from None
    if len(raw) > MAX_BYTES:
        raise BadYaml(str(path), f"is larger than {MAX_BYTES // 1024} KiB")
    try:
        content = yaml.load(raw.decode("utf-8"), Loader=_PlainLoader)  # noqa: S506 - a SafeLoader
    except UnicodeDecodeError:
        raise BadYaml(str(path), "is not UTF-8 text") from None
    except RecursionError:
        raise BadYaml(str(path), "is nested too deeply") from None
    except yaml.MarkedYAMLError as error:
        line = None if error.problem_mark is None else error.problem_mark.line + 1
        raise BadYaml(str(path), error.problem or "is not YAML", line) from None
    except (yaml.YAMLError, ValueError) as error:
        raise BadYaml(str(path), f"is not YAML ({error})") from None
    if not isinstance(content, dict):
        raise BadYaml(str(path), "must be a mapping of keys to values")
    return content


class _PlainLoader(yaml.SafeLoader):
    """YAML without aliases, and with every key once and a string."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise yaml.composer.ComposerError(
                None, None, "anchors and aliases are not allowed", event.start_mark
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            name = key.value
            if not isinstance(name, str) or key.tag != "tag:yaml.org,2002:str":
                raise yaml.constructor.ConstructorError(
                    None, None, f"key {name!r} must be text", key.start_mark
                )
            if name in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"key {name!r} is given twice", key.start_mark
                )
            seen.add(name)
        return super().construct_mapping(node, deep)
