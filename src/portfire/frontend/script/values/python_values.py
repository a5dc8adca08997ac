"""What a Python object that source code names means as a value: found by identity first, then by kind.

Comes before: one file per family of values. Comes after: `compiler.py`.
"""

from __future__ import annotations

import argparse
import builtins
import dataclasses
import difflib
import enum
import functools
import inspect
import logging
import sys
import types
import typing
from typing import TYPE_CHECKING, Any

import torch

from portfire.diagnostics import CompileAbort
from portfire.diagnostics.library_calls import is_library
from portfire.frontend.script import marks
from portfire.frontend.script.builtins import torch_library
from portfire.frontend.script.builtins.builtin_functions import FUNCTIONS, TYPES, BuiltinFunction
from portfire.frontend.script.builtins.checks_and_logs import LoggerValue, logging_function, standard_stream
from portfire.frontend.script.builtins.dtype_limits import emit_limits
from portfire.frontend.script.builtins.library_functions import LIBRARY_FUNCTIONS, made_getter
from portfire.frontend.script.builtins.library_reasons import explain_library, explain_numpy, is_numpy, library_of
from portfire.frontend.script.classes.dataclass_functions import DATACLASS_FUNCTIONS
from portfire.frontend.script.classes.methods import LeftToPython
from portfire.frontend.script.classes.named_tuples import known_named_tuple
from portfire.frontend.script.functions.fork import ForkFunction
from portfire.frontend.script.functions.function_values import CompiledFunction, PythonFunction, compiled_before
from portfire.frontend.script.statements.exception_values import ExceptionClass
from portfire.frontend.script.statements.generator_contexts import generator_behind
from portfire.frontend.script.statements.with_statement import CONTEXT_MANAGERS, IGNORED_BLOCK
from portfire.frontend.script.values.byte_strings import known_bytes
from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.not_implemented import NOT_IMPLEMENTED
from portfire.frontend.script.values.operator_value import OperatorValue
from portfire.frontend.script.values.set_values import KnownSet
from portfire.frontend.script.values.static_dicts import StaticDict
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.frontend.script.values.type_tests import AnnotationValue, TypeValue
from portfire.ir.graph import Function
from portfire.ops.python_names import builtin_of

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

_CONSTANTS = (
    bool, int, float, complex, str, type(None), torch.dtype, torch.device, torch.layout, torch.memory_format, torch.qscheme, torch.Tensor,
)  # fmt: skip


_FORK, _WAIT = ForkFunction(), OperatorValue("aten::wait", called="wait")
#: portfire's `fork` and `wait`, and what torch's are made of.
_FORKING: dict[Any, StaticValue] = {marks.fork: _FORK, marks.wait: _WAIT, torch._C.fork: _FORK, torch._C.wait: _WAIT}
#: torch's public functions, by name: their Python also warns that they are deprecated.
_FORKING_BY_NAME: dict[str, StaticValue] = {
    f"{module}.{name}": value
    for module in ("torch.jit", "torch.jit._async")
    for name, value in (("fork", _FORK), ("wait", _WAIT))
}


_PLAIN: tuple[Any, ...] = (bool, int, float, complex, str)


class Namespace(StaticValue):
    """A Python module, or another object that only holds things (`torch.ops.aten`)."""

    def __init__(self, python_object: Any, name: str) -> None:
        self.python_object = python_object
        self.name = name

    @property
    def identity(self) -> object:
        """What tells this value from others."""
        return ("namespace", self.name, id(self.python_object))

    def describe(self) -> str:
        """See the base class."""
        return f"the module '{self.name}'"

    def has_attribute(self, emitter: Emitter, name: str) -> bool:
        """See the base class."""
        return hasattr(self.python_object, name)

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """See the base class."""
        try:
            found = getattr(self.python_object, name)
        except AttributeError:
            near = difflib.get_close_matches(name, dir(self.python_object), 1)
            help_ = f"did you mean '{near[0]}'?" if near else None
            if isinstance(self.python_object, torch._ops._OpNamespace):
                called = f"{self.python_object.name}::{name}"
                help_ = help_ or "load the library that registers it before compiling"
                raise emitter.fail("unknown-operator", f"there is no operator '{called}'", help=help_) from None
            raise emitter.fail("no-attribute", f"{self.describe()} has no '{name}'", help=help_) from None
        return emitter.compiler.value_of(emitter, found, name)


def value_of_object(emitter: Emitter, python_object: Any, name: str) -> StaticValue:
    """The value of a Python object."""
    python_object = marks.python_behind(python_object)
    if isinstance(python_object, StaticValue):
        return python_object
    if isinstance(python_object, bytes):
        return known_bytes(emitter, python_object)
    if isinstance(python_object, _CONSTANTS) and not isinstance(python_object, enum.Enum):
        return _constant(emitter, python_object)
    if is_numpy(python_object):
        raise _no_value(emitter, python_object, name)
    if type(python_object).__name__ in ("_SpecialGenericAlias", "_TupleType"):  # typing.OrderedDict: the class itself
        python_object = python_object.__origin__
    found = _by_identity(python_object)
    if found is not None:
        return found
    if callable(python_object):
        found = _callable_value(emitter, python_object, name)
        if found is not None:
            return found
    found = _by_kind(emitter, python_object, name)
    if found is not None:
        return found
    raise _no_value(emitter, python_object, name)


