"""The type of a module instance: which attributes, submodules, constants and functions it has.

Two instances share a type when everything that decides what their methods compile to is the same: the Python class, the
names and types of attributes, constants and their values, functions held as attributes, the types of submodules, hooks, and
the methods replaced on the instance. Otherwise each gets a type of its own, and its methods are compiled again for it.

Comes before: `class_registry.py`, `value_types.py`. Comes after: `module_compilation.py` (which makes the state), `module_values.py`.
"""

from __future__ import annotations

import ast
import functools
import types
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import torch

from portfire.diagnostics import CompileAbort, Diagnostic
from portfire.frontend.script import marks
from portfire.frontend.script.classes.class_registry import class_statement
from portfire.frontend.script.functions.function_values import compiled_before
from portfire.frontend.script.modules.held_modules import HeldModules, held_modules, modules_in
from portfire.frontend.script.source import NoSourceError, source_of
from portfire.frontend.script.types.annotation_scope import AnnotationScope, function_lookup
from portfire.frontend.script.types.annotations import is_final, is_unparametrised, type_from_annotation
from portfire.frontend.script.types.declared_attributes import annotations_in
from portfire.frontend.script.types.inference import is_pending
from portfire.frontend.script.types.value_types import UntypedValueError, type_of_value
from portfire.ir import types as ir
from portfire.ir.graph import MISSING
from portfire.ir.state import ObjectState
from portfire.ir.subtyping import is_subtype, optional_of

if TYPE_CHECKING:
    from portfire.frontend.script.compiler import Compiler


@dataclass(eq=False, slots=True)
class ModuleType:
    """What the compiler knows of the modules of one type. `cls` holds the attributes that exist at run time."""

    cls: ir.ClassType
    python_class: type[torch.nn.Module]
    #: One of the instances of this type: where Python attributes without a run-time type are read from.
    example: torch.nn.Module
    submodules: dict[str, ModuleType | ir.InterfaceType] = field(default_factory=dict)
    #: Submodules that are declared as interfaces: what they are, and the interface.
    implementations: list[tuple[ModuleType, ir.InterfaceType]] = field(default_factory=list)
    #: The same of objects in attributes.
    objects_as: list[tuple[ir.ClassType, ir.InterfaceType]] = field(default_factory=list)
    constants: dict[str, Any] = field(default_factory=dict)
    #: Functions and other callables held as attributes of the instance.
    functions: dict[str, Any] = field(default_factory=dict)
    #: Attributes without a run-time type, and why they have none.
    untyped: dict[str, str] = field(default_factory=dict)
    #: Attributes that hold modules in plain lists, tuples and dicts, and the modules by the slots that hold them.
    held: dict[str, HeldModules] = field(default_factory=dict)
    held_modules: dict[str, torch.nn.Module] = field(default_factory=dict)
    #: Attributes that are not always there: set after `__init__`, or deleted. Their slots hold None while they are not.
    missing: set[str] = field(default_factory=set)
    #: Compiled before (scripted, traced, loaded): its methods are there, and its Python class is not looked at.
    is_compiled: bool = False
    #: Each with whether it takes the keyword arguments too.
    pre_hooks: tuple[tuple[Callable[..., Any], bool], ...] = ()
    hooks: tuple[tuple[Callable[..., Any], bool], ...] = ()

    @property
    def has_hooks(self) -> bool:
        """Whether a call runs more than `forward`."""
        return bool(self.hooks or self.pre_hooks)

    @property
    def container(self) -> str | None:
        """`list` or `dict` for torch's containers of modules or parameters, whose items are known while compiling."""
        for kind, classes in _CONTAINERS:
            if issubclass(self.python_class, classes):
                return kind
        return None


_CONTAINERS: tuple[tuple[str, tuple[type, ...]], ...] = (
    ("list", (torch.nn.ModuleList, torch.nn.Sequential, torch.nn.ParameterList)),
    ("dict", (torch.nn.ModuleDict, torch.nn.ParameterDict)),
)

