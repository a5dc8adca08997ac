"""What `except E as e` binds: an exception at run time, a tuple of its class's name and its message.

Comes before: `static_values.py`. Comes after: `try_statement.py`, `exceptions.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from portfire.frontend.script.constant_values import ConstantValue
from portfire.frontend.script.exits import Flow
from portfire.frontend.script.runtime_value import RuntimeValue
from portfire.frontend.script.static_values import StaticValue
from portfire.frontend.script.tuple_values import TupleValue
from portfire.ir.graph import Value
from portfire.ir.types import BOOL, STR, TupleType

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

#: The type of an exception in a program: the qualified name of its class, and its message.
EXCEPTION = TupleType((STR, STR))


class CaughtException(StaticValue):
    """An exception that a handler was given."""

    def __init__(self, value: Value) -> None:
        self.exception = value

    def describe(self) -> str:
        """See the base class."""
        return "an exception"

    def class_name(self, emitter: Emitter) -> StaticValue:
        """The qualified name of the class."""
        return emitter.insert("prim::TupleIndex", [self.exception, emitter.constant_value(0)], STR)

    def message(self, emitter: Emitter) -> StaticValue:
        """What `str()` of the exception gives."""
        return emitter.insert("prim::TupleIndex", [self.exception, emitter.constant_value(1)], STR)

    def has_attribute(self, emitter: Emitter, name: str) -> bool:
        """See the base class."""
        return name == "args"

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """See the base class."""
        if name == "args":
            return TupleValue([self.message(emitter)])
        raise emitter.fail(
            "no-attribute",
            f"an exception has no attribute '{name}' in a program",
            notes=("a program keeps the type of an exception and its message",),
            help="put what the handler needs into the message, or into a variable before the 'raise'",
        )

    def truth(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return ConstantValue(True)


class CaughtClass(StaticValue):
    """`type(e)`: only its name is known in a program."""

    def __init__(self, exception: CaughtException) -> None:
        self.exception = exception

    def describe(self) -> str:
        """See the base class."""
        return "the type of an exception"

    def has_attribute(self, emitter: Emitter, name: str) -> bool:
        """See the base class."""
        return name in ("__name__", "__qualname__")

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """See the base class."""
        if not self.has_attribute(emitter, name):
            return super().attribute(emitter, name)
        parts = emitter.builtin("aten::split", [self.exception.class_name(emitter), ConstantValue(".")])
        return emitter.builtin("aten::__getitem__", [parts, ConstantValue(-1)])


def emit_reraise(emitter: Emitter, exception: Value) -> Flow:
    """Raise again what a handler was given."""
    emitter.node("prim::Reraise", [exception])
    emitter.frame.is_dead = True
    return Flow.RAISES


def emit_is_a(emitter: Emitter, exception: CaughtException, names: Sequence[str]) -> StaticValue:
    """Whether an exception's class is, or derives from, one of `names`: it is raised again to see which handler gets it."""
    node = emitter.node("prim::Try", outputs=[BOOL], classes=[" ".join(names), ""])
    with emitter.within(node.add_block()):
        emit_reraise(emitter, exception.exception)
        node.blocks[0].add_input(emitter.builder.insert("prim::Uninitialized", (), BOOL))
    for outcome in (True, False):
        block = node.add_block()
        block.add_parameter(EXCEPTION)
        with emitter.within(block):
            block.add_input(emitter.constant_value(outcome))
    return RuntimeValue(node.output)
