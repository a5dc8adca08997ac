"""Calls of methods on objects that may be of a subclass: at run time the object's class decides, as in Python.

A call names a method, and the program looks it up in the class of the object. So every class in the program that derives from
the class a call is compiled for must have the method under the same name, compiled for arguments of the same types. That is
done at the end of a compilation, when all classes are known.

Comes before: `methods.py`. Comes after: `methods.py` (notes the calls, asks for the rest at the end).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from portfire.diagnostics import CompileAbort, Diagnostic
from portfire.frontend.script.emitter import Emitter
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_dicts import StaticDict
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir import types as ir
from portfire.ir.graph import MISSING, Function, Graph
from portfire.ir.source import SourceRange
from portfire.ir.subtyping import is_subtype

if TYPE_CHECKING:
    from portfire.frontend.script.classes.methods import MethodSource, MethodTable


@dataclass(frozen=True, eq=False)
class VirtualCall:
    """A call on an object that may be of a subclass of `cls`. `function` None: it was compiled in place."""

    cls: ir.ClassType
    source: MethodSource
    function: Function | None
    args: Sequence[StaticValue]
    kwargs: dict[str, StaticValue]
    range: SourceRange | None
    chain: tuple[SourceRange, ...]


class Overrides:
    """The calls of one compilation that a subclass may answer."""

    def __init__(self, methods: MethodTable) -> None:
        self.methods = methods
        self._calls: list[VirtualCall] = []
        self._known: set[object] = set()
        self._done: set[tuple[int, ir.ClassType]] = set()

    def note(self, call: VirtualCall) -> None:
        """A call was compiled."""
        key = (call.cls, call.source.name, call.function if call.function is not None else len(self._calls))
        if key not in self._known:
            self._known.add(key)
            self._calls.append(call)

    def compile_all(self) -> None:
        """Compile the method of every call for every class that derives from the one it is called on."""
        compiler = self.methods.compiler
        number = 0
        while number < len(self._calls):
            call = self._calls[number]
            for cls in compiler.classes.script_types():
                if cls is not call.cls and is_subtype(cls, call.cls) and (number, cls) not in self._done:
                    self._done.add((number, cls))
                    with compiler.diagnostics.recovering():
                        self._compile(call, cls)
            number += 1

    def _compile(self, call: VirtualCall, cls: ir.ClassType) -> None:
        from portfire.frontend.script.classes.methods import method_source

        source = call.source
        if source.name == source.function.__name__:  # else it is that of a certain class: `Base.method(x)`
            found = method_source(cls.python_class, source.name)
            source = source if found is None else found
        if call.function is None:
            if source.function is not call.source.function:
                raise self._mismatch(call, cls, "it is given something that exists only while compiling")
            return
        emitter = Emitter(self.methods.compiler, Graph(), call.chain)
        emitter.builder.range = call.range
        receiver = emitter.insert("prim::Uninitialized", [], cls)
        args = [_stand_in(emitter, a) for a in call.args]
        kwargs = {k: _stand_in(emitter, v) for k, v in call.kwargs.items()}
        self.methods.call(emitter, receiver, replace(source, name=call.source.name), args, kwargs)
        compiled = self.methods.last_called
        if compiled is None or cls.methods.get(call.function.base_name) is not compiled:
            raise self._mismatch(call, cls, "their parameters have different types")
        self._check(call, cls, call.function, compiled)

    def _check(self, call: VirtualCall, cls: ir.ClassType, base: Function, override: Function) -> None:
        mine, theirs = override.parameters[1:], base.parameters[1:]
        if len(mine) < len(theirs) or any(p.default is MISSING for p in mine[len(theirs) :]):
            raise self._mismatch(call, cls, "they take different numbers of parameters")
        for a, b in zip(mine, theirs, strict=False):
            if not is_subtype(b.type, a.type):
                raise self._mismatch(
                    call, cls, f"'{a.name}' is {a.type.annotation} there, and {b.type.annotation} here"
                )
        if is_subtype(override.return_type, base.return_type):
            return
        learned, owner = self.methods.compiler.attribute_types, call.cls.python_class
        if owner is not None:
            for type_ in (base.return_type, override.return_type):
                if type_ != ir.NONE:
                    learned.note(self.methods.compiler, owner, result_name(call.source.name), type_)
        returned = f"it returns {override.return_type.annotation} there, and {base.return_type.annotation} here"
        raise self._mismatch(call, cls, returned)

    @staticmethod
    def _mismatch(call: VirtualCall, cls: ir.ClassType, why: str) -> CompileAbort:
        names = [c.name.rpartition(".")[2] for c in (cls, call.cls)]
        return CompileAbort(
            Diagnostic(
                "override-mismatch",
                f"'{call.source.name}' of '{names[0]}' cannot be called in place of that of '{names[1]}': {why}",
                call.range,
                help="annotate the parameters and the return type of both with the same types",
                chain=call.chain,
            )
        )


def result_name(method: str) -> str:
    """What the result of a method is called among the attributes that a compilation learns of."""
    return f"{method}()"


def is_exact(receiver: RuntimeValue) -> bool:
    """Whether the object is certainly of its static class: it was made here."""
    return receiver.value.node is not None and receiver.value.node.kind == "prim::CreateObject"


def _stand_in(emitter: Emitter, value: StaticValue) -> StaticValue:
    """A value that compiles like this one, in a graph of its own."""
    if isinstance(value, RuntimeValue):
        return emitter.insert("prim::Uninitialized", [], value.type)
    if isinstance(value, TupleValue):
        return TupleValue([_stand_in(emitter, i) for i in value.items], is_list=value.is_list)
    if isinstance(value, StaticDict):
        return StaticDict([(_stand_in(emitter, k), _stand_in(emitter, v)) for k, v in value.pairs])
    return value