#: The bookkeeping of `torch.nn.Module`, which is no state of the model.
_BOOKKEEPING = frozenset(
    (
        "_version", "_parameters", "_buffers", "_non_persistent_buffers_set", "_backward_hooks", "_backward_pre_hooks",
        "_is_full_backward_hook", "_forward_hooks", "_forward_hooks_with_kwargs", "_forward_pre_hooks",
        "_forward_pre_hooks_with_kwargs", "_forward_hooks_always_called", "_state_dict_hooks", "_state_dict_pre_hooks",
        "_load_state_dict_pre_hooks", "_load_state_dict_post_hooks", "_modules", "_initializing", "dump_patches",
        "call_super_init", "_compiled_call_impl",
    )
)  # fmt: skip

_CONSTANT_TYPES = (
    bool, int, float, complex, str, type(None), torch.device, torch.dtype, torch.layout, torch.memory_format, torch.qscheme,
)  # fmt: skip


class ModuleTypes:
    """The module types of one compilation."""

    def __init__(self, compiler: Compiler) -> None:
        self.compiler = compiler
        self._by_class: dict[type, list[tuple[Hashable, ModuleType]]] = {}
        self._by_type: dict[ir.ClassType, ModuleType] = {}
        self._by_instance: dict[int, ModuleType] = {}
        #: What stands for modules, by their identity, with both kept alive.
        self._prepared: dict[int, tuple[torch.nn.Module, torch.nn.Module]] = {}

    def of(self, module: torch.nn.Module) -> ModuleType:
        """The type of an instance. Raises CompileAbort for a module that has none."""
        known = self._by_instance.get(id(module))
        if known is not None:
            return known
        module = self.prepared(module)
        state = existing_state(module)
        if state is not None:
            return self._compiled(module, state)
        check_initialised(module)
        reader = _ModuleReader(self, module)
        found = reader.read()
        key = reader.key(found)
        for other_key, other in self._by_class.setdefault(type(module), []):
            if other_key == key:
                self._by_instance[id(module)] = other
                return other
        found.cls.constants = found.constants
        found.cls.name = self.compiler.classes.names.unique_for(type(module))
        self._by_class[type(module)].append((key, found))
        self.register(found)
        self._by_instance[id(module)] = found
        return found

    def prepared(self, module: torch.nn.Module) -> torch.nn.Module:
        """The module that stands for another one when it is compiled, the same at every place."""
        known = self._prepared.get(id(module))
        if known is None:
            known = self._prepared[id(module)] = (module, marks.prepared(module))
        return known[1]

    def _compiled(self, module: torch.nn.Module, state: ObjectState) -> ModuleType:
        """The type of a module that is compiled already, and those of its submodules."""
        cls = state.cls
        known = self._by_type.get(cls)
        if known is None:
            known = ModuleType(cls, _python_class(cls), module, constants=dict(cls.constants), is_compiled=True)
            self.register(known)
            for name, value in state.values.items():
                if isinstance(value, ObjectState) and value.cls.is_module:
                    known.submodules[name] = self._compiled(cast(torch.nn.Module, module._modules[name]), value)
        self._by_instance[id(module)] = known
        return known

    def register(self, type_: ModuleType) -> None:
        """Make a module type known by its class type."""
        self._by_type[type_.cls] = type_

    def of_class(self, cls: ir.ClassType) -> ModuleType:
        """The module type behind a class type."""
        return self._by_type[cls]

    def __iter__(self) -> Iterator[ModuleType]:
        return iter(list(self._by_type.values()))


def existing_state(module: torch.nn.Module) -> ObjectState | None:
    """The state of a module that is compiled already (scripted, traced, or loaded), else None."""
    if not hasattr(type(module), "portfire_state"):
        return None
    found = cast(Any, module).portfire_state
    return found if isinstance(found, ObjectState) else None


def _python_class(cls: ir.ClassType) -> type[torch.nn.Module]:
    found = cls.python_class
    return found if found is not None and issubclass(found, torch.nn.Module) else torch.nn.Module


