"""Python classes as types: script classes, dataclasses, enums, named tuples, interfaces.

A class becomes a type the first time something names it. The attributes of a script class are its dataclass fields, what its
body annotates, and what `__init__` assigns, which is why `__init__` is compiled as soon as an attribute is asked for. Other
methods are compiled when something calls them, or at the end (`finish`), where a method that cannot be compiled is left out.

Comes before: `annotations.py`, `signatures.py`. Comes after: `class_values.py` (what expressions on them mean), `module_compilation.py`.
"""

from __future__ import annotations

import collections
import dataclasses
import enum
import inspect
import types
import typing
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from portfire.diagnostics import CompileAbort, Diagnostic
from portfire.frontend.script import marks
from portfire.frontend.script.statements.exception_values import is_object_class, is_users
from portfire.frontend.script.types.annotation_scope import AnnotationScope, NoValueOfType, class_lookup
from portfire.frontend.script.types.annotations import (
    is_class_variable,
    is_final,
    is_unparametrised,
    type_from_annotation,
)  # fmt: skip
from portfire.frontend.script.types.attribute_types import Owner, takes
from portfire.frontend.script.types.inference import is_pending, joined
from portfire.frontend.script.types.qualified_names import NameTable
from portfire.frontend.script.types.signatures import signature_of
from portfire.frontend.script.types.type_variables import is_protocol, stands_for_several
from portfire.frontend.script.types.value_types import UntypedValueError, type_of_value
from portfire.frontend.script.values.typed_dicts import typed_dict
from portfire.ir import types as ir
from portfire.ir.graph import MISSING, Function
from portfire.ir.source import SourceFile, SourceRange
from portfire.ir.state import ObjectState

if TYPE_CHECKING:
    from portfire.frontend.script.compiler import Compiler


