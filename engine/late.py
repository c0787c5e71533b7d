"""Frozen models some of whose fields are worked out when they are first read.

Whatever takes such a model as a whole (JSON, equality, a copy, a pickle) asks for its `__dict__`,
and that is filled before it is given away: nobody ever sees a field missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol, Self, cast

from pydantic import BaseModel

_SOURCE: Final = "source of the fields to come"  # no field can be called that
_VALUES: Final = cast("Any", vars(BaseModel)["__dict__"])  # where an instance keeps its fields


class Source(Protocol):
    """Works out the field `name` of `whole`, and others if it likes. Must give the same whenever it
    is asked, and values that are the fields' own: they are not validated.
    """

    def __call__(self, whole: Any, name: str, /) -> Mapping[str, Any]: ...


class LateModel(BaseModel):
    """A model that may be made by `late`; made or parsed in any other way it is a model like any
    other.
    """

    @classmethod
    def late(cls, source: Source, **known: Any) -> Self:
        """An instance with the fields `known`, which are not validated; `source` has the others."""
        known[_SOURCE] = source
        made = cls.__new__(cls)
        _VALUES.__set__(made, known)
        object.__setattr__(made, "__pydantic_fields_set__", set(cls.__pydantic_fields__))
        object.__setattr__(made, "__pydantic_extra__", None)
        object.__setattr__(made, "__pydantic_private__", None)
        return made

    def __getattr__(self, name: str) -> Any:
        """Called where a field is not there: it is then worked out, and kept."""
        values = _VALUES.__get__(self)
        source = values.get(_SOURCE)
        if source is None or name not in type(self).__pydantic_fields__:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        for field, found in source(self, name).items():
            values.setdefault(field, found)
        return values[name]

    @property
    def __dict__(self) -> dict[str, Any]:
        """All fields, in their order."""
        values: dict[str, Any] = _VALUES.__get__(self)
        if _SOURCE in values:
            values = {name: getattr(self, name) for name in type(self).__pydantic_fields__}
            _VALUES.__set__(self, values)
        return values

    @__dict__.setter
    def __dict__(self, values: dict[str, Any]) -> None:
        _VALUES.__set__(self, values)
