"""How functions are called from outside: with the types of example calls; a wrapper of the user's, with what it wraps takes.

    def timed(f):
        @functools.wraps(f)
        def wrapper(*args, **kwargs):
            ...
            return f(*args, **kwargs)
        return wrapper

    @timed
    def forward(self, x, n: int = 2): ...

What `*args` stands for says the function that is wrapped, so its parameters are those of the program, as `inspect.signature`
shows them; but for its `**kwargs`, which are empty: a program cannot pass on names that it does not know. The body is a call
of the wrapper with them.

Comes before: `signatures.py`, `calls.py`. Comes after: `methods.py`, `entry.py`.
"""

from __future__ import annotations

import ast
import inspect
import types
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from portfire.frontend.script.functions.calls import Callee
from portfire.frontend.script.source import FunctionSource, behind_librarys_wrappers, written_source
from portfire.frontend.script.types.example_types import ExampleCall, with_example_types
from portfire.frontend.script.types.signatures import Signature, signature_of
from portfire.ir.graph import MISSING
from portfire.ir.types import Type

if TYPE_CHECKING:
    from portfire.frontend.script.classes.class_registry import ClassRegistry
    from portfire.frontend.script.compiler import Compiler

_WRAPPER = "wrapper"


def as_entry(compiler: Compiler, callee: Callee, function: Callable[..., Any], self_type: Type | None = None) -> Callee:
    """The callee for calls from outside: `callee` itself, where `function` is no wrapper that takes any arguments."""
    own = callee.signature
    wrapper = behind_librarys_wrappers(getattr(function, "__func__", function))
    if not hasattr(wrapper, "__wrapped__") or (own.vararg is None and own.kwarg is None):
        return callee
    wrapped = inspect.unwrap(wrapper)
    if not isinstance(wrapped, types.FunctionType):
        return callee
    signature = signature_of(wrapped, compiler.classes, self_type=self_type, names=compiler.local_names)
    passed = _passed(own, signature)
    if passed is None:
        return callee
    return replace(
        callee,
        signature=replace(signature, kwarg=None, return_type=own.return_type, source=_source(own, signature, passed)),
        lookup=lambda name: wrapper if name == _WRAPPER else MISSING,
        key=(callee.key, "entry"),
    )


def with_examples(callee: Callee, examples: Sequence[ExampleCall], classes: ClassRegistry) -> Callee:
    """The callee with the types that example calls of it tell."""
    signature = with_example_types(callee.signature, examples, classes)
    return replace(callee, signature=signature, key=(callee.key, "examples"))


def _passed(own: Signature, inner: Signature) -> str | None:
    """The arguments of the call; None where the wrapper's own parameters are not those that the wrapped function begins with."""
    named = [p.name for p in own.parameters if not p.kwarg_only]
    theirs = [p.name for p in inner.parameters if not p.kwarg_only]
    by_position = theirs if own.vararg is not None else theirs[: len(named)]
    if named != theirs[: len(named)] and own.vararg is None:
        return None
    parts = [*by_position, *([f"*{inner.vararg}"] if inner.vararg is not None else ())]
    parts += [f"{p.name}={p.name}" for p in inner.parameters if p.name not in by_position]
    return ", ".join(parts)


def _source(own: Signature, inner: Signature, passed: str) -> FunctionSource:
    positional = [p.name for p in inner.parameters if not p.kwarg_only]
    named = [p.name for p in inner.parameters if p.kwarg_only]
    star = [f"*{inner.vararg}"] if inner.vararg is not None else ["*"] if named else []
    name = inner.source.node.name if isinstance(inner.source.node, ast.FunctionDef) else "entry"
    lines = (f"def {name}({', '.join([*positional, *star, *named])}):", f"    return {_WRAPPER}({passed})")
    return written_source(lines, f"<call of {own.source.name}>", inner.source.name)
