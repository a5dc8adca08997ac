"""Modules that are constructed in a compiled method: `nn.Softmax(dim=1)(x)`, `nn.CrossEntropyLoss()(a, b)`.

Python runs the constructor, once, while compiling; the program then makes an object with the same attributes wherever the
constructor stands. So its arguments must be known while compiling, and what it makes must always be the same: a module whose
parameters start with random numbers is an error, since each call would begin with other weights.

Comes before: `module_types.py`. Comes after: `class_values.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch

from portfire.diagnostics import CompileAbort
from portfire.frontend.script.modules.module_state import raw_attribute
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_dicts import StaticDict
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir import types as ir
from portfire.ir.graph import MISSING, Value

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


class ConstructedModule(RuntimeValue):
    """A module that the program makes, and the Python module that is its model."""

    def __init__(self, value: Value, python_module: torch.nn.Module) -> None:
        super().__init__(value)
        self.python_module = python_module


def construct_module(
    emitter: Emitter,
    cls: type[torch.nn.Module],
    args: Sequence[StaticValue],
    kwargs: dict[str, StaticValue],
) -> StaticValue:
    """`Class(*args)` of a module class."""
    module = _python_module(emitter, cls, args, kwargs)
    emitter.compiler.keep(module)
    return _made(emitter, module)


def _python_module(
    emitter: Emitter, cls: type[torch.nn.Module], args: Sequence[StaticValue], kwargs: dict[str, StaticValue]
) -> torch.nn.Module:
    positional = [_python_object(emitter, cls, a) for a in args]
    named = {k: _python_object(emitter, cls, v) for k, v in kwargs.items()}
    before = torch.random.get_rng_state()
    try:
        module = cls(*positional, **named)
    except Exception as error:
        raise emitter.fail(
            "unsupported-call",
            f"constructing '{cls.__name__}' raises {type(error).__name__}: {error}",
            help="construct it in __init__ and keep it as a submodule",
        ) from None
    finally:
        is_random = not torch.equal(before, torch.random.get_rng_state())
        torch.random.set_rng_state(before)
    if is_random:
        raise emitter.fail(
            "unsupported-call",
            f"a program cannot make a module with random weights: '{cls.__name__}' is constructed in a compiled method",
            notes=("each call would compute with other weights",),
            help="construct it in __init__ and keep it as a submodule",
        )
    return module


def _python_object(emitter: Emitter, cls: type, value: StaticValue) -> Any:
    """An argument of the constructor as a Python object."""
    if isinstance(value, ConstructedModule):
        return value.python_module
    if isinstance(value, TupleValue):
        items = [_python_object(emitter, cls, i) for i in value.items]
        return items if value.is_list else tuple(items)
    if isinstance(value, StaticDict):
        return {_python_object(emitter, cls, k): _python_object(emitter, cls, v) for k, v in value.pairs}
    known = value.constant()
    if known is not MISSING:
        return known
    for attribute in ("cls", "function"):  # a class, a Python function
        held = getattr(value, attribute, None)
        if callable(held):
            return held
    raise _not_known(emitter, cls)


def _not_known(emitter: Emitter, cls: type) -> CompileAbort:
    return emitter.fail(
        "unsupported-call",
        f"'{cls.__name__}' is constructed in a compiled method, with an argument known only when the program runs",
        help="call the function that does the same (`F.softmax(x, dim=d)`), or construct it in __init__",
    )


def _made(emitter: Emitter, module: torch.nn.Module) -> ConstructedModule:
    """Code that makes the module."""
    type_ = emitter.compiler.module_types.of(module)
    made = emitter.insert("prim::CreateObject", [], type_.cls)
    for attribute in type_.cls.attributes.values():
        held = type_.held_modules.get(attribute.name)
        value = raw_attribute(module, attribute.name) if held is None else held
        emitter.node("prim::SetAttr", [made.value, _attribute(emitter, attribute, value)], name=attribute.name)
    return ConstructedModule(made.value, module)


def _attribute(emitter: Emitter, attribute: ir.Attribute, value: Any) -> Value:
    from portfire.frontend.script.types.conversion import convert

    if isinstance(value, torch.nn.Module):
        return _made(emitter, value).value
    if isinstance(value, torch.Tensor):
        constant = emitter.builder.constant(value.detach().clone(), ir.TENSOR)
        copy = emitter.builtin("aten::clone", [constant])
        if value.requires_grad:
            copy = emitter.builtin("aten::requires_grad_", [copy])
        return copy.value
    known = emitter.compiler.value_of(emitter, value, attribute.name)
    return convert(emitter, known, attribute.type, f"the attribute '{attribute.name}'")