class ClassRegistry:
    """The class types of one compilation."""

    def __init__(self, compiler: Compiler, local_names: Mapping[str, Any] | None = None) -> None:
        self.compiler = compiler
        self.names = NameTable()
        #: Names of the place where compilation was asked for: classes defined in a function are seen there only.
        self.local_names = dict(local_names or {})
        self._types: dict[type, ir.Type] = {}
        self._script_types: dict[type, ir.ClassType] = {}
        #: Types of named tuples whose fields are not annotated, by what the fields hold.
        self._tuples: dict[tuple[type, tuple[ir.Type, ...]], ir.TupleType] = {}
        #: Types of generic classes, by how their objects are made.
        self._versions: dict[tuple[type, Hashable], ir.ClassType] = {}
        self._version_keys: dict[ir.ClassType, tuple[type, Hashable]] = {}
        self._is_in_state = False
        #: The objects that have shown the types of their attributes, by identity.
        self._read: dict[int, object] = {}
        self._objects: dict[int, ObjectState] = {}

    # Types

    def type_of(self, cls: type, range_: SourceRange | None = None) -> ir.Type:
        """The type of a Python class. Raises CompileAbort for a class that cannot be a type of a program."""
        if issubclass(cls, BaseException) and not (is_users(cls) and is_object_class(cls)):
            return ir.EXCEPTION
        known = self._types.get(cls)
        if known is not None:
            return known
        if issubclass(cls, enum.Enum):
            return self._remember(cls, self._enum_type(cls, range_))
        if marks.interface_of(cls) is not None:
            return self._interface_type(cls)
        if issubclass(cls, tuple) and hasattr(cls, "_fields"):
            return self._remember(cls, self._named_tuple_type(cls, range_))
        if typing.is_typeddict(cls):
            return self._remember(cls, self._typed_dict_type(cls, range_))
        why = _why_not_a_script_class(cls)
        if why is not None:
            raise NoValueOfType(
                Diagnostic(
                    "unsupported-type",
                    f"'{cls.__qualname__}' cannot be a type of a program: {why}",
                    range_,
                    help="name a class that it stands for, or give `example_inputs`"
                    if is_protocol(cls)
                    else "use a class with methods only, a NamedTuple, an Enum, or a dict",
                )
            )
        return self.script_class(cls)

    def type_of_object(self, value: Any) -> ir.Type:
        """The type of an object of a class (enum members included). Raises UntypedValueError where there is none."""
        cls = type(value)
        if inspect.isroutine(value) or inspect.isclass(value) or inspect.ismodule(value):
            raise UntypedValueError(f"a {cls.__name__} is not a run-time value")
        is_new = cls not in self._types
        try:
            is_state = self._is_in_state or self.compiler.attribute_types.is_state(cls)
            if is_new and not is_state and _only_holds_data(cls):
                raise UntypedValueError(f"a {cls.__name__} holds settings: its attributes are constants")
            type_ = self.type_of(cls)
            if isinstance(type_, ir.ClassType):
                self._complete_from_object(type_, value, is_state=is_state)
                self.compiler.methods.note_complete(type_)
        except CompileAbort as abort:
            self._forget(cls, is_new)
            raise UntypedValueError(abort.diagnostic.message) from None
        except UntypedValueError:
            self._forget(cls, is_new)
            raise
        return type_

    def _forget(self, cls: type, is_new: bool) -> None:
        if is_new:
            self._types.pop(cls, None)
            self._script_types.pop(cls, None)

    def note_state(self, objects: Iterable[Any]) -> None:
        """Objects that a program picks from when it runs are no settings, though their classes have no methods."""
        classes = {type(o) for o in objects}
        self.compiler.attribute_types.note_state(
            {c for c in classes if _why_not_a_script_class(c) is None and _only_holds_data(c)}
        )

    def is_interface(self, cls: type) -> bool:
        """Whether `cls` was marked as an interface, by portfire or by torch."""
        return marks.interface_of(cls) is not None

    def _remember(self, cls: type, type_: ir.Type) -> ir.Type:
        self._types[cls] = type_
        return type_

    def scope_of(self, cls: type, range_: SourceRange | None = None) -> AnnotationScope:
        """The names that annotations in the body of `cls` may use."""
        return AnnotationScope(self, class_lookup(cls, self.local_names), range_ or class_range(cls))

    def _enum_type(self, cls: type[enum.Enum], range_: SourceRange | None) -> ir.EnumType:
        from portfire.frontend.script.classes.enum_values import enum_type

        if not list(cls):
            raise CompileAbort(
                Diagnostic(
                    "unsupported-enum",
                    f"the enum '{cls.__qualname__}' has no members",
                    class_statement(cls) or range_,
                    help="give it at least one member",
                )
            )
        return enum_type(cls, self.names.unique_for(cls))

    def _named_tuple_type(self, cls: type, range_: SourceRange | None) -> ir.TupleType:
        scope = self.scope_of(cls, range_)
        annotations: dict[str, Any] = {}
        for base in reversed(cls.__mro__):  # a subclass of a named tuple has its fields
            annotations.update(inspect.get_annotations(base))
        fields: tuple[str, ...] = cls._fields  # type: ignore[attr-defined]
        elements = tuple(type_from_annotation(annotations[f], scope) if f in annotations else ir.TENSOR for f in fields)
        defaults: dict[str, Any] = getattr(cls, "_field_defaults", {})
        trailing = tuple(defaults[f] for f in fields if f in defaults)
        type_ = ir.TupleType(elements, self.names.unique_for(cls), fields, trailing)
        self.compiler.python_tuples[self._tuple_name(type_)] = cls
        return type_

    def named_tuple_of(self, cls: type, elements: tuple[ir.Type, ...]) -> ir.TupleType:
        """The type of a named tuple that holds `elements`. Fields without annotation take what they are given: there is
        a type for each way they are filled, the declared one among them."""
        declared = self.type_of(cls)
        assert isinstance(declared, ir.TupleType)
        if elements == declared.elements:
            return declared
        found = self._tuples.get((cls, elements))
        if found is None:
            found = ir.TupleType(elements, self.names.unique_for(cls), declared.fields, declared.defaults)
            self._tuples[cls, elements] = found
            self.compiler.python_tuples[self._tuple_name(found)] = cls
        return found

    def _typed_dict_type(self, cls: type, range_: SourceRange | None) -> ir.DictType:
        scope = self.scope_of(cls, range_)
        fields = [(name, type_from_annotation(a, scope)) for name, a in cls.__annotations__.items()]
        if not fields:
            return ir.DictType(ir.STR, ir.TENSOR)
        return typed_dict(fields)

    @staticmethod
    def _tuple_name(type_: ir.TupleType) -> str:
        assert type_.name is not None
        return type_.name

    def _interface_type(self, cls: type) -> ir.InterfaceType:
        import torch

        type_ = ir.InterfaceType(self.names.unique_for(cls), is_module=issubclass(cls, torch.nn.Module))
        self._types[cls] = type_
        for name, function in vars(cls).items():
            if isinstance(function, types.FunctionType) and not _is_from(function, torch.nn.Module):
                signature = signature_of(function, self, self_type=type_, names=self.local_names)
                returns = signature.return_type if signature.return_type is not None else ir.TENSOR
                type_.methods[name] = Function(f"{type_.name}.{name}", signature.parameters, returns)
        return type_

    # Script classes

    def script_class(self, cls: type) -> ir.ClassType:
        """The class type of a plain Python class, its attributes not yet complete."""
        known = self._script_types.get(cls)
        if known is not None:
            return known
        return self._made(cls, is_only=True)

    def _made(self, cls: type, *, is_only: bool = False) -> ir.ClassType:
        type_ = ir.ClassType(self.names.unique_for(cls))
        type_.python_class = cls
        type_.doc = cls.__doc__
        if is_only:
            self._script_types[cls] = type_
            self._types[cls] = type_
        bases = [b for b in cls.__bases__ if _why_not_a_script_class(b) is None and b not in _IGNORED_BASES]
        type_.bases = tuple(self.script_class(b) for b in bases)
        for base in type_.bases:
            type_.attributes.update(base.attributes)
        if issubclass(cls, BaseException):
            type_.exception_bases = tuple(f"{b.__module__}.{b.__qualname__}" for b in cls.__bases__ if not is_users(b))
            if is_object_class(cls):
                type_.add_attribute("args", ir.ANY)
        self._add_declared_attributes(cls, type_)
        self._add_attributes_set_later(cls, type_)
        return type_

    def _add_attributes_set_later(self, cls: type, type_: ir.ClassType) -> None:
        """Attributes that an earlier round of the compilation saw assigned outside `__init__`."""
        learned = self.compiler.attribute_types
        for name in learned.set_later(cls):
            if name in type_.attributes or learned.stored(self.compiler, cls, name) is None:
                continue
            default = class_default(cls, name)
            first = ir.NONE if default is MISSING else type_of_value(default, self)
            type_.add_attribute(name, learned.widened(self.compiler, cls, name, first))

    def _add_declared_attributes(self, cls: type, type_: ir.ClassType) -> None:
        scope = self.scope_of(cls)
        if dataclasses.is_dataclass(cls):
            for field in dataclasses.fields(cls):
                if field.name not in type_.attributes and not stands_for_several(field.type, scope):
                    type_.add_attribute(field.name, type_from_annotation(field.type, scope))
            return
        for name, annotation in inspect.get_annotations(cls).items():
            if is_class_variable(annotation, scope) or is_unparametrised(annotation, scope):
                continue
            if is_final(annotation, scope) and name in vars(cls):
                continue  # a constant of the class
            type_.add_attribute(name, type_from_annotation(annotation, scope))

    def generic_version(self, cls: type, key: Hashable) -> ir.ClassType:
        """The type of the objects of a generic class that are made alike."""
        known = self._versions.get((cls, key))
        if known is None:
            known = self._versions[cls, key] = self._made(cls)
            self._version_keys[known] = (cls, key)
        return known

    def owner_of(self, type_: ir.ClassType) -> Owner | None:
        """What attributes are learned for: the Python class, or the version of a generic one; None of other classes."""
        return self._version_keys.get(type_, type_.python_class)

    def function_of(self, cls: type, name: str) -> Callable[..., Any] | None:
        """The Python function that is the method `name` of `cls`, inherited ones included; None if there is none."""
        found = inspect.getattr_static(cls, name, None)
        return found if isinstance(found, types.FunctionType) else None

    def _complete_from_object(self, type_: ir.ClassType, value: Any, *, is_state: bool) -> None:
        """Attributes that only an existing object shows (a class whose `__init__` does not compile). What lies in state is
        state, too."""
        around, self._is_in_state = self._is_in_state, is_state
        try:
            self._add_attributes_of(type_, value)
        finally:
            self._is_in_state = around

    def _add_attributes_of(self, type_: ir.ClassType, value: Any) -> None:
        if id(value) in self._read:
            return
        self._read[id(value)] = value
        declared = {n for base in type(value).__mro__ for n in vars(base).get("__annotations__", ())}
        for name, item in _attributes_of(value).items():
            if name in declared and name in type_.attributes:
                continue
            learned = self.compiler.attribute_types
            found = learned.widened(self.compiler, type(value), name, type_of_value(item, self))
            known = type_.attributes.get(name)  # an object of the class that lies in this one may have shown it
            if known is not None:
                known.type = known.type if takes(known.type, found) else joined(known.type, found)
                continue
            attribute = type_.add_attribute(name, found)
            if is_pending(found):
                learned.note_open(type(value), attribute)

    def object_state(self, value: Any) -> ObjectState:
        """The state of an object of a script class; one Python object is one state."""
        known = self._objects.get(id(value))
        if known is not None:
            return known
        type_ = self.type_of_object(value)
        assert isinstance(type_, ir.ClassType)
        state = ObjectState(type_, {}, value)
        self._objects[id(value)] = state
        for name in type_.attributes:
            is_missing = self.compiler.attribute_types.may_be_missing(type(value), name) and not hasattr(value, name)
            state.values[name] = None if is_missing else self.state_value(getattr(value, name))
        return state

    def state_value(self, value: Any) -> Any:
        """A Python value as it stands in an `ObjectState`: objects of script classes become states, deep inside too."""
        if isinstance(value, bytes):
            return value.decode("latin-1")
        if isinstance(value, (set, frozenset)):
            return dict.fromkeys(sorted(value, key=repr), True)
        if isinstance(value, collections.deque):
            value = list(value)
        if isinstance(value, (list, tuple, dict)):
            return self._state_container(value)
        type_ = self._script_types.get(type(value))
        return value if type_ is None else self.object_state(value)

    def _state_container(self, value: Any) -> Any:
        if isinstance(value, dict):
            items = {k: self.state_value(v) for k, v in value.items()}
            return value if all(items[k] is v for k, v in value.items()) else items
        items_ = [self.state_value(v) for v in value]
        if all(a is b for a, b in zip(items_, value, strict=True)):
            return value
        if hasattr(type(value), "_fields"):
            return type(value)(*items_)
        return type(value)(items_)

    def script_types(self) -> list[ir.ClassType]:
        """All script classes met so far."""
        return [*self._script_types.values(), *self._versions.values()]


