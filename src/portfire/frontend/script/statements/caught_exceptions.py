"""What `except E as e` binds: an exception at run time, and the classes it may be of.

Comes before: `exception_values.py`, `object_attributes.py`. Comes after: `try_statement.py`, `exceptions.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from portfire.frontend.script.statements.exception_values import ExceptionClass, Unchanged, is_object_class, is_users
from portfire.frontend.script.statements.exits import Flow
from portfire.frontend.script.types.conversion import convert
from portfire.frontend.script.types.inference import resolved
from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.runtime_value import Behaviour, RuntimeValue
from portfire.frontend.script.values.static_values import Iteration, StaticValue
from portfire.ir.graph import Value
from portfire.ir.types import ANY, BOOL, EXCEPTION, STR, ClassType, ExceptionType, Type

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

_CLASS, _MESSAGE, _VALUE = range(3)


class CaughtException(StaticValue):
    """An exception at run time. `classes`: it is of one of them, or of a class derived from one."""

    run_time_type = EXCEPTION

    def __init__(self, value: Value, classes: Sequence[type[BaseException]] = (BaseException,)) -> None:
        self.exception = value
        self.classes = tuple(classes)

    def describe(self) -> str:
        """See the base class."""
        return "an exception"

    def as_value(self, emitter: Emitter) -> Value:
        """See the base class."""
        return self.exception

    def as_type(self, emitter: Emitter, target: Type) -> Value:
        """The exception where an object of its class is wanted, or any exception."""
        cls = target.python_class if isinstance(target, ClassType) else None
        if cls is not None and all(issubclass(c, cls) for c in self.classes):
            object_ = self._part(emitter, _VALUE, ANY)
            return emitter.insert("prim::unchecked_cast", [object_.value], target).value
        return convert(emitter, RuntimeValue(self.exception), target, "the exception")

    def class_name(self, emitter: Emitter) -> StaticValue:
        """The qualified name of the class."""
        return self._part(emitter, _CLASS, STR)

    def message(self, emitter: Emitter) -> StaticValue:
        """What `str()` of the exception gives."""
        return self._part(emitter, _MESSAGE, STR)

    def representation(self, emitter: Emitter) -> StaticValue:
        """What `repr()` of the exception gives."""
        own = next((c for c in _known_below(self.classes) if "__repr__" in vars(c)), None)
        if own is not None:
            raise emitter.fail(
                "unsupported-call",
                f"{own.__name__} has a '__repr__' of its own, which is not called for an exception that was caught",
                help="use str(e), or call a method of the exception",
            )
        return emitter.builtin("prim::ExceptionRepr", [self.exception])

    def _part(self, emitter: Emitter, index: int, type_: Type) -> RuntimeValue:
        return emitter.insert("prim::TupleIndex", [self.exception, emitter.constant_value(index)], type_)

    def has_attribute(self, emitter: Emitter, name: str) -> bool:
        """See the base class."""
        return name in ("args", "with_traceback", "__class__") or bool(self._owners(emitter, name))

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """See the base class."""
        if name == "args":
            return CaughtArguments(self.exception, self.classes)
        if name == "with_traceback":
            return Unchanged(self)
        if name == "__class__":
            return CaughtClass(self)
        return self._object(emitter, name).attribute(emitter, name)

    def set_attribute(self, emitter: Emitter, name: str, value: StaticValue) -> None:
        """See the base class."""
        if name == "args":
            raise emitter.fail(
                "no-set-attribute",
                "the arguments of an exception that was caught cannot be changed",
                notes=("its message was made when it was raised",),
                help="raise a new exception: `raise ValueError(message) from e`",
            )
        self._object(emitter, name).set_attribute(emitter, name, value)

    def _object(self, emitter: Emitter, name: str) -> RuntimeValue:
        """The exception as an object of a class that has an attribute."""
        owners = self._owners(emitter, name)
        if not owners:
            names = " or ".join(c.__name__ for c in self.classes)
            raise emitter.fail(
                "no-attribute",
                f"an exception caught as {names} has no attribute '{name}'",
                notes=(
                    "a program keeps the class, the arguments and the message of an exception, and what its class sets",
                ),
                help=f"name the class that sets '{name}' in the 'except', or test for it: `if isinstance(e, ...):`",
            )
        object_ = self._part(emitter, _VALUE, ANY)
        return emitter.insert("prim::unchecked_cast", [object_.value], owners[0])

    def _owners(self, emitter: Emitter, name: str) -> list[ClassType]:
        """The classes an exception may be of that have an attribute, if all of the same type; completed ones first."""
        if not all(is_users(c) and is_object_class(c) for c in self.classes):
            return []
        compiler = emitter.compiler
        first = [compiler.classes.script_class(c) for c in self.classes]
        below = [t for t in compiler.classes.script_types() if t not in first and _is_below(t, self.classes)]
        found = [t for t in [*first, *below] if name in t.attributes]
        if not found:
            for type_ in first:
                compiler.methods.complete(type_)
            found = [t for t in first if name in t.attributes]
        if found:
            return found if len({resolved(t.attributes[name].type) for t in found}) == 1 else []
        return first if all(hasattr(c, name) for c in self.classes) else []

    def truth(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return ConstantValue(True)


class CaughtArguments(StaticValue):
    """`e.args`: of what types depends on who raised the exception, so that each item is an `Any`, unless all who may have
    raised it in this program, the engine included, agree that it is a str."""

    def __init__(self, exception: Value, classes: Sequence[type[BaseException]]) -> None:
        self.exception = exception
        self.classes = tuple(classes)

    def describe(self) -> str:
        """See the base class."""
        return "the arguments of an exception"

    def _list(self, emitter: Emitter) -> RuntimeValue:
        return emitter.builtin("prim::ExceptionArguments", [self.exception])

    def length(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return emitter.builtin("aten::len", [self._list(emitter)])

    def truth(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return emitter.builtin("aten::gt", [self.length(emitter), ConstantValue(0)])

    def iterate(self, emitter: Emitter) -> Iteration:
        """See the base class."""
        return self._list(emitter).iterate(emitter)

    def index(self, emitter: Emitter, key: StaticValue) -> StaticValue:
        """See the base class."""
        item = self._list(emitter).index(emitter, key)
        position = key.constant()
        type_ = self._type_of(emitter, position) if isinstance(position, int) else None
        if type_ is None:
            return item
        return emitter.insert("prim::unchecked_cast", [emitter.runtime(item)], type_)

    def unpack(self, emitter: Emitter, count: int | None) -> Sequence[StaticValue]:
        """See the base class."""
        if count is None:
            return super().unpack(emitter, count)
        items = self._list(emitter).unpack(emitter, count)
        types = [self._type_of(emitter, i) for i in range(count)]
        return [
            item if type_ is None else emitter.insert("prim::unchecked_cast", [emitter.runtime(item)], type_)
            for item, type_ in zip(items, types, strict=True)
        ]

    def _type_of(self, emitter: Emitter, position: int) -> Type | None:
        """The type of an argument where all `raise` statements compiled so far agree on it."""
        types: set[Type] = set()
        for cls, given in emitter.compiler.raised:
            if issubclass(cls, self.classes):
                if not -len(given) <= position < len(given):
                    return None
                types.add(given[position])
        if any(not is_users(c) for c in self.classes):  # the engine raises these too, with a message
            types.add(STR if not any(issubclass(KeyError, c) for c in self.classes) else ANY)
        found = types.pop() if len(types) == 1 else ANY
        return None if found == ANY else found


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
            raise emitter.fail(
                "no-attribute",
                f"the type of an exception has no attribute '{name}' in a program",
                help="test for the class instead: `isinstance(e, ValueError)`",
            )
        parts = emitter.builtin("aten::split", [self.exception.class_name(emitter), ConstantValue(".")])
        return emitter.builtin("aten::__getitem__", [parts, ConstantValue(-1)])


class ExceptionBehaviour(Behaviour):
    """Exceptions that were kept in a variable or a container: of no class that is known while compiling."""

    def attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> StaticValue:
        """See the base class."""
        return CaughtException(value.value).attribute(emitter, name)

    def has_attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> bool:
        """See the base class."""
        return CaughtException(value.value).has_attribute(emitter, name)

    def truth(self, emitter: Emitter, value: RuntimeValue) -> StaticValue:
        """See the base class."""
        return ConstantValue(True)


def as_caught(value: StaticValue) -> CaughtException | None:
    """An exception that was caught, also where it was kept since; None for other values."""
    if isinstance(value, CaughtException):
        return value
    if isinstance(value, RuntimeValue) and value.type == EXCEPTION:
        return CaughtException(value.value)
    return None


def narrowed_exception(value: StaticValue, type_: Type) -> CaughtException | None:
    """An exception after `isinstance` has shown of which classes it is; None for other values and facts."""
    caught = as_caught(value)
    if caught is None or not isinstance(type_, ExceptionType):
        return None
    return CaughtException(caught.exception, type_.classes)


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


def classes_in(types: Any) -> list[type[BaseException]]:
    """The Python classes in `T` or `(T, U)`, as far as they are exceptions."""
    if isinstance(types, ExceptionClass):
        return [types.cls]
    return [cls for item in getattr(types, "items", ()) for cls in classes_in(item)]


def _known_below(classes: Sequence[type]) -> Iterator[type]:
    for cls in classes:
        if is_users(cls):
            yield cls
            yield from _known_below(cls.__subclasses__())


def _is_below(type_: ClassType, classes: Sequence[type]) -> bool:
    """Whether all exceptions of `type_` are of one of `classes`."""
    cls = type_.python_class
    return cls is not None and issubclass(cls, tuple(classes))
