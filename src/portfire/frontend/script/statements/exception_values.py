"""Exceptions as values: classes, exceptions about to be raised, and objects of the user's own exception classes.

An exception that holds no more than arguments stays a compile-time value until it is raised or kept; one of a class with its
own `__init__`, `__str__` or fields is an object of a script class, with its arguments in the attribute `args`.

Comes before: `caught_exceptions.py`, `class_values.py`. Comes after: `exceptions.py` (raises them), `try_statement.py`.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch

from portfire.frontend.script.types.conversion import convert, static_type
from portfire.frontend.script.types.forms import shown
from portfire.frontend.script.values.constant_values import FALSE_VALUE, NONE_VALUE, TRUE_VALUE, ConstantValue
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir.forms import form_of
from portfire.ir.graph import Value
from portfire.ir.types import ANY, EXCEPTION, STR, ClassType

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Arguments = Sequence[StaticValue]
Keywords = dict[str, StaticValue]

#: Exceptions of torch that programs know by the name of their public alias.
_NAMES: dict[type[BaseException], str] = {vars(torch.linalg)["LinAlgError"]: "torch.linalg.LinAlgError"}

#: CPython's flag of classes made by a `class` statement.
_HEAP_TYPE = 1 << 9


def is_users(cls: type) -> bool:
    """Whether an exception class is written in Python, by the user or a library."""
    return bool(cls.__flags__ & _HEAP_TYPE) and cls not in _NAMES


def is_object_class(cls: type) -> bool:
    """Whether exceptions of a class hold more than their arguments: then they are objects of a script class."""
    return any(
        isinstance(member, (types.FunctionType, property)) or name == "__annotations__"
        for base in cls.__mro__
        if is_users(base)
        for name, member in vars(base).items()
    )


def qualified_name(emitter: Emitter, cls: type[BaseException]) -> str:
    """The name of an exception class, as programs know it."""
    if is_users(cls):
        return emitter.compiler.classes.script_class(cls).name
    return _NAMES.get(cls) or f"{cls.__module__}.{cls.__qualname__}"


def names_below(emitter: Emitter, cls: type[BaseException]) -> list[str]:
    """The names of a class and of those below it that torch raises: the engine does not know where they belong."""
    below = [name for known, name in _NAMES.items() if issubclass(known, cls) and known is not cls]
    return [qualified_name(emitter, cls), *below]


class ExceptionClass(StaticValue):
    """An exception type."""

    def __init__(self, cls: type[BaseException]) -> None:
        self.cls = cls

    @property
    def identity(self) -> object:
        """What tells this value from others."""
        return ("exception", self.cls)

    def describe(self) -> str:
        """See the base class."""
        return f"the exception {self.cls.__name__}"

    def call(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        """See the base class."""
        if is_users(self.cls) and is_object_class(self.cls):
            return self._object(emitter, args, kwargs)
        if kwargs:
            raise emitter.fail(
                "bad-call",
                f"{self.cls.__name__} takes no keyword arguments",
                help=f"{self.cls.__name__}(message), without names",
            )
        return ExceptionValue(self.cls, list(args))

    def _object(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        for name in ("__new__", "__reduce__", "__getattribute__"):
            if isinstance(getattr(self.cls, name, None), types.FunctionType):
                raise emitter.fail(
                    "unsupported-call",
                    f"the exception {self.cls.__name__} has '{name}' of its own, which programs do not run",
                    help=f"do the work in '__init__', and leave '{name}' out",
                )
        classes = emitter.compiler.classes
        type_ = classes.script_class(self.cls)
        made = emitter.insert("prim::CreateObject", [], type_)
        set_arguments(emitter, made, [*args, *kwargs.values()] if not kwargs else args)
        init = emitter.compiler.methods.initialiser(made, type_)
        if init is not None:
            init.call(emitter, args, kwargs)
        elif kwargs:
            raise emitter.fail(
                "bad-call",
                f"{self.cls.__name__} takes no keyword arguments",
                help="define `__init__`, or leave the name out",
            )
        return made

    def has_attribute(self, emitter: Emitter, name: str) -> bool:
        """See the base class."""
        return hasattr(self.cls, name)

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """`Base.__init__(self, ...)`, constants of the class, its name."""
        if name in ("__name__", "__qualname__"):
            return ConstantValue(getattr(self.cls, name))
        if is_users(self.cls):
            from portfire.frontend.script.classes.class_values import ScriptClass

            found = inspect.getattr_static(self.cls, name, None)
            if found is not None and not isinstance(found, types.WrapperDescriptorType):
                return ScriptClass(self.cls).attribute(emitter, name)
        if name in ("__init__", "__str__"):
            return _UnboundBaseMethod(self.cls, name)
        raise emitter.fail(
            "no-attribute", f"{self.describe()} has no attribute '{name}'", help="define it in the class"
        )


class ExceptionValue(StaticValue):
    """An exception that is nothing but its class and its arguments."""

    run_time_type = EXCEPTION

    def __init__(self, cls: type[BaseException], args: Sequence[StaticValue]) -> None:
        self.cls = cls
        self.args = args

    def describe(self) -> str:
        """See the base class."""
        return f"a {self.cls.__name__}"

    def message(self, emitter: Emitter) -> StaticValue:
        """What `str()` of the exception gives."""
        if not self.args:
            return ConstantValue("")
        shown = self.args[0] if len(self.args) == 1 else TupleValue(self.args)
        if len(self.args) == 1 and _quotes(self.cls):
            return emitter.compiler.value_of(emitter, repr, "repr").call(emitter, [shown], {})
        return text_of(emitter, shown)

    @property
    def is_message(self) -> bool:
        """Whether the message says everything."""
        return len(self.args) == 1 and static_type(self.args[0]) == STR and not _quotes(self.cls)

    def value(self, emitter: Emitter) -> Value | None:
        """What the exception holds beside its message: its arguments; None where they are the message."""
        if self.is_message:
            return None
        return convert(emitter, RuntimeValue(TupleValue(self.args).as_value(emitter)), ANY, "the arguments")

    def as_value(self, emitter: Emitter) -> Value:
        """See the base class."""
        name = emitter.constant_value(qualified_name(emitter, self.cls))
        none = emitter.constant_value(None)
        value = self.value(emitter)
        parts = [name, emitter.runtime(self.message(emitter)), none if value is None else value, none]
        return emitter.insert("prim::TupleConstruct", parts, EXCEPTION).value

    def has_attribute(self, emitter: Emitter, name: str) -> bool:
        """See the base class."""
        return name == "args"

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """See the base class."""
        if name == "args":
            return TupleValue(self.args)
        if name == "with_traceback":
            return Unchanged(self)
        if name == "__class__":
            return ExceptionClass(self.cls)
        raise emitter.fail(
            "no-attribute",
            f"{self.describe()} has no attribute '{name}' in a program",
            help="give the exception a class of its own that sets the attribute in `__init__`",
        )

    def truth(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return TRUE_VALUE


class Unchanged(StaticValue):
    """`e.with_traceback(tb)`: the exception; a program has no tracebacks to set."""

    def __init__(self, exception: StaticValue) -> None:
        self.exception = exception

    def describe(self) -> str:
        """See the base class."""
        return "the method 'with_traceback'"

    def call(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        """See the base class."""
        return self.exception


# Objects of exception classes


def exception_class_of(value: StaticValue) -> type[BaseException] | None:
    """The class of an object of a user's exception class; None for other values."""
    if not isinstance(value, RuntimeValue) or not isinstance(value.type, ClassType):
        return None
    cls = value.type.python_class
    return cls if cls is not None and issubclass(cls, BaseException) else None


