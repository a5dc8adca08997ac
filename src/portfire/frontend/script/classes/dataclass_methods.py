"""The methods that `@dataclass` makes: `__init__`, `__repr__`, `__eq__`, `__hash__`, ordering. They have no source of their own, so it is written here.

Comes before: `source.py`, `signatures.py`. Comes after: `methods.py`.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import types
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from portfire.frontend.script.source import written_source
from portfire.frontend.script.types.annotations import type_from_annotation
from portfire.frontend.script.types.signatures import Signature
from portfire.frontend.script.types.type_variables import stands_for_several
from portfire.ir import types as ir
from portfire.ir.graph import MISSING, Parameter

if TYPE_CHECKING:
    from portfire.frontend.script.classes.class_registry import ClassRegistry

_ORDER = {"__lt__": "<", "__le__": "<=", "__gt__": ">", "__ge__": ">="}


@dataclass(frozen=True)
class GeneratedMethod:
    """A method's signature with its body, and the names that the body uses."""

    signature: Signature
    lookup: Callable[[str], Any]


def is_generated(function: types.FunctionType) -> bool:
    """Whether a method was made by `@dataclass` and not written by the user."""
    return bool(inspect.unwrap(function).__code__.co_filename == "<string>")


def generated_method(classes: ClassRegistry, type_: ir.ClassType, name: str) -> GeneratedMethod | None:
    """The method `name` that `@dataclass` made for a class; None for methods it does not make."""
    cls = type_.python_class
    if cls is None or not dataclasses.is_dataclass(cls):
        return None
    if name == "__init__":
        return _init(classes, cls, type_)
    if name == "__repr__":
        shown = ", ".join(f"{f.name}={{self.{f.name}!r}}" for f in dataclasses.fields(cls) if f.repr)
        return _method(
            cls,
            name,
            [Parameter("self", type_)],
            [f"return f{cls.__qualname__.rpartition('.')[2] + '(' + shown + ')'!r}"],
            ir.STR,
            {},
        )
    if name == "__hash__":
        hashed = "".join(
            f"self.{f.name}, " for f in dataclasses.fields(cls) if (f.compare if f.hash is None else f.hash)
        )
        return _method(cls, name, [Parameter("self", type_)], [f"return hash(({hashed}))"], ir.INT, {"hash": hash})
    compared = [f.name for f in dataclasses.fields(cls) if f.compare]
    if name != "__eq__" and name not in _ORDER:
        return None
    mine, theirs = ("".join(f"{o}.{n}, " for n in compared) for o in ("self", "other"))
    parameters = [Parameter("self", type_), Parameter("other", type_)]
    body = [f"return bool(({mine}) {_ORDER.get(name, '==')} ({theirs}))"]
    return _method(cls, name, parameters, body, ir.BOOL, {"bool": bool})


def _init(classes: ClassRegistry, cls: type, type_: ir.ClassType) -> GeneratedMethod:
    scope = classes.scope_of(cls)
    parameters = [Parameter("self", type_)]
    names: dict[str, Any] = {}
    body = []
    handed_on = []
    open_parameters: set[str] = set()
    for field in cls.__dataclass_fields__.values():  # type: ignore[attr-defined]
        kind = getattr(field, "_field_type", None)
        if kind is dataclasses._FIELD_CLASSVAR:  # type: ignore[attr-defined]
            continue
        is_handed_on = kind is dataclasses._FIELD_INITVAR  # type: ignore[attr-defined]
        default = _default(field)
        if field.init:
            annotation = _of_init_var(field.type) if is_handed_on else field.type
            if stands_for_several(annotation, scope):
                open_parameters.add(field.name)
                parameters.append(Parameter(field.name, ir.TENSOR, default, bool(field.kw_only)))
            else:
                field_type = type_from_annotation(annotation, scope)
                parameters.append(Parameter(field.name, field_type, default, bool(field.kw_only)))
        if is_handed_on:
            handed_on.append(field.name)
        elif field.init:
            body.append(f"self.{field.name} = {field.name}")
        elif field.default_factory is not dataclasses.MISSING:
            names[f"factory_of_{field.name}"] = field.default_factory
            body.append(f"self.{field.name} = factory_of_{field.name}()")
        elif default is not MISSING:
            names[f"default_of_{field.name}"] = default
            body.append(f"self.{field.name} = default_of_{field.name}")
    if hasattr(cls, "__post_init__"):
        body.append(f"self.__post_init__({', '.join(handed_on)})")
    method = _method(cls, "__init__", parameters, body or ["pass"], ir.NONE, names)
    method.signature.unannotated = frozenset(open_parameters)
    return method


def _of_init_var(annotation: Any) -> Any:
    """The type in `InitVar[...]`."""
    if isinstance(annotation, dataclasses.InitVar):
        return annotation.type
    match = re.fullmatch(r"(?:\w+\.)?InitVar\[(.*)\]", str(annotation))
    return annotation if match is None else match[1]


def made_by_factories(cls: type, given: int, names: Collection[str]) -> dict[str, Callable[[], Any]]:
    """The fields of a dataclass that a call of it leaves to their factories: `given` arguments by position, `names`."""
    fields = [f for f in dataclasses.fields(cls) if f.init] if dataclasses.is_dataclass(cls) else []
    passed = {f.name for f in [f for f in fields if not f.kw_only][:given]} | set(names)
    return {
        f.name: f.default_factory
        for f in fields
        if f.default_factory is not dataclasses.MISSING and f.name not in passed
    }


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default is not dataclasses.MISSING:
        return field.default
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return MISSING


def _method(
    cls: type, name: str, parameters: list[Parameter], body: list[str], returns: ir.Type, names: dict[str, Any]
) -> GeneratedMethod:
    # The annotations only say that there are some; the types are those of the parameters.
    declared = [p.name if i == 0 else f"{p.name}: object" for i, p in enumerate(parameters)]
    lines = (f"def {name}({', '.join(declared)}):", *(f"    {line}" for line in body))
    source = written_source(lines, f"<dataclass {cls.__qualname__}>", f"{cls.__qualname__}.{name}")
    return GeneratedMethod(Signature(parameters, returns, source), lambda n: names.get(n, MISSING))
