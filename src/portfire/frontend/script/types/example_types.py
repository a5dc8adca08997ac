"""Types of parameters from example inputs: what nobody declares is what the examples are.

    def forward(self, x, state=None): ...       example_inputs=(x, (h, c))  ->  state: Optional[Tuple[Tensor, Tensor]]

Declared types stay. A parameter that nobody declares takes the type of its default and of all examples given for it.

Comes before: `signatures.py`, `value_types.py`. Comes after: `entry.py`, `module_compilation.py`.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from portfire.diagnostics import CompileAbort, Diagnostic
from portfire.errors import ArgumentError
from portfire.frontend.script.classes.class_registry import ClassRegistry
from portfire.frontend.script.types.inference import joined, settle
from portfire.frontend.script.types.signatures import Signature
from portfire.frontend.script.types.value_types import UntypedValueError, type_of_value
from portfire.ir.graph import MISSING, Parameter
from portfire.ir.library_types import SLICE
from portfire.ir.subtyping import union_of
from portfire.ir.types import BOOL, COMPLEX, FLOAT, INT, Type


@dataclass(frozen=True)
class ExampleCall:
    """The arguments of one call."""

    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] = field(default_factory=dict)
    #: What is called, if that is said: a module, a method of one, a function.
    target: Any = None


def as_calls(example_inputs: Any, example_kwarg_inputs: Mapping[str, Any] | None) -> tuple[ExampleCall, ...]:
    """Example inputs as users write them: a tuple of arguments, a list of such tuples, or the only argument; or for each module
    and method that is called its own."""
    kwargs = dict(example_kwarg_inputs or {})
    if example_inputs is None:
        return (ExampleCall((), kwargs),) if kwargs else ()
    if isinstance(example_inputs, dict) and example_inputs and all(map(callable, example_inputs)):
        calls = [(target, as_calls(given, kwargs)) for target, given in example_inputs.items()]
        return tuple(replace(call, target=target) for target, found in calls for call in found)
    if isinstance(example_inputs, list) and example_inputs and all(isinstance(c, tuple) for c in example_inputs):
        return tuple(ExampleCall(call, kwargs) for call in example_inputs)
    args = example_inputs if isinstance(example_inputs, tuple) else (example_inputs,)
    return (ExampleCall(args, kwargs),)


def of_method(calls: Sequence[ExampleCall], owner: Any, name: str = "forward") -> list[ExampleCall]:
    """The calls of a function, or of a module's method. Those that do not say what they call are of `forward`."""
    return [c for c in calls if _calls(c.target, owner, name)]


def _calls(target: Any, owner: Any, name: str) -> bool:
    if target is None or target is owner:
        return name == "forward"
    return getattr(target, "__self__", None) is owner and getattr(target, "__name__", None) == name


def with_example_types(signature: Signature, calls: Sequence[ExampleCall], classes: ClassRegistry) -> Signature:
    """The signature with types from examples. Raises ArgumentError for examples that the function does not take."""
    bound = [_bound(signature, call) for call in calls]

    def of_examples(name: str, known: Type | None) -> Type | None:
        found = [] if known is None else [known]
        found += [_type_of(signature, name, value, classes) for given in bound for value in given.get(name, ())]
        if BOOL in found and any(t in (INT, FLOAT, COMPLEX) for t in found):
            return union_of(found)  # a bool is no number like others
        return settle(functools.reduce(joined, found)) if found else None

    parameters = []
    for parameter in signature.parameters:
        type_ = parameter.type
        if parameter.name in signature.undeclared:
            first = (
                None
                if parameter.default is MISSING
                else _type_of(signature, parameter.name, parameter.default, classes)
            )
            is_given = any(parameter.name in given for given in bound)
            type_ = (of_examples(parameter.name, first) if is_given else None) or type_
        parameters.append(Parameter(parameter.name, type_, parameter.default, parameter.kwarg_only))
    told = {name for given in bound for name in given} & signature.undeclared
    untyped = {name: why for name, why in signature.untyped.items() if name not in told}
    changed = replace(signature, parameters=parameters, untyped=untyped)
    if signature.vararg is not None and signature.vararg_type is None:
        changed.vararg_type = of_examples(signature.vararg, None)
    if signature.kwarg is not None and signature.kwarg_type is None:
        changed.kwarg_type = of_examples(signature.kwarg, None)
    return changed


def _bound(signature: Signature, call: ExampleCall) -> dict[str, list[Any]]:
    """The examples of one call by parameter; `*args` and `**kwargs` have several."""
    parameters = signature.parameters[1:] if signature.has_self else signature.parameters
    positional = [p.name for p in parameters if not p.kwarg_only]
    bound = {name: [value] for name, value in zip(positional, call.args, strict=False)}
    more = list(call.args[len(positional) :])
    if more and signature.vararg is None:
        raise ArgumentError(f"there are {len(call.args)} example inputs for {len(positional)} parameters")
    if more and signature.vararg is not None:
        bound[signature.vararg] = more
    for name, value in call.kwargs.items():
        if any(p.name == name for p in parameters):
            bound[name] = [value]
        elif signature.kwarg is not None:
            bound.setdefault(signature.kwarg, []).append(value)
        else:
            raise ArgumentError(f"there is an example input for '{name}', which is no parameter")
    return bound


def _type_of(signature: Signature, name: str, value: Any, classes: ClassRegistry) -> Type:
    if isinstance(value, slice):
        return SLICE
    try:
        return type_of_value(value, classes)
    except UntypedValueError as error:
        raise CompileAbort(
            Diagnostic(
                "unsupported-type",
                f"the type of parameter '{name}' cannot be told from its example: {error}",
                signature.source.head,
                help="pass what it holds as tensors, numbers, strings, lists or dicts",
            )
        ) from None
