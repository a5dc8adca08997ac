"""Functions as values: Python functions to compile, nested functions and lambdas, compiled functions, bound methods.

Comes before: `calls.py`, `inlining.py`. Comes after: `python_values.py`, `statements.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, Any

from portfire.frontend.script.functions.calls import Callee, call_compiled, call_python
from portfire.frontend.script.types.annotation_scope import AnnotationScope
from portfire.frontend.script.types.signatures import Signature, signature_of_source
from portfire.frontend.script.values.constant_values import TRUE_VALUE
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.graph import Function, Value
from portfire.ir.types import FunctionType

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter, FunctionContext

Arguments = Sequence[StaticValue]
Keywords = dict[str, StaticValue]


class PythonFunction(StaticValue):
    """A Python function, compiled when it is called."""

    def __init__(self, function: Callable[..., Any], signature: Signature | None = None) -> None:
        self.function = function
        self.signature = signature

    @property
    def identity(self) -> Hashable:
        """What tells this value from others."""
        return ("function", id(self.function), id(self.signature) if self.signature is not None else None)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PythonFunction) and other.function is self.function

    def __hash__(self) -> int:
        return hash(id(self.function))

    def describe(self) -> str:
        """See the base class."""
        return f"the function '{getattr(self.function, '__name__', self.function)}'"

    def has_attribute(self, emitter: Emitter, name: str) -> bool:
        """See the base class."""
        return hasattr(self.function, name)

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """See the base class."""
        if not hasattr(self.function, name):
            return super().attribute(emitter, name)
        return emitter.compiler.value_of(emitter, getattr(self.function, name), name)

    def truth(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return TRUE_VALUE

    def call(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        """See the base class."""
        return call_python(emitter, emitter.compiler.callee(self.function, self.signature), args, kwargs)


class LocalFunction(StaticValue):
    """A lambda or nested function: inlined where it is called, so that it sees the variables around it."""

    def __init__(self, callee: Callee) -> None:
        self.callee = callee

    def describe(self) -> str:
        """See the base class."""
        return f"the function '{self.callee.called}'"

    def truth(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return TRUE_VALUE

    def call(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        """See the base class."""
        return call_python(emitter, self.callee, args, kwargs)


class PartialFunction(StaticValue):
    """`functools.partial(f, *args, **kwargs)`."""

    def __init__(self, function: StaticValue, args: Arguments, kwargs: Keywords) -> None:
        self.function = function
        self.args = list(args)
        self.kwargs = dict(kwargs)

    def describe(self) -> str:
        """See the base class."""
        return f"a partial of {self.function.describe()}"

    def truth(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return TRUE_VALUE

    def call(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        """See the base class."""
        return self.function.call(emitter, [*self.args, *args], {**self.kwargs, **kwargs})


class CompiledFunction(StaticValue):
    """A function that was scripted or traced before."""

    def __init__(self, function: Function) -> None:
        self.function = function

    @property
    def identity(self) -> Hashable:
        """What tells this value from others."""
        return ("compiled", id(self.function))

    def describe(self) -> str:
        """See the base class."""
        return f"the compiled function '{self.function.base_name}'"

    def as_value(self, emitter: Emitter) -> Value:
        """See the base class."""
        return emitter.constant_value(self.function, FunctionType(self.function))

    def call(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        """See the base class."""
        return call_compiled(emitter, self.function, args, kwargs)


def compiled_before(python_object: object) -> Function | None:
    """The function behind what `script`, `trace` or `load` gave; None of anything else."""
    function = getattr(python_object, "function", None)
    return function if isinstance(function, Function) else None


def emit_lambda(emitter: Emitter, node: ast.Lambda) -> StaticValue:
    """`lambda x: ...`."""
    return LocalFunction(local_callee(emitter, node, "<lambda>"))


def local_callee(emitter: Emitter, node: ast.FunctionDef | ast.Lambda, name: str) -> Callee:
    """A function defined in the function being compiled: its defaults are evaluated here."""
    from portfire.frontend.script.values.expressions import emit_expression

    context = emitter.context
    source = context.source.nested(node, f"{context.source.name}.{name}")
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults: dict[str, Any] = {}
    for argument, default in zip(reversed(positional), reversed(arguments.defaults), strict=False):
        defaults[argument.arg] = emit_expression(emitter, default)
    for argument, keyword_default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if keyword_default is not None:
            defaults[argument.arg] = emit_expression(emitter, keyword_default)
    signature = signature_of_source(source, _annotation_scope(emitter, context, source), {})
    for parameter in signature.parameters:
        if parameter.name in defaults:
            parameter.default = defaults[parameter.name]
    return Callee(
        signature, context.lookup, lambda: name, object(), scope=context.scope, defining_class=context.defining_class,
        always_inline=True, captured=emitter.frame,
    )  # fmt: skip


def _annotation_scope(emitter: Emitter, context: FunctionContext, source: Any) -> AnnotationScope:
    return AnnotationScope(emitter.compiler.classes, context.lookup, source.head, source.range)