#: Types that no object is of, whatever an annotation says.
_NO_OBJECT = (ir.TensorType, ir.IntType, ir.FloatType, ir.BoolType, ir.StrType, ir.ListType, ir.DictType)
_NO_OBJECTS = (torch.Tensor, int, float, str, list, dict, tuple, type(None))

#: The class of what torch.jit.script and torch.jit.trace make of modules.
_TORCHS_MODULE = ("torch.jit._script", "ScriptModule")


def check_initialised(module: torch.nn.Module) -> None:
    """Refuse modules whose `__init__` did not run, and lazy ones that have not seen an input."""
    name = type(module).__name__
    if any((c.__module__, c.__name__) == _TORCHS_MODULE for c in type(module).__mro__):
        message = f"'{getattr(module, 'original_name', name)}' is compiled already, by torch's compiler"
        help_ = (
            "give portfire the plain nn.Module; or save this one, and load it with portfire.load, to have it as a part"
        )
        raise _unsupported(module, message, help_)
    if "_parameters" not in vars(module):
        raise _unsupported(module, f"'{name}' is not initialised", "call `super().__init__()` first in its `__init__`")
    for tensors in (module._parameters, module._buffers):
        for tensor_name, tensor in tensors.items():
            if tensor is not None and torch.nn.parameter.is_lazy(tensor):
                message = f"'{tensor_name}' of '{name}' has no shape yet"
                raise _unsupported(module, message, "run the module once on an example first")


def _unsupported(module: torch.nn.Module, message: str, help_: str) -> CompileAbort:
    return CompileAbort(Diagnostic("unsupported-module", message, class_statement(type(module)), help=help_))


