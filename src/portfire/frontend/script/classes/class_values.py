"""What a Python class means in an expression: calls make objects, attributes are constants, enum members, static methods.

Comes before: `class_registry.py`, `object_values.py`, `methods.py`. Comes after: the compiler, which asks for the value of a class.
"""

from __future__ import annotations

import enum
import inspect
import types
import typing
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import torch

from portfire.frontend.script.classes.class_registry import class_default
from portfire.frontend.script.classes.dataclass_methods import is_generated, made_by_factories
from portfire.frontend.script.classes.enum_values import member_by_name, member_by_value
from portfire.frontend.script.classes.methods import BoundMethod, MethodSource
from portfire.frontend.script.classes.object_attributes import store
from portfire.frontend.script.functions.calls import call_python
from portfire.frontend.script.modules.constructed_modules import construct_module
from portfire.frontend.script.types.conversion import convert, static_type
from portfire.frontend.script.types.inference import is_pending, resolved
from portfire.frontend.script.types.type_variables import is_generic
from portfire.frontend.script.types.value_types import annotated_fields
from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.operator_failures import did_you_mean
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_dicts import StaticDict
from portfire.frontend.script.values.static_values import Iteration, StaticValue
from portfire.frontend.script.values.typed_dicts import make_typed_dict
from portfire.ir import types as ir
from portfire.ir.graph import MISSING

if TYPE_CHECKING:
    from portfire.frontend.script.compiler import Compiler
    from portfire.frontend.script.emitter import Emitter

Arguments = Sequence[StaticValue]
Keywords = dict[str, StaticValue]


def class_value(cls: type, compiler: Compiler) -> StaticValue:
    """The value of a Python class. Builtin types and exceptions are not asked for here."""
    if issubclass(cls, enum.Enum):
        return EnumClass(cls)
    if issubclass(cls, tuple) and hasattr(cls, "_fields"):
        return NamedTupleClass(cls)
    if typing.is_typeddict(cls):
        return TypedDictClass(cls)
    return ScriptClass(cls)