def set_arguments(emitter: Emitter, exception: RuntimeValue, args: Arguments) -> None:
    """`exception.args = args`."""
    packed = convert(emitter, RuntimeValue(TupleValue(args).as_value(emitter)), ANY, "the arguments")
    emitter.node("prim::SetAttr", [exception.value, packed], name="args")


def object_message(emitter: Emitter, exception: RuntimeValue, cls: type[BaseException]) -> StaticValue:
    """`str()` of an object of an exception class."""
    if isinstance(getattr(cls, "__str__"), types.FunctionType):  # noqa: B009 (of the class, not of an object)
        return exception.attribute(emitter, "__str__").call(emitter, [], {})
    return base_message(emitter, exception, cls)


def base_message(emitter: Emitter, exception: RuntimeValue, cls: type[BaseException]) -> StaticValue:
    """`BaseException.__str__`: of the arguments."""
    args = emitter.insert("prim::GetAttr", [exception.value], ANY, name="args")
    return emitter.builtin("prim::ExceptionText", [args, TRUE_VALUE if _quotes(cls) else FALSE_VALUE])


def object_exception(emitter: Emitter, made: RuntimeValue, cls: type[BaseException]) -> Value:
    """An object as the exception that a handler is given."""
    name = emitter.constant_value(qualified_name(emitter, cls))
    message = emitter.runtime(object_message(emitter, made, cls))
    value = convert(emitter, made, ANY, "the exception")
    parts = [name, message, value, emitter.constant_value(None)]
    return emitter.insert("prim::TupleConstruct", parts, EXCEPTION).value


class BaseMethod(StaticValue):
    """`super().__init__` or `super().__str__` of an exception, where the next class is one of Python's own."""

    def __init__(self, receiver: RuntimeValue, base: type[BaseException], name: str) -> None:
        self.receiver = receiver
        self.base = base
        self.name = name

    def describe(self) -> str:
        """See the base class."""
        return f"the method '{self.name}' of {self.base.__name__}"

    def call(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        """See the base class."""
        if kwargs:
            raise emitter.fail(
                "bad-call", f"{self.base.__name__} takes no keyword arguments", help="pass the message without a name"
            )
        if self.name == "__str__":
            return base_message(emitter, self.receiver, self.base)
        set_arguments(emitter, self.receiver, args)
        return NONE_VALUE


class _UnboundBaseMethod(StaticValue):
    """`Exception.__init__`, to be called with the exception."""

    def __init__(self, cls: type[BaseException], name: str) -> None:
        self.cls = cls
        self.name = name

    def call(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        """See the base class."""
        if not args or exception_class_of(args[0]) is None:
            raise emitter.fail(
                "bad-call",
                f"'{self.cls.__name__}.{self.name}' is called without an exception",
                help=f"super().{self.name}(message)",
            )
        receiver = args[0]
        assert isinstance(receiver, RuntimeValue)
        return BaseMethod(receiver, self.cls, self.name).call(emitter, args[1:], kwargs)


def base_method(receiver: RuntimeValue, base: type, name: str) -> StaticValue | None:
    """A method that an exception inherits from one of Python's own, as `super()` finds it."""
    if issubclass(base, BaseException) and not is_users(base) and name in ("__init__", "__str__"):
        return BaseMethod(receiver, base, name)
    return None


def _quotes(cls: type[BaseException]) -> bool:
    """Whether `str()` of an exception of this class is the repr of its argument."""
    return issubclass(cls, KeyError)


def text_of(emitter: Emitter, value: Any) -> StaticValue:
    """`str(value)` of something that is no exception."""
    type_ = static_type(value)
    if type_ == STR and form_of(type_) is None:
        found: StaticValue = value
        return found
    return shown(emitter, value) or emitter.builtin("aten::str", [value])