class _ModuleReader:
    """Reads one instance into a `ModuleType`."""

    def __init__(self, store: ModuleTypes, module: torch.nn.Module) -> None:
        self.store = store
        self.module = module
        self.classes = store.compiler.classes
        self.python_class = type(module)
        self.scope = self.classes.scope_of(self.python_class)
        self.annotations = inherited_annotations(module)
        self.ignored: set[str] = set(getattr(module, "__jit_ignored_attributes__", ()))
        cls = ir.ClassType(self.python_class.__name__, is_module=True)
        cls.python_class = self.python_class
        cls.doc = self.python_class.__doc__
        self.type = ModuleType(cls, self.python_class, module)

    def read(self) -> ModuleType:
        self._read_tensors(self.module._parameters, "parameter")
        self._read_tensors(self.module._buffers, "buffer")
        self._read_submodules()
        self._read_constants()
        for name, value in vars(self.module).items():
            if name not in _BOOKKEEPING and not name.startswith("__") and name not in self.ignored:
                self._read_attribute(name, value)
        self._read_set_later()
        self._read_hooks()
        return self.type

    def _is_known(self, name: str) -> bool:
        type_ = self.type
        return name in type_.cls.attributes or name in type_.constants

    def _read_tensors(self, tensors: Mapping[str, torch.Tensor | None], kind: str) -> None:
        for name, tensor in tensors.items():
            if name in self.ignored:
                continue
            if tensor is None:
                type_ = self._declared_type(name) or self._widened(name, ir.NONE)
                if type_ == ir.NONE and name in attributes_set_later(cast(type, self.python_class)):
                    type_ = ir.OptionalType(ir.TENSOR)
                self.type.cls.add_attribute(name, type_, kind if type_ != ir.NONE else "attribute")
            else:
                self.type.cls.add_attribute(name, self._declared_type(name) or ir.TENSOR, kind)

    def _read_submodules(self) -> None:
        for name, module in self.module._modules.items():
            if name in self.ignored:
                continue
            if module is None:
                self.type.cls.add_attribute(name, ir.NONE)
                continue
            declared = self._declared_type(name)
            if isinstance(declared, ir.InterfaceType):
                self.type.implementations.append((self.store.of(module), declared))
                self.type.submodules[name] = declared
                self.type.cls.add_attribute(name, declared, "submodule")
                continue
            sub = self.store.of(module)
            self.type.submodules[name] = sub
            self.type.cls.add_attribute(name, sub.cls, "submodule")

    def _declared_type(self, name: str) -> ir.Type | None:
        """The type a class annotation gives to an attribute, if it names one."""
        annotation = self.annotations.get(name)
        if annotation is None or is_unparametrised(annotation, self.scope):
            return None
        try:
            type_ = type_from_annotation(annotation, self.scope)
        except CompileAbort:
            return None  # `downsample: Optional[nn.Module]`, `act: Callable`: read from the value
        return None if _mentions_a_module(type_) else type_

    def _read_constants(self) -> None:
        names = [n for n, a in self.annotations.items() if self._is_final(a)]
        names += sorted(set(getattr(self.module, "__constants__", ())) - set(names))
        names += [n for n in self.store.compiler.fixed_values.attributes_of(self.python_class) if self._may_be_fixed(n)]
        for name in names:
            if self._is_known(name) or name in self.ignored or name in self.type.submodules:
                continue
            value = getattr(self.module, name, MISSING)
            if value is not MISSING and is_constant(value):
                self.type.constants[name] = frozen(value)

    def _may_be_fixed(self, name: str) -> bool:
        """Whether nothing has been seen to change the attribute, nor is likely to: an empty list is there to be filled."""
        learned = self.store.compiler.attribute_types
        is_given = learned.stored(self.store.compiler, self.python_class, name) is not None
        return (
            not is_given and not learned.may_be_missing(self.python_class, name) and vars(self.module).get(name) != []
        )

    def _is_final(self, annotation: Any) -> bool:
        try:
            return is_final(annotation, self.scope)
        except CompileAbort:
            return False

    def _read_attribute(self, name: str, value: Any) -> None:
        if self._is_known(name):
            return
        if _is_compile_time(value):
            self.type.functions[name] = value
            return
        held = held_modules(name, value)
        if held is not None:
            self._read_held_modules(name, held)
            return
        if type(value).__name__ == "Attribute" and hasattr(value, "type") and hasattr(value, "value"):
            self.type.cls.add_attribute(name, type_from_annotation(value.type, self.scope))
            return
        try:
            attribute = self.type.cls.add_attribute(name, self._attribute_type(name, value))
            if is_pending(attribute.type):
                self.store.compiler.attribute_types.note_open(self.python_class, attribute)
        except UntypedValueError as error:
            self.type.untyped[name] = str(error)
        except CompileAbort as abort:
            self.type.untyped[name] = abort.diagnostic.message

    def _read_held_modules(self, name: str, held: HeldModules) -> None:
        self.type.held[name] = held
        for one in modules_in(held):
            below = self.store.of(one.module)
            self.type.submodules[one.slot] = below
            self.type.held_modules[one.slot] = one.module
            self.type.cls.add_attribute(one.slot, below.cls)

    def _attribute_type(self, name: str, value: Any) -> ir.Type:
        declared = self._declared_type(name) or self._type_declared_in_init(name, value)
        if declared is not None:
            return self._borne_out(value, declared)
        type_ = self._widened(name, type_of_value(value, self.classes))
        if type_ == ir.NONE and name in attributes_set_later(cast(type, self.python_class)):
            return ir.OptionalType(ir.TENSOR)
        return type_

    def _borne_out(self, value: Any, declared: ir.Type) -> ir.Type:
        """The declared type of an attribute, or what its value is where that is an object, or no object, against it."""
        if isinstance(declared, (ir.ClassType, ir.InterfaceType)):
            if isinstance(declared, ir.ClassType) and type(value) is declared.python_class:
                return declared
            found = type_of_value(value, self.classes)  # the program has the class of the object, too
            if not isinstance(found, ir.ClassType):
                return found
        elif isinstance(declared, _NO_OBJECT) and not isinstance(value, _NO_OBJECTS):
            return type_of_value(value, self.classes)
        self.type.objects_as += self._objects_as(value, declared)
        return declared

    def _objects_as(self, value: Any, declared: ir.Type) -> Iterator[tuple[ir.ClassType, ir.InterfaceType]]:
        """The objects in an attribute that stand for an interface."""
        if isinstance(declared, ir.InterfaceType):
            found = type_of_value(value, self.classes)
            if isinstance(found, ir.ClassType):
                yield found, declared
        elif isinstance(declared, ir.OptionalType) and value is not None:
            yield from self._objects_as(value, declared.element)
        elif isinstance(declared, ir.ListType) and isinstance(value, list):
            for item in value:
                yield from self._objects_as(item, declared.element)
        elif isinstance(declared, ir.DictType) and isinstance(value, dict):
            for item in value.values():
                yield from self._objects_as(item, declared.value)
        elif isinstance(declared, ir.TupleType) and isinstance(value, tuple):
            for item, type_ in zip(value, declared.elements, strict=False):
                yield from self._objects_as(item, type_)

    def _widened(self, name: str, first: ir.Type) -> ir.Type:
        """The type of an attribute that nobody declares: that of its value, and of what an earlier round saw it given."""
        compiler = self.store.compiler
        type_ = compiler.attribute_types.widened(compiler, self.python_class, name, first)
        if compiler.attribute_types.may_be_missing(self.python_class, name):
            self.type.missing.add(name)
            return optional_of(type_)
        return type_

    def _type_declared_in_init(self, name: str, value: Any) -> ir.Type | None:
        """What `self.x: T = ...` in an `__init__` says, where the value bears it out."""
        for base in self.python_class.__mro__:
            function = vars(base).get("__init__")
            annotation = annotations_in(function).get(name) if base is not torch.nn.Module else None
            if annotation is None:
                continue
            scope = AnnotationScope(self.classes, function_lookup(cast("types.FunctionType", function)))
            try:
                if is_unparametrised(annotation, scope):
                    return None
                declared = type_from_annotation(annotation, scope)
                found = type_of_value(value, self.classes)
            except (CompileAbort, UntypedValueError):
                return None
            fits = is_subtype(found, declared) or (is_pending(found) and type(found) is type(declared))
            return declared if fits and not _mentions_a_module(declared) else None
        return None

    def _read_set_later(self) -> None:
        """Attributes that an earlier round saw assigned, and that no `__init__` gives a value."""
        for name in self.store.compiler.attribute_types.set_later(self.python_class):
            if not self._is_known(name) and name not in self.type.functions and name not in self.type.untyped:
                value = getattr(self.module, name, MISSING)
                if value is MISSING:
                    self.type.cls.add_attribute(name, self._widened(name, ir.NONE))
                else:  # a value of the class
                    stored = self.store.compiler.attribute_types
                    first = type_of_value(value, self.classes)
                    type_ = stored.widened(self.store.compiler, self.python_class, name, first)
                    self.type.cls.add_attribute(name, type_)

    def _read_hooks(self) -> None:
        module = self.module
        with_keywords = (
            getattr(module, "_forward_pre_hooks_with_kwargs", {}),
            getattr(module, "_forward_hooks_with_kwargs", {}),
        )
        self.type.pre_hooks = tuple((h, n in with_keywords[0]) for n, h in module._forward_pre_hooks.items())
        self.type.hooks = tuple((h, n in with_keywords[1]) for n, h in module._forward_hooks.items())

    def key(self, type_: ModuleType) -> Hashable:
        """What two instances of one type have in common, beside the Python class."""
        module = self.module
        return (
            tuple((a.name, _type_key(a.type), a.kind) for a in type_.cls.attributes.values()),
            tuple(sorted((n, _value_key(v)) for n, v in type_.constants.items())),
            tuple((n, _function_key(f)) for n, f in type_.functions.items()),
            tuple((n, _value_key(vars(module).get(n))) for n in type_.untyped),
            tuple(id(t) for t, _ in (*type_.implementations, *type_.objects_as)),
            tuple((n, h.identity) for n, h in type_.held.items()),
            frozenset(type_.missing),
            id(module) if _calls_back(cast(type, self.python_class)) else None,
            tuple((n, id(s.cls) if isinstance(s, ModuleType) else id(s)) for n, s in type_.submodules.items()),
            type_.pre_hooks,
            type_.hooks,
        )