def _constant(emitter: Emitter, value: Any) -> StaticValue:
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        raise emitter.fail(
            "int-too-large", f"the int {value} does not fit into 64 bits", help="use a float, or a value below 2**63"
        )
    for plain in _PLAIN:
        if isinstance(value, plain):
            return ConstantValue(plain(value))  # also of a subclass
    return ConstantValue(value)


def _by_identity(python_object: Any) -> StaticValue | None:
    try:
        for table in (DATACLASS_FUNCTIONS, FUNCTIONS, TYPES, LIBRARY_FUNCTIONS, CONTEXT_MANAGERS, _FORKING):
            found = table.get(python_object)
            if found is not None:
                return found
    except TypeError:  # not hashable
        pass
    return None


def _callable_value(emitter: Emitter, python_object: Any, name: str) -> StaticValue | None:
    forking = _FORKING_BY_NAME.get(torch_library.qualified_name(python_object))
    if forking is not None:
        return forking
    logging_ = logging_function(torch_library.qualified_name(python_object))
    if logging_ is not None:
        return logging_
    special = torch_library.special_function(python_object)
    if special is not None:
        return special
    operator = builtin_of(python_object)
    if operator is not None:
        called = name or operator
        if inspect.isclass(python_object):
            return TypeValue(
                python_object, lambda e, args, kwargs: OperatorValue(operator, called=called).call(e, args, kwargs)
            )
        return OperatorValue(operator, called=called)
    if isinstance(python_object, types.FunctionType) and marks.is_left_to_python(python_object):
        return LeftToPython(python_object.__name__, python_object)
    compiled = _compiled_function(python_object)
    if compiled is not None:
        return compiled
    library = library_of(python_object, name)
    if library is not None:
        raise explain_library(emitter, python_object, name, library)
    python_object = generator_behind(python_object)
    if isinstance(python_object, (types.FunctionType, functools.partial)) or hasattr(python_object, "__wrapped__"):
        return PythonFunction(python_object)
    getter = made_getter(emitter, python_object)
    if getter is not None:
        return getter
    if isinstance(python_object, typing.NewType):
        return BuiltinFunction(name, lambda emitter, args, kwargs: args[0])
    if isinstance(python_object, types.MethodType):
        return _bound_method(emitter, python_object, name)
    if inspect.isclass(python_object):
        return _class(emitter, python_object)
    return None


def _compiled_function(python_object: Any) -> StaticValue | None:
    """A function that was compiled before and has no source: traced, or loaded."""
    if isinstance(python_object, Function):
        return CompiledFunction(python_object)
    function = compiled_before(python_object)
    if function is None or hasattr(python_object, "__wrapped__"):
        return None  # what has its source is compiled again, for the arguments given here
    return CompiledFunction(function)


def _bound_method(emitter: Emitter, method: types.MethodType, name: str) -> StaticValue:
    """A method of an object that is known while compiling: a class method, or a method of a constant object."""
    receiver = emitter.compiler.value_of(emitter, method.__self__, name)
    if isinstance(receiver, (Namespace, _Record)):
        raise _no_value(emitter, method, name)
    if inspect.isclass(method.__self__):
        return emitter.compiler.value_of(emitter, functools.partial(method.__func__, method.__self__), method.__name__)
    return receiver.attribute(emitter, method.__name__)


def _class(emitter: Emitter, cls: type) -> StaticValue:
    from portfire.frontend.script.classes.class_values import class_value

    if cls in (torch.finfo, torch.iinfo):
        return TypeValue(cls, lambda e, args, kwargs: emit_limits(e, cls, [*args, *kwargs.values()]))
    if issubclass(cls, BaseException):
        return ExceptionClass(cls)
    if cls.__name__ == "_IgnoreContextManager" and cls.__module__.startswith("torch."):
        return IGNORED_BLOCK
    if cls.__module__ == "torch" or issubclass(cls, torch.Tensor) or cls.__module__ == "builtins":
        return TypeValue(cls)
    if cls.__module__ in ("collections", "numbers", "collections.abc"):
        return TypeValue(cls)
    return class_value(cls, emitter.compiler)


def _outside(value: StaticValue, name: str) -> StaticValue:
    """Marks a list, dict or set that lies outside of the program: changes are looked for (`outside_containers.py`)."""
    value.outside = f"'{name}'" if name else f"this {value.describe()}"
    return value