#: CPython's flag of classes made by a `class` statement.
_HEAP_TYPE = 1 << 9
_IGNORED_BASES: tuple[Any, ...] = (object, typing.Generic, typing.Protocol)


def _why_not_a_script_class(cls: type) -> str | None:
    if cls in _IGNORED_BASES:
        return None
    if is_protocol(cls):
        return "it is a protocol, and which class stands for it is known only where it is used"
    if not cls.__flags__ & _HEAP_TYPE:
        return "it is not written in Python"
    is_library = cls.__module__.split(".")[0] in ("numpy", "torch", "typing", "collections", "abc")
    if is_library and not dataclasses.is_dataclass(cls):
        return f"it belongs to {cls.__module__}"
    if issubclass(cls, (list, dict, set, str, int, float, tuple)):
        return "it is a subclass of a builtin type"
    return None


def _attributes_of(value: Any) -> dict[str, Any]:
    """What an object holds: in the slots of its classes, those of the bases first, and beside them."""
    found: dict[str, Any] = {}
    for base in reversed(type(value).__mro__):
        for name, slot in vars(base).items() if "__slots__" in vars(base) else ():
            if isinstance(slot, types.MemberDescriptorType) and hasattr(value, name):
                found[name] = getattr(value, name)
    return found | getattr(value, "__dict__", {})