@cache
def _calls_back(cls: type) -> bool:
    """Whether a method is left to Python: it is called on the very module that was compiled."""
    bases = [b for b in cls.__mro__ if b not in (torch.nn.Module, object)]
    return any(marks.mark_of(f) is marks.Mark.IGNORE for b in bases for f in vars(b).values())


def inherited_annotations(module: torch.nn.Module) -> dict[str, Any]:
    """Annotations of the instance and of its class, those of base classes included; the nearest wins."""
    found: dict[str, Any] = {}
    for cls in reversed(type(module).__mro__):
        if cls is not torch.nn.Module and cls is not object:
            found.update(vars(cls).get("__annotations__", {}))
    found.update(vars(module).get("__annotations__", {}))
    return found


@cache
def attributes_set_later(cls: type) -> frozenset[str]:
    """Attributes that methods which a program may reach assign: one that starts as None does not stay so."""
    exported = [n for n in dir(cls) if marks.mark_of(getattr(cls, n, None)) is marks.Mark.EXPORT]
    waiting, seen, assigned = ["forward", *exported], set[str](), set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        for base in cls.__mro__:
            if base not in (torch.nn.Module, object):
                read, written = _attributes_in(vars(base).get(name))
                waiting += read
                assigned |= written
    return frozenset(assigned)


