"""`x.tolist()`: nested lists of ints, floats, bools or complex numbers, or one of these, as the tensor has it.

    sizes: List[int] = x.tolist()           a declaration says what it is
    for a, b in x.tolist(): ...             a loop, an index or a length tells how deep it goes
    parts = y.split(x.tolist())             otherwise the tensor must have one dimension, and a part of it none

What it is made of is a copy of the tensor: a list does not change when the tensor does. The list itself cannot be changed,
unless its type is declared.

Comes before: `static_values.py`, `python_library/tensor_numbers.py`. Comes after: `tensor_values.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from portfire.frontend.script.builtins.python_library import tensor_numbers
from portfire.frontend.script.values.indexing import SliceValue
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import CHANGING, Iteration, StaticValue
from portfire.ir.graph import Value
from portfire.ir.types import BOOL, COMPLEX, FLOAT, INT, NUMBER, ListType, OptionalType, Type

if TYPE_CHECKING:
    from portfire.diagnostics import CompileAbort
    from portfire.frontend.script.emitter import Emitter

#: How TorchScript's `prim::tolist` names the type of the elements.
_ELEMENT_NUMBERS: dict[Type, int] = {INT: 0, FLOAT: 1, BOOL: 2, COMPLEX: 3}


class NumbersOfTensor(StaticValue):
    """`is_part`: an item of what `tolist` gives, a number unless it is used as a list. `is_kept`: nobody else has the tensor."""

    #: A declared type says what the value is: it may be an argument.
    is_run_time = True

    def __init__(self, tensor: StaticValue, *, is_part: bool = False, is_kept: bool = False) -> None:
        self.tensor = tensor
        self.is_part = is_part
        self.is_kept = is_kept
        #: Whether a part has been used as a list.
        self.is_list = False

    @property
    def run_time_type(self) -> Type | None:
        """What it is where nothing declares it; None of a part that is a list, of nobody knows what."""
        if self.is_part:
            return None if self.is_list else NUMBER
        return ListType(NUMBER)

    def describe(self) -> str:
        """See the base class."""
        return "the result of 'tolist'"

    def kept(self, emitter: Emitter) -> NumbersOfTensor:
        """The same, of a copy of the tensor: what a variable holds."""
        if self.is_kept:
            return self
        copy = emitter.builtin("aten::clone", [emitter.builtin("aten::detach", [self.tensor])])
        return NumbersOfTensor(copy, is_part=self.is_part, is_kept=True)

    def as_value(self, emitter: Emitter) -> Value:
        """See the base class."""
        function = tensor_numbers.number if self.is_part else tensor_numbers.numbers
        return emitter.runtime(emitter.compiler.function_value(function).call(emitter, [self.tensor], {}))

    def as_type(self, emitter: Emitter, type_: Type) -> Value:
        """The numbers, as a declared type: nested lists of int, float, bool or complex, or one of these."""
        if isinstance(type_, OptionalType):
            return self.as_type(emitter, type_.element)
        depth, element = 0, type_
        while isinstance(element, ListType):
            depth, element = depth + 1, element.element
        if element in _ELEMENT_NUMBERS:
            inputs = [self.tensor.as_value(emitter), emitter.constant_value(depth)]
            inputs.append(emitter.constant_value(_ELEMENT_NUMBERS[element]))
            return emitter.builder.insert("prim::tolist", inputs, type_)
        if type_ == self.run_time_type or not isinstance(type_, ListType):
            from portfire.frontend.script.types.conversion import convert

            return convert(emitter, RuntimeValue(self.as_value(emitter)), type_, "what 'tolist' gives")
        raise emitter.fail(
            "unknown-element-type",
            f"'tolist' gives no {type_.annotation}: its items are numbers, or lists of numbers",
            help="declare what it gives: `values: List[float] = x.tolist()`",
        )

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """See the base class."""
        if name in CHANGING:
            raise self._changed(emitter)
        return RuntimeValue(self.as_value(emitter)).attribute(emitter, name)

    def set_index(self, emitter: Emitter, key: StaticValue, value: StaticValue) -> None:
        """See the base class."""
        raise self._changed(emitter)

    def _changed(self, emitter: Emitter) -> CompileAbort:
        return emitter.fail(
            "unknown-element-type",
            "a list that 'tolist' gives can be changed only where its type is declared",
            help="declare it: `values: List[float] = x.tolist()`",
        )

    def iterate(self, emitter: Emitter) -> Iteration:
        """See the base class."""
        self.is_list = True
        return Iteration(source=_Items(self.kept(emitter).tensor))

    def index(self, emitter: Emitter, key: StaticValue) -> StaticValue:
        """See the base class."""
        self.is_list = True
        part = self.tensor.index(emitter, key)
        return NumbersOfTensor(part, is_part=self.is_part or not isinstance(key, SliceValue), is_kept=self.is_kept)

    def length(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        self.is_list = True
        return self.tensor.length(emitter)

    def truth(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return RuntimeValue(self.as_value(emitter)).truth(emitter)

    def unpack(self, emitter: Emitter, count: int | None) -> Sequence[StaticValue]:
        """See the base class."""
        self.is_list = True
        rows = self.kept(emitter).tensor.unpack(emitter, count)
        return [NumbersOfTensor(row, is_part=True, is_kept=True) for row in rows]


class _Items(StaticValue):
    """What a loop over them goes over."""

    def __init__(self, tensor: StaticValue) -> None:
        self.tensor = tensor

    def length(self, emitter: Emitter) -> StaticValue:
        return self.tensor.length(emitter)

    def emit_item(self, emitter: Emitter, index: Value) -> StaticValue:
        item = emitter.builtin("aten::select", [self.tensor, emitter.constant(0), index])
        return NumbersOfTensor(item, is_part=True, is_kept=True)


def with_sizes(emitter: Emitter, operands: Sequence[Value]) -> list[Any] | None:
    """Operands whose lists of numbers have become lists of ints, which sizes are; None where there is none."""
    if not any(o.type == ListType(NUMBER) for o in operands):
        return None
    function = emitter.compiler.function_value(tensor_numbers.sizes)
    return [function.call(emitter, [RuntimeValue(o)], {}) if o.type == ListType(NUMBER) else o for o in operands]