class ClassValue(StaticValue):
    """Base: the class as a compile-time object."""

    def __init__(self, cls: type) -> None:
        self.cls = cls

    @property
    def identity(self) -> object:
        """What tells this value from others."""
        return ("class", self.cls)

    def describe(self) -> str:
        """See the base class."""
        return f"the class '{self.cls.__name__}'"

    def text(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return ConstantValue(str(self.cls))

    def _order(self) -> Sequence[type]:
        """Where attributes are looked for."""
        return self.cls.__mro__

    def type(self, emitter: Emitter) -> ir.Type:
        """The type of the objects of the class."""
        return emitter.compiler.classes.type_of(self.cls, emitter.range)

    def has_attribute(self, emitter: Emitter, name: str) -> bool:
        """See the base class."""
        return hasattr(self.cls, name)

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """See the base class."""
        for base in self._order():
            found = vars(base).get(name, MISSING)
            if found is MISSING or base is object:
                continue
            if isinstance(found, types.FunctionType):
                return UnboundMethod(MethodSource(name, found, base))
            if isinstance(found, classmethod):
                return ClassMethod(self.cls, cast(types.FunctionType, found.__func__), name, base)
            if isinstance(found, staticmethod):
                return emitter.compiler.value_of(emitter, found.__func__, name)
            return emitter.compiler.value_of(emitter, found, name)
        if name == "__name__":
            return ConstantValue(self.cls.__name__)
        known = [n for n in dir(self.cls) if not n.startswith("__")]
        raise emitter.fail(
            "no-attribute",
            f"{self.describe()} has no attribute '{name}'",
            help=did_you_mean(name, known, "it has") if known else f"define '{name}' in the class",
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ClassValue) and other.cls is self.cls

    def __hash__(self) -> int:
        return hash(self.cls)


class EnumClass(ClassValue):
    """An enum."""

    @property
    def _enum(self) -> type[enum.Enum]:
        return cast("type[enum.Enum]", self.cls)

    def _type(self, emitter: Emitter) -> ir.EnumType:
        return cast(ir.EnumType, self.type(emitter))

    def _member(self, emitter: Emitter, member: enum.Enum) -> StaticValue:
        return ConstantValue(member, self.type(emitter))

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """See the base class."""
        members = self._enum.__members__
        if name in members:
            return self._member(emitter, members[name])
        if name == "__members__":
            pairs = [(ConstantValue(n), self._member(emitter, m)) for n, m in members.items()]
            return StaticDict(cast("Any", pairs))
        return super().attribute(emitter, name)

    def index(self, emitter: Emitter, key: StaticValue) -> StaticValue:
        """See the base class."""
        return member_by_name(emitter, self._enum, self._type(emitter), key)

    def iterate(self, emitter: Emitter) -> Iteration:
        """See the base class."""
        return Iteration(items=tuple(self._member(emitter, m) for m in self._enum))

    def length(self, emitter: Emitter) -> StaticValue:
        """See the base class."""
        return ConstantValue(len(self._enum))

    def call(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        """`Color(1)`: the member with that value."""
        if len(args) != 1 or kwargs:
            raise emitter.fail("bad-call", f"'{self.cls.__name__}' takes one value", help="pass the value of a member")
        return member_by_value(emitter, self._enum, self._type(emitter), args[0])


class NamedTupleClass(ClassValue):
    """A named tuple."""

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """See the base class."""
        return NamedTupleMaker(self) if name == "_make" else super().attribute(emitter, name)

    def call(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        """See the base class."""
        for base in self.cls.__mro__:
            if "_fields" in vars(base):
                break
            new = vars(base).get("__new__")
            if isinstance(new, staticmethod):
                return ClassMethod(self.cls, cast(types.FunctionType, new.__func__), "__new__", base).call(
                    emitter, args, kwargs
                )
        return self.of_fields(emitter, args, kwargs)

    def of_fields(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        """The tuple with these fields: what the `__new__` makes that a named tuple is given."""
        type_ = self.type(emitter)
        assert isinstance(type_, ir.TupleType) and type_.fields is not None
        if len(args) > len(type_.fields):
            raise emitter.fail(
                "bad-call",
                f"'{self.cls.__name__}' has {len(type_.fields)} fields, not {len(args)}",
                help=f"the fields are: {', '.join(type_.fields)}",
            )
        given: dict[str, StaticValue] = dict(zip(type_.fields, args, strict=False))
        for name, value in kwargs.items():
            if name not in type_.fields or name in given:
                raise emitter.fail(
                    "bad-call",
                    f"'{self.cls.__name__}' has no further field '{name}'",
                    help=f"the fields are: {', '.join(type_.fields)}",
                )
            given[name] = value
        defaults: dict[str, Any] = getattr(self.cls, "_field_defaults", {})
        annotated = annotated_fields(self.cls)
        items, held = [], []
        for name, element in zip(type_.fields, type_.elements, strict=True):
            if name not in given and name not in defaults:
                raise emitter.fail(
                    "bad-call",
                    f"the field '{name}' of '{self.cls.__name__}' is missing",
                    help="pass it, or give the field a default",
                )
            value = given.get(name) or emitter.compiler.value_of(emitter, defaults[name], name)
            if name in annotated:
                items.append(convert(emitter, value, element, f"the field '{name}' of {self.cls.__name__}"))
                held.append(element)
            else:
                items.append(emitter.runtime(value))
                held.append(resolved(items[-1].type))
        type_ = emitter.compiler.classes.named_tuple_of(self.cls, tuple(held))
        return emitter.insert("prim::TupleConstruct", items, type_)


class NamedTupleNew(StaticValue):
    """`super().__new__` in the `__new__` of a class that is a named tuple."""

    def call(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        """See the base class."""
        if not args or not isinstance(args[0], NamedTupleClass):
            raise emitter.fail("bad-call", "'__new__' takes the class first", help="super().__new__(cls, ...)")
        return args[0].of_fields(emitter, args[1:], kwargs)


class NamedTupleMaker(StaticValue):
    """`Point._make(items)`."""

    def __init__(self, cls: NamedTupleClass) -> None:
        self.cls = cls

    def call(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        """See the base class."""
        fields = cast(ir.TupleType, self.cls.type(emitter)).fields or ()
        if len(args) != 1 or kwargs:
            raise emitter.fail("bad-call", "'_make' takes one sequence", help="pass a list or tuple of the fields")
        return self.cls.call(emitter, list(args[0].unpack(emitter, len(fields))), {})


class TypedDictClass(ClassValue):
    """A TypedDict."""

    def call(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        """See the base class."""
        type_ = self.type(emitter)
        assert isinstance(type_, ir.DictType)
        return make_typed_dict(emitter, type_, self.cls.__name__, args, kwargs)


class ScriptClass(ClassValue):
    """A plain class, or the class of a module."""

    def index(self, emitter: Emitter, key: StaticValue) -> StaticValue:
        """`Box[int]`."""
        return GenericClass(self.cls, key) if is_generic(self.cls) else super().index(emitter, key)

    def _made_type(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> ir.Type:
        """The type of what a call makes: of a generic class, one for each combination of arguments' types."""
        if not is_generic(self.cls):
            return self.type(emitter)
        given = [static_type(a) for a in (*args, *kwargs.values())]
        key = [*map(str, given), *kwargs]
        if not given or any(t is None or is_pending(t) for t in given):
            key.append(str(emitter.range))
        return emitter.compiler.classes.generic_version(self.cls, tuple(key))

    def call(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        """`Class(*args)`: a new object, then `__init__`."""
        if issubclass(self.cls, torch.nn.Module):
            return construct_module(emitter, self.cls, args, kwargs)
        cls = self._made_type(emitter, args, kwargs)
        if not isinstance(cls, ir.ClassType):
            raise emitter.fail(
                "unsupported-call",
                f"'{self.cls.__name__}' is an interface and has no objects of its own",
                help="construct a class that has the methods of the interface",
            )
        made = emitter.insert("prim::CreateObject", [], cls)
        for attribute in list(cls.attributes.values()):  # what the class gives its objects before `__init__`
            default = class_default(self.cls, attribute.name)
            if default is not MISSING:
                value = emitter.compiler.value_of(emitter, default, attribute.name)
                store(emitter, made, attribute, value, self.cls.__name__)
        generated = inspect.getattr_static(self.cls, "__init__", None)
        if isinstance(generated, types.FunctionType) and is_generated(generated):
            factories = made_by_factories(self.cls, len(args), kwargs)
            kwargs = {
                **kwargs,
                **{n: emitter.compiler.value_of(emitter, f, n).call(emitter, [], {}) for n, f in factories.items()},
            }
        init = emitter.compiler.methods.initialiser(made, cls)
        if init is not None:
            init.call(emitter, args, kwargs)
        elif args or kwargs:
            raise emitter.fail("bad-call", f"'{self.cls.__name__}' takes no arguments", help="define `__init__`")
        return made


class GenericClass(ScriptClass):
    """`Box[int]`: a generic class with its parameters."""

    def __init__(self, cls: type, parameters: StaticValue) -> None:
        super().__init__(cls)
        self.parameters = parameters

    def _made_type(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> ir.Type:
        return emitter.compiler.classes.generic_version(self.cls, ("parameters", self.parameters.describe()))


class UnboundMethod(StaticValue):
    """`Base.method`: a function whose first argument is the object."""

    def __init__(self, source: MethodSource) -> None:
        self.source = source

    def describe(self) -> str:
        """See the base class."""
        return f"the method '{self.source.name}'"

    def call(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        """See the base class."""
        receiver = args[0] if args else None
        if not isinstance(receiver, RuntimeValue) or not isinstance(receiver.type, ir.ClassType):
            return emitter.compiler.value_of(emitter, self.source.function, self.source.name).call(
                emitter, args, kwargs
            )
        owner = receiver.type.python_class
        source = self.source
        base = source.defining_class
        is_overridden = owner is None or inspect.getattr_static(owner, source.name, None) is not source.function
        if is_overridden and base is not None:
            source = MethodSource(f"{base.__name__}__{source.name}", source.function, base)
        return BoundMethod(receiver, source).call(emitter, args[1:], kwargs)


class SuperClassValue(ClassValue):
    """`super()` in a class method: attributes come from the classes that follow `after` in the order of resolution."""

    def __init__(self, cls: type, after: type) -> None:
        super().__init__(cls)
        self.after = after

    def _order(self) -> Sequence[type]:
        order = self.cls.__mro__
        return order[order.index(self.after) + 1 :] if self.after in order else order[1:]

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """See the base class."""
        owner = next((base for base in self._order() if name in vars(base)), None)
        if name == "__new__" and owner is not None and "_fields" in vars(owner):
            return NamedTupleNew()
        return super().attribute(emitter, name)


class ClassMethod(StaticValue):
    """A class method: its first argument is the class."""

    def __init__(self, cls: type, function: types.FunctionType, name: str, defining_class: type) -> None:
        self.cls = cls
        self.function = function
        self.name = name
        self.defining_class = defining_class

    def describe(self) -> str:
        """See the base class."""
        return f"the class method '{self.name}' of '{self.cls.__name__}'"

    def call(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        """See the base class."""
        cls = emitter.compiler.value_of(emitter, self.cls, self.cls.__name__)
        callee = replace(emitter.compiler.callee(self.function), defining_class=self.defining_class)
        return call_python(emitter, callee, [cls, *args], kwargs)
