"""Make frozen values cheaply, for the few places that make one for every ball.

A frozen dataclass fills its fields through `object.__setattr__`, which costs ten times a plain
assignment. The functions made here fill an object of a like-shaped, open class and then turn it
into the frozen one: what readers hold is as frozen as ever. Use them where a profile says so, the
class itself and `dataclasses.replace` everywhere else.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import MISSING, Field, fields
from inspect import signature
from typing import Any, Final, ParamSpec, TypeVar, TypeVarTuple, cast

_P = ParamSpec("_P")
_T = TypeVar("_T")
_Ts = TypeVarTuple("_Ts")
_KEEP: Final = object()


def maker(cls: Callable[_P, _T]) -> Callable[_P, _T]:
    """A function that makes what `cls(…)` makes. `cls` is a slotted dataclass whose defaults, if
    any, are values.
    """
    given = fields(cast("Any", cls))
    parameters = [f.name if f.default is MISSING else f"{f.name}=_default_{f.name}" for f in given]
    head = f"def make(*, {', '.join(parameters)}):"
    return cast("Callable[_P, _T]", _compiled(cls, head, (f.name for f in given)))


def replacer(cls: Callable[..., _T]) -> Callable[..., _T]:
    """A function that does what `dataclasses.replace` does for `cls`, eight times as fast."""
    names = [f.name for f in fields(cast("Any", cls))]
    head = f"def make(old, *, {', '.join(f'{name}=_keep' for name in names)}):"
    kept = (f"old.{name} if {name} is _keep else {name}" for name in names)
    return cast("Callable[..., _T]", _compiled(cls, head, kept))


def model_maker(cls: Callable[_P, _T]) -> Callable[_P, _T]:
    """A function that makes what `cls(…)` makes. `cls` is a pydantic model; the values are not
    checked: they have to be the fields' own, and all of them given.
    """
    names = list(cast("Any", cls).__pydantic_fields__)
    lines = [
        f"def make(*, {', '.join(names)}):",
        "made = _new(_cls)",
        f"_put(made, '__dict__', {{{', '.join(f'{name!r}: {name}' for name in names)}}})",
        f"_put(made, '__pydantic_fields_set__', {{{', '.join(map(repr, names))}}})",
        "_put(made, '__pydantic_extra__', None)",
        "_put(made, '__pydantic_private__', None)",
        "return made",
    ]
    known = {"_cls": cls, "_new": object.__new__, "_put": object.__setattr__}
    return cast("Callable[_P, _T]", _executed(lines, known))


def by_identity(make: Callable[[*_Ts], _T], kept: int = 64) -> Callable[[*_Ts], _T]:
    """`make`, which remembers its last results by the identity of what it was given: frozen values
    that cost more to compare than to make anew. What is remembered keeps them alive, so that their
    ids are nobody else's.
    """
    known: OrderedDict[object, tuple[tuple[object, ...], _T]] = OrderedDict()

    def remember(key: object, given: tuple[*_Ts]) -> _T:
        result = make(*given)
        known[key] = given, result
        if len(known) > kept:
            known.popitem(last=False)
        return result

    names = [f"given_{place}" for place in range(len(signature(make).parameters))]
    lines = [
        f"def make({', '.join(names)}):",
        f"key = {', '.join(f'id({name})' for name in names)}",
        "if (found := _find(key)) is not None:",
        "    return found[1]",
        f"return _remember(key, ({', '.join(names)},))",
    ]
    found = {"_find": known.get, "_remember": remember}
    return cast("Callable[[*_Ts], _T]", _executed(lines, found))


def _compiled(cls: Any, head: str, values: Iterable[str]) -> object:
    """From text, as `dataclasses` itself does: a loop over the fields would cost what it saves."""
    given: tuple[Field[Any], ...] = fields(cls)
    known: dict[str, Any] = {
        "_frozen": cls,
        "_open": type(cls.__name__, (), {"__slots__": cls.__slots__}),
        "_keep": _KEEP,
        **{f"_default_{f.name}": f.default for f in given},
    }
    lines = [
        head,
        "made = _open()",
        *(f"made.{f.name} = {value}" for f, value in zip(given, values, strict=True)),
        "made.__class__ = _frozen",
        *(["made.__post_init__()"] if hasattr(cls, "__post_init__") else []),
        "return made",
    ]
    return _executed(lines, known)


def _executed(lines: list[str], known: dict[str, Any]) -> object:
    exec("\n    ".join(lines), known)  # noqa: S102 - the text is made of field names
    return cast("object", known["make"])