def _only_holds_data(cls: type) -> bool:
    """Whether a class has no methods of its own: its objects are read while compiling unless an annotation names them."""
    if issubclass(cls, (enum.Enum, tuple)) or marks.interface_of(cls) is not None:
        return False
    methods = (
        n for b in cls.__mro__ if b is not object for n, f in vars(b).items() if isinstance(f, types.FunctionType)
    )
    return all(n.startswith("__") and n.endswith("__") and n not in _BEHAVIOUR for n in methods)


_BEHAVIOUR = frozenset(("__call__", "__getitem__", "__setitem__", "__len__", "__iter__", "__contains__", "__add__"))


def class_default(cls: type, name: str) -> Any:
    """The value that the body of a class gives an attribute of its objects; MISSING where it gives none."""
    found = inspect.getattr_static(cls, name, MISSING)
    is_described = callable(found) or hasattr(type(found), "__get__") or hasattr(type(found), "__set__")
    return MISSING if is_described or dataclasses.is_dataclass(cls) else found


def _is_from(function: types.FunctionType, owner: type) -> bool:
    return vars(owner).get(function.__name__) is function


def class_statement(cls: type) -> SourceRange | None:
    """The line `class C(...):`, for messages about the class itself (finding it reads the whole file)."""
    try:
        lines, first = inspect.getsourcelines(cls)
        path = inspect.getsourcefile(cls)
    except (OSError, TypeError):
        return class_range(cls)
    number = next((n for n, line in enumerate(lines) if line.lstrip().startswith("class ")), 0)
    line = lines[number].rstrip()
    file = SourceFile(path or "", "".join(lines), first)
    return SourceRange(file, first + number, len(line) - len(line.lstrip()), first + number, len(line), cls.__name__)


def class_range(cls: type) -> SourceRange | None:
    """Where a class is defined, as far as its methods tell."""
    from portfire.frontend.script.source import NoSourceError, source_of

    for function in vars(cls).values():
        if isinstance(function, types.FunctionType):
            try:
                return source_of(function).head
            except NoSourceError:
                continue
    return None