@cache
def _attributes_in(function: object) -> tuple[frozenset[str], frozenset[str]]:
    """The names of the attributes that a function reads, and of those that it assigns."""
    if not isinstance(function, types.FunctionType):
        return frozenset(), frozenset()
    try:
        tree = source_of(function).node
    except NoSourceError:
        return frozenset(), frozenset()
    found = [n for n in ast.walk(tree) if isinstance(n, ast.Attribute)]
    read = frozenset(n.attr for n in found if isinstance(n.ctx, ast.Load))
    return read, frozenset(n.attr for n in found if isinstance(n.ctx, ast.Store))


def _mentions_a_module(type_: ir.Type) -> bool:
    return type_ == ir.ANY_CLASS or any(map(_mentions_a_module, type_.contained()))


def is_constant(value: Any) -> bool:
    """Whether a value may be a constant of a module: a scalar, string, dtype and the like, or lists and tuples of them."""
    if isinstance(value, (tuple, list)):
        return all(map(is_constant, value))
    return isinstance(value, _CONSTANT_TYPES)


def frozen(value: Any) -> Any:
    """A constant as it is kept: lists are copied, so that nothing changes it later."""
    is_listing = isinstance(value, (list, tuple)) and not hasattr(value, "_fields")
    return type(value)(map(frozen, value)) if is_listing else value


_COMPILE_TIME = (
    types.FunctionType, types.MethodType, types.BuiltinFunctionType, types.MethodDescriptorType, types.ModuleType, type,
)  # fmt: skip


def _is_compile_time(value: Any) -> bool:
    """Whether an attribute only exists while compiling: functions, classes, bound methods, operators."""
    if isinstance(value, _COMPILE_TIME):
        return True
    if isinstance(value, functools.partial):
        return True
    if compiled_before(value) is not None:
        return True
    return isinstance(value, (torch._ops.OpOverloadPacket, torch._ops.OpOverload, torch._C.ScriptFunction)) or (
        callable(value) and marks.boolean_dispatch_of(value) is not None
    )


def _function_key(function: Any) -> Hashable:
    if isinstance(function, types.MethodType):
        return (function.__func__, id(function.__self__))
    if isinstance(function, functools.partial):
        given = (_value_key(list(function.args)), _value_key(dict(function.keywords)))
        return (_function_key(function.func), *given)
    return id(function)


def _type_key(type_: ir.Type) -> Hashable:
    return str(type_) if is_pending(type_) else type_


def _value_key(value: Any) -> Hashable:
    """Equal for values that compile alike: by content where it is plain data, else by identity."""
    if isinstance(value, (list, tuple)):
        return (type(value).__name__, tuple(map(_value_key, value)))
    if isinstance(value, dict):
        return ("dict", tuple((_value_key(k), _value_key(v)) for k, v in value.items()))
    if isinstance(value, _CONSTANT_TYPES):
        return (type(value).__name__, repr(value))
    return id(value)