def _by_kind(emitter: Emitter, python_object: Any, name: str) -> StaticValue | None:
    compiler = emitter.compiler
    if isinstance(python_object, types.ModuleType) or type(python_object).__module__ == "torch._ops":
        return Namespace(python_object, getattr(python_object, "__name__", name))
    if python_object is NotImplemented:
        return NOT_IMPLEMENTED
    if isinstance(python_object, enum.Enum):
        return ConstantValue(python_object, compiler.classes.type_of(type(python_object)))
    if isinstance(python_object, logging.Logger):
        return LoggerValue(python_object)
    stream = standard_stream(python_object)
    if stream is not None:
        return stream
    if isinstance(python_object, tuple) and hasattr(type(python_object), "_fields"):
        return known_named_tuple(emitter, python_object)
    if isinstance(python_object, (tuple, list)):
        items = [compiler.value_of(emitter, item, name) for item in python_object]
        listed = TupleValue(items, is_list=isinstance(python_object, list))
        return _outside(listed, name) if listed.is_list else listed
    if isinstance(python_object, (set, frozenset)):
        in_order = sorted(python_object, key=repr)
        known = [compiler.value_of(emitter, item, name) for item in in_order]
        return _outside(KnownSet(known, type(python_object).__name__), name)
    if isinstance(python_object, (dict, types.MappingProxyType)):
        pairs = [
            (compiler.value_of(emitter, k, name), compiler.value_of(emitter, v, name)) for k, v in python_object.items()
        ]
        return _outside(StaticDict(pairs), name)
    if isinstance(python_object, slice):
        from portfire.frontend.script.values.indexing import SliceValue

        parts = (python_object.start, python_object.stop, python_object.step)
        return SliceValue(*(compiler.value_of(emitter, p, name) for p in parts))
    if typing.get_origin(python_object) is not None or isinstance(python_object, typing._SpecialForm):
        from portfire.frontend.script.types.annotations import type_from_annotation

        return AnnotationValue(type_from_annotation(python_object, emitter.annotation_scope()))
    if python_object is Ellipsis:
        from portfire.frontend.script.values.indexing import EllipsisValue

        return EllipsisValue()
    if isinstance(python_object, (torch.finfo, torch.iinfo)):
        return _Record(python_object)
    if _holds_settings(python_object, name):
        from portfire.frontend.script.modules.module_values import SettingsValue

        return SettingsValue(python_object, name)
    return None


def _holds_settings(python_object: Any, name: str) -> bool:
    """Whether this is an object of the user's, or one made to hold values, whose attributes are read while compiling."""
    cls = type(python_object)
    if isinstance(python_object, (types.SimpleNamespace, argparse.Namespace)) or dataclasses.is_dataclass(cls):
        return True
    if isinstance(python_object, (torch.nn.Module, BaseException)) or callable(python_object):
        return False
    path = getattr(sys.modules.get(cls.__module__), "__file__", None)
    is_users = path is not None and not is_library(path) and library_of(python_object, name) is None
    return is_users and hasattr(python_object, "__dict__")


class _Record(StaticValue):
    """An object of which only plain attributes matter: `torch.finfo(...)`."""

    def __init__(self, python_object: Any) -> None:
        self.python_object = python_object

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """See the base class."""
        if not hasattr(self.python_object, name):
            return super().attribute(emitter, name)
        return emitter.compiler.value_of(emitter, getattr(self.python_object, name), name)


def _no_value(emitter: Emitter, python_object: Any, name: str) -> CompileAbort:
    kind = type(python_object)
    if is_numpy(python_object):
        return explain_numpy(emitter, python_object, name)
    library = library_of(python_object, name)
    if library is not None:
        return explain_library(emitter, python_object, name, library)
    if isinstance(python_object, torch.nn.Module):
        return emitter.fail(
            "unsupported-python-value",
            f"the module '{name}' is not reached from the module that is compiled",
            help="make it an attribute of the module, or pass it as an argument",
        )
    if callable(python_object) and name:
        return emitter.fail(
            "unsupported-python-value",
            f"the function '{name}' has no meaning in a program",
            notes=("only Python functions with source and operators of torch can be called in a program",),
            help=f"call it before, and pass the result in, or mark the method that calls '{name}' with @portfire.unused",
        )
    what = f"'{name}', a {kind.__module__}.{kind.__qualname__}," if name else f"a {kind.__qualname__}"
    return emitter.fail(
        "unsupported-python-value",
        f"{what} has no meaning in a program",
        help="keep it out of the compiled methods, or turn it into tensors, numbers, strings, lists or dicts",
    )


def unknown_name(emitter: Emitter, name: str) -> CompileAbort:
    """The failure of a name that is defined nowhere."""
    known = [*emitter.context.scope.locals, *_names_in(emitter.context.source.file.path), *dir(builtins)]
    near = difflib.get_close_matches(name, known, 1, cutoff=0.7)
    return emitter.fail(
        "unknown-name",
        f"name '{name}' is not defined",
        help=f"did you mean '{near[0]}'?" if near else f"define or import '{name}' before the model is compiled",
    )


def _names_in(path: str) -> list[str]:
    """The names that the module of a file defines."""
    modules = list(sys.modules.values())
    return [name for m in modules if getattr(m, "__file__", None) == path for name in vars(m)]
