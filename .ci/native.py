"""Write a module as mypyc makes most of it: ``fast.py`` calls this.

A compiled dataclass that `dataclasses` gives its ``__init__`` is slower to make than an interpreted
one, and cannot be pickled. So each is given both in plain text, and where the sources make values
by `engine.making`, the classes are called by their own names. The meaning stays; the sources too.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

DERIVED = {"field", "_derived"}  # what makes a field that is not given


@dataclass(frozen=True)
class Given:
    """One field of a dataclass, as text."""

    name: str
    kind: str
    default: str | None

    def __str__(self) -> str:
        return f"{self.name}: {self.kind}" + ("" if self.default is None else f" = {self.default}")


Classes = dict[str, list[Given]]
Edit = tuple[int, int, str]


def classes_of(source: str) -> Classes:
    """Find the dataclasses that can be given an ``__init__``, with their fields."""
    found = {c.name: _fields(c) for c in ast.parse(source).body if _decorator(c) is not None}
    return {name: fields for name, fields in found.items() if fields is not None}


def native(source: str, classes: Classes) -> str:
    """Rewrite a module; `classes` are those of all modules that are compiled together."""
    tree = ast.parse(source)
    makers, replacers, edits = {}, {}, []
    for statement in tree.body:
        made = _made_by(statement, classes)
        for name, (how, cls) in made.items():
            (makers if how == "maker" else replacers)[name] = cls
        if made:
            edits.append((*_span(source, statement), ""))
        decorator = _decorator(statement)
        if decorator is not None and statement.name in classes:
            edits += _with_init(source, statement, decorator, classes[statement.name])
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name):
            if (cls := makers.get(call.func.id)) is not None:
                edits.append((*_span(source, call.func), cls))
            elif (cls := replacers.get(call.func.id)) is not None:
                edits += _replaced(source, call, cls, classes[cls])
    return _edited(source, edits) + "".join(map(_told, filter(_is_enum, tree.body)))


def _is_enum(statement: ast.stmt) -> bool:
    return any(getattr(base, "id", "") == "StrEnum" for base in getattr(statement, "bases", []))


def _told(enum: ast.ClassDef) -> str:
    """Give an enum its docstring back, which schemas repeat: mypyc puts a filler in its place."""
    text = ast.get_docstring(enum, clean=False)
    return f"\n\nsetattr({enum.name}, '__doc__', {text!r})\n"


def _decorator(statement: ast.stmt) -> ast.Call | None:
    """Return the call of ``@dataclass(…)`` above a class."""
    for one in getattr(statement, "decorator_list", []):
        if isinstance(one, ast.Call) and getattr(one.func, "id", "") == "dataclass":
            return one
    return None


def _fields(cls: ast.ClassDef) -> list[Given] | None:
    """Return the fields, or None where one is derived."""
    given = []
    for one in cls.body:
        if isinstance(one, ast.AnnAssign):
            if isinstance(one.value, ast.Call) and getattr(one.value.func, "id", "") in DERIVED:
                return None
            default = None if one.value is None else ast.unparse(one.value)
            given.append(Given(one.target.id, ast.unparse(one.annotation), default))
    return given


def _made_by(statement: ast.stmt, classes: Classes) -> dict[str, tuple[str, str]]:
    """Read ``_view, _request = maker(MatchView), maker(DecisionRequest)``."""
    if not isinstance(statement, ast.Assign):
        return {}
    targets, values = (list(_each(side)) for side in (statement.targets[0], statement.value))
    made = {
        target.id: (value.func.id, value.args[0].id)
        for target, value in zip(targets, values)
        if isinstance(value, ast.Call) and getattr(value.func, "id", "") in {"maker", "replacer"}
    }
    return made if all(cls in classes for _, cls in made.values()) else {}


def _each(side: ast.expr) -> Iterator[ast.expr]:
    yield from side.elts if isinstance(side, ast.Tuple) else [side]


def _with_init(source: str, cls: ast.ClassDef, decorator: ast.Call, given: list[Given]) -> list[Edit]:
    by_name = any(one.arg == "kw_only" for one in decorator.keywords)
    after = any(getattr(one, "name", "") == "__post_init__" for one in cls.body)
    lines = [
        "",
        "",
        f"    def __init__(self, {'*, ' if by_name else ''}{', '.join(map(str, given))}) -> None:",
        *(f"        self.{one.name} = {one.name}  # type: ignore" for one in given),
        *(["        self.__post_init__()"] if after else []),
        "",
        "    def __reduce__(self):  # type: ignore",
        "        from engine.making import remade",
        f"        given = {{{', '.join(f'{one.name!r}: self.{one.name}' for one in given)}}}",
        "        return remade, (type(self), given)",
    ]
    _, end = _span(source, cls)
    _, last = _span(source, decorator)
    return [(last - 1, last, ", init=False)"), (end, end, "\n".join(lines))]


def _replaced(source: str, call: ast.Call, cls: str, given: list[Given]) -> list[Edit]:
    """Write ``_changed(old, runs=1)`` as the class, called with all its fields."""
    old = ast.unparse(call.args[0])
    named = {one.arg for one in call.keywords}
    kept = ", ".join(f"{one.name}={old}.{one.name}" for one in given if one.name not in named)
    return [(*_span(source, call.func), cls), (*_span(source, call.args[0]), kept)]


def _span(source: str, node: ast.AST) -> tuple[int, int]:
    """Return where a node's text lies, in bytes."""
    lines = source.encode().splitlines(keepends=True)
    starts = [sum(map(len, lines[: line - 1])) for line in (node.lineno, node.end_lineno)]
    return starts[0] + node.col_offset, starts[1] + node.end_col_offset


def _edited(source: str, edits: list[Edit]) -> str:
    text = source.encode()
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new.encode() + text[end:]
    return text.decode()
