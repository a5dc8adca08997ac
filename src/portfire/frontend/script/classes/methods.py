"""Methods of classes and modules: compiled for one class type the first time something calls them.

A method that a base class defines is compiled for the class it is called on, under its own name; the version that `super()`
reaches gets the name of its class in front. A method that takes `*args`, or is given compile-time values, has no one
signature: it is compiled in place at each call.

Comes before: `class_registry.py`, `signatures.py`, `function_values.py`. Comes after: `object_values.py`, `module_values.py`.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from portfire.diagnostics import CompileAbort, Diagnostic
from portfire.frontend.script import marks
from portfire.frontend.script.classes.dataclass_methods import generated_method, is_generated
from portfire.frontend.script.classes.overriding import Overrides, VirtualCall, is_exact, result_name
from portfire.frontend.script.emitter import Emitter
from portfire.frontend.script.exploration import explore_body_of
from portfire.frontend.script.functions.calls import Callee, Specialised, call_python, complete_arguments, undeclared
from portfire.frontend.script.functions.variadic_entry import add_variadic
from portfire.frontend.script.functions.wrapped_entries import as_entry, with_examples
from portfire.frontend.script.statements.generator_contexts import generator_behind
from portfire.frontend.script.types.annotation_scope import function_lookup
from portfire.frontend.script.types.inference import settle, settle_graph
from portfire.frontend.script.types.overloads import choose
from portfire.frontend.script.types.signatures import Signature, signature_of
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir import types as ir
from portfire.ir.graph import Function, Graph, Parameter, Value
from portfire.ir.source import SourceRange

if TYPE_CHECKING:
    from portfire.frontend.script.compiler import Compiler
    from portfire.frontend.script.types.example_types import ExampleCall

Arguments = Sequence[StaticValue]
Keywords = dict[str, StaticValue]


_COMPARISONS = frozenset(("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__"))


@dataclass(frozen=True, slots=True)
class MethodSource:
    """A Python function as a method: `name` is its name in the compiled class, `defining_class` where it was written."""

    name: str
    function: types.FunctionType
    defining_class: type | None = None
    #: Instead of the function's own: that of an overload.
    signature: Signature | None = None


class BoundMethod(StaticValue):
    """A method with its object."""

    def __init__(self, receiver: RuntimeValue, source: MethodSource) -> None:
        self.receiver = receiver
        self.source = source

    def describe(self) -> str:
        """See the base class."""
        return f"the method '{self.source.name}'"

    def call(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        """See the base class."""
        if marks.is_left_to_python(self.source.function):
            return LeftToPython(self.source.name, self.source.function, self._owner(emitter)).call(
                emitter, args, kwargs
            )
        return emitter.compiler.methods.call(emitter, self.receiver, self.source, args, kwargs)

    def _owner(self, emitter: Emitter) -> object | None:
        cls = self.receiver.type
        if isinstance(cls, ir.ClassType) and cls.is_module:
            return emitter.compiler.module_types.of_class(cls).example
        return None


class OverloadedMethod(StaticValue):
    """A method for which torch holds several declarations: the one that fits the arguments is compiled."""

    def __init__(
        self,
        receiver: RuntimeValue,
        name: str,
        function: types.FunctionType,
        declarations: Sequence[Callable[..., Any]],
        defining_class: type,
    ) -> None:
        self.receiver = receiver
        self.name = name
        self.function = function
        self.declarations = declarations
        self.defining_class = defining_class

    def describe(self) -> str:
        """See the base class."""
        return f"the method '{self.name}'"

    def source(self, number: int, signature: Signature) -> MethodSource:
        """Overload `number` as a method; the first has the plain name."""
        name = self.name if number == 0 else f"{self.name}__{number}"
        return MethodSource(name, self.function, self.defining_class, signature)

    def call(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        """See the base class."""
        signature, number = choose(
            emitter, self.function, self.declarations, args, kwargs, self_type=self.receiver.type
        )
        return BoundMethod(self.receiver, self.source(number, signature)).call(emitter, args, kwargs)


class LeftToPython(StaticValue):
    """A function marked `ignore` or `unused`: it may stand in a program. What is ignored is called in Python, where its types
    allow that; a program that gets to what is unused raises. `owner` is the module of a method."""

    def __init__(self, name: str, function: Any, owner: object | None = None) -> None:
        self.name = name
        self.function = function
        self.owner = owner

    def describe(self) -> str:
        """See the base class."""
        return f"the function '{self.name}'"

    def call(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        """See the base class."""
        if marks.mark_of(self.function) is marks.Mark.IGNORE and isinstance(self.function, types.FunctionType):
            from portfire.frontend.script.functions.python_callbacks import call_python_back

            result = call_python_back(emitter, self.function, self.owner, args, kwargs)
            if result is not None:
                return result
        marked = "ignore" if marks.mark_of(self.function) is marks.Mark.IGNORE else "unused"
        message = emitter.builder.constant(
            f"'{self.name}' is marked '{marked}': it is Python only, not a part of the program"
        )
        emitter.node("prim::RaiseException", [message, emitter.builder.constant("builtins.NotImplementedError")])
        returned = self._return_type(emitter)
        if returned == ir.NONE:
            from portfire.frontend.script.values.constant_values import NONE_VALUE

            return NONE_VALUE
        return emitter.insert("prim::Uninitialized", [], returned)

    def _return_type(self, emitter: Emitter) -> ir.Type:
        """The declared type of the result; the rest of the signature need not be one a program could have."""
        try:
            declared = signature_of(self.function, emitter.compiler.classes).return_type
        except CompileAbort:
            declared = None
        return declared if declared is not None else ir.TENSOR


class MethodTable:
    """The methods compiled so far, by class type."""

    def __init__(self, compiler: Compiler) -> None:
        self.compiler = compiler
        self._completed: set[ir.ClassType] = set()
        #: Classes whose `__init__` is being compiled: assignments to `self` define attributes.
        self._open: list[ir.ClassType] = []
        self._callees: dict[Hashable, Callee] = {}
        self._declared: list[tuple[ir.ClassType, Function]] = []
        self._last_called: tuple[Hashable, Function] | None = None
        self._overrides = Overrides(self)

    # Calls

    def call(
        self, emitter: Emitter, receiver: RuntimeValue, source: MethodSource, args: Arguments, kwargs: Keywords
    ) -> StaticValue:
        """Compile a method for its receiver, if that has not happened, and emit the call."""
        cls = cast(ir.ClassType, receiver.type)
        callee = self.callee(cls, source)
        self._last_called = None
        with self._opening(cls, source):
            result = call_python(emitter, callee, [receiver, *args], kwargs)
        if not cls.is_module and source.name != "__init__" and not is_exact(receiver):
            function = self.last_called
            if self._last_called is not None and self._last_called[0] != callee.key:
                function = None
            chain = emitter.chain
            self._overrides.note(VirtualCall(cls, source, function, args, kwargs, emitter.range, chain))
        return result

    @property
    def last_called(self) -> Function | None:
        """The compiled method that the last call led to; None where it was compiled in place."""
        return None if self._last_called is None else self._last_called[1]

    def _emit_call(self, key: Hashable, emitter: Emitter, function: Function, values: list[Value]) -> Value:
        self._last_called = (key, function)
        return emit_call_method(emitter, function, values)

    @contextmanager
    def _opening(self, cls: ir.ClassType, source: MethodSource) -> Iterator[None]:
        is_init = source.function.__name__ == "__init__" and not cls.is_module
        if is_init:
            self._completed.add(cls)
            self._open.append(cls)
        try:
            yield
        finally:
            if is_init:
                self._open.pop()

    def callee(self, cls: ir.ClassType, source: MethodSource) -> Callee:
        """A method of a class, ready to be called with the object as its first argument."""
        key = ("method", cls, source.name, source.function, id(source.signature))
        if key not in self._callees:
            self._callees[key] = self._make_callee(cls, source, key)
        return self._callees[key]

    def _make_callee(self, cls: ir.ClassType, source: MethodSource, key: Hashable) -> Callee:
        compiler = self.compiler
        generated = None
        if is_generated(source.function):
            generated = generated_method(compiler.classes, cls, source.name)
        if generated is not None:
            signature, lookup = generated.signature, generated.lookup
        else:
            signature = source.signature or signature_of(
                source.function, compiler.classes, self_type=cls, names=compiler.local_names
            )
            lookup = function_lookup(source.function, compiler.local_names)
        if signature.return_type is None and cls.python_class is not None:
            signature.return_type = compiler.attribute_types.stored(
                compiler, cls.python_class, result_name(source.name)
            )
        if source.name in _COMPARISONS:  # `other: object` says nothing
            unsaid = {p.name for p in signature.parameters[1:] if p.type == ir.ANY}
            signature.unannotated = signature.unannotated | unsaid
        return Callee(
            signature, lookup, lambda: self._free_name(cls, source.name), key, partial(self._emit_call, key),
            source.defining_class,
            lambda function: self._declare(cls, function),
        )  # fmt: skip

    @staticmethod
    def _free_name(cls: ir.ClassType, name: str) -> str:
        """The qualified name of the next version of a method."""
        name = "_lambda" if name == "<lambda>" else name
        free = name
        count = 1
        while free in cls.methods or free in cls.attributes:
            free = f"{name}__{count}"
            count += 1
        return f"{cls.name}.{free}"

    def _declare(self, cls: ir.ClassType, function: Function) -> None:
        cls.methods[function.base_name] = function
        self._declared.append((cls, function))

    # Without a call

    def compile(self, cls: ir.ClassType, source: MethodSource, examples: Sequence[ExampleCall] = ()) -> None:
        """Compile a method with the types its signature declares, and example calls tell."""
        callee = as_entry(self.compiler, self.callee(cls, source), source.function, cls)
        if examples:
            callee = with_examples(callee, examples, self.compiler.classes)
        specialised = declared_version(self.compiler, callee)
        if not self.compiler.has_version(specialised.key):
            with self._opening(cls, source):
                self.compiler.compile(callee, specialised, ())

    def compile_if_possible(self, cls: ir.ClassType, source: MethodSource, *, required: bool = False) -> None:
        """Compile a method that nothing has called; where it does not compile and is not required, leave it out."""
        if source.name in cls.methods:
            return
        attempt = self.compiler.begin_attempt()
        with self.compiler.diagnostics.recovering():
            self.compile(cls, source)
        noted = len(self.compiler.diagnostics.diagnostics)
        if not required and (noted, self.compiler.failed) != (attempt.diagnostics, attempt.failed):
            self.compiler.take_back(attempt)

    @property
    def declared_count(self) -> int:
        """How many versions of methods have been declared."""
        return len(self._declared)

    def drop_failed(self, since: int) -> None:
        """Take the methods that got no body out of their classes, of those declared after the first `since`."""
        for owner, function in self._declared[since:]:
            if function.graph is None or not function.graph.outputs:
                owner.methods.pop(function.base_name, None)

    def drop_declared(self, since: int) -> None:
        """Take all methods declared after the first `since` out of their classes: they are compiled again."""
        for owner, function in self._declared[since:]:
            if owner.methods.get(function.base_name) is function:
                del owner.methods[function.base_name]
        del self._declared[since:]

    def compile_emitted(
        self,
        cls: ir.ClassType,
        name: str,
        parameters: Sequence[Parameter],
        emit: Callable[..., StaticValue],
        place: SourceRange | None,
    ) -> None:
        """Add a method that has no Python source: `emit(emitter, *arguments)` makes its result. `place` is its in messages."""
        function = Function(f"{cls.name}.{name}", parameters, range=place)
        graph = function.graph = Graph(name)
        emitter = Emitter(self.compiler, graph)
        emitter.builder.range = place
        arguments = [RuntimeValue(graph.block.add_parameter(p.type, p.name)) for p in parameters]
        output = emitter.runtime(emit(emitter, *arguments))
        graph.block.add_input(output)
        settle_graph(graph)
        function.return_type = settle(output.type)
        cls.methods[name] = function

    # Interfaces

    def implement_wanted(self, cls: ir.ClassType, target: ir.Type) -> None:
        """Before an object of `cls` becomes a `target`: compile what the interfaces in `target` ask for."""
        for member in (
            (target, *target.contained()) if isinstance(target, (ir.OptionalType, ir.UnionType)) else (target,)
        ):
            if isinstance(member, ir.InterfaceType):
                self.implement(cls, member)

    def implement(self, cls: ir.ClassType, interface: ir.InterfaceType) -> None:
        """Compile the methods of an interface for a class that stands for it. Fails where one is missing or differs."""
        for name, wanted in interface.methods.items():
            if name not in cls.methods:
                source = method_source(cls.python_class, name)
                if source is None:
                    raise _mismatch(cls, interface, f"it has no method '{name}'", None)
                self.compile(cls, source)
            found = cls.methods[name]
            if not found.schema_matches_interface(wanted):
                raise _mismatch(cls, interface, f"expected {wanted}, found {found}", found.range)

    # What `__init__` makes of a class

    def is_open(self, cls: ir.ClassType) -> bool:
        """Whether an assignment may define an attribute of `cls`."""
        return cls in self._open

    def initialiser(self, made: RuntimeValue, cls: ir.ClassType) -> BoundMethod | None:
        """The `__init__` of a new object; None where the class has none."""
        source = method_source(cls.python_class, "__init__")
        return None if source is None else BoundMethod(made, source)

    def complete(self, cls: ir.ClassType) -> None:
        """Make sure the attributes that `__init__` assigns are known."""
        if cls in self._completed or cls.python_class is None:
            return
        self._completed.add(cls)
        source = method_source(cls.python_class, "__init__")
        if source is not None:
            self.compile(cls, source)

    def note_complete(self, cls: ir.ClassType) -> None:
        """Note that all attributes of a class are known: an object has shown them."""
        self._completed.add(cls)

    def compile_all(self, cls: ir.ClassType) -> None:
        """Compile every method of a script class; obstacles are noted."""
        assert cls.python_class is not None
        for source in _own_methods(cls.python_class):
            with self.compiler.diagnostics.recovering():
                self.compile(cls, source)

    def finish_classes(self) -> None:
        """Compile the methods of script classes that nothing has called, and settle what types are still open."""
        self._overrides.compile_all()
        for cls in self.compiler.classes.script_types():
            assert cls.python_class is not None
            for source in _own_methods(cls.python_class):
                self.compile_if_possible(cls, source)
            for attribute in cls.attributes.values():
                attribute.type = settle(attribute.type)
        self._overrides.compile_all()
        for cls in (*self.compiler.classes.script_types(), *(t.cls for t in self.compiler.module_types)):
            _note_properties(cls)


def _note_properties(cls: ir.ClassType) -> None:
    """Say of compiled methods that get and set a property of the Python class that they do."""
    for name in cls.methods:
        if name not in cls.properties and isinstance(inspect.getattr_static(cls.python_class, name, None), property):
            setter = f"{name}__setter"
            cls.properties[name] = ir.Property(name, name, setter if setter in cls.methods else None)


def method_source(cls: type | None, name: str) -> MethodSource | None:
    """The Python method `name` of a class, inherited ones included."""
    for base in cls.__mro__ if cls is not None else ():
        function = vars(base).get(name)
        if isinstance(function, types.FunctionType):
            return MethodSource(name, generator_behind(function), base)
    return None


def _mismatch(cls: ir.ClassType, interface: ir.InterfaceType, why: str, place: SourceRange | None) -> CompileAbort:
    from portfire.frontend.script.classes.class_registry import class_statement

    names = (cls.name.rpartition(".")[2], interface.name.rpartition(".")[2])
    return CompileAbort(
        Diagnostic(
            "interface-mismatch",
            f"'{names[0]}' does not fit the interface '{names[1]}': {why}",
            place or (None if cls.python_class is None else class_statement(cls.python_class)),
            help="give the class the methods of the interface, with the same parameters and types",
        )
    )


def _own_methods(cls: type) -> Iterator[MethodSource]:
    for name, function in vars(cls).items():
        if isinstance(function, types.FunctionType) and not marks.is_left_to_python(function):
            yield MethodSource(name, function, cls)


def emit_call_method(emitter: Emitter, function: Function, values: list[Value]) -> Value:
    """`prim::CallMethod` of a compiled method; `values` starts with the object."""
    return emitter.builder.insert("prim::CallMethod", values, function.return_type, name=function.base_name)


def call_method(
    emitter: Emitter, receiver: RuntimeValue, function: Function, args: Arguments, kwargs: Keywords
) -> StaticValue:
    """Call a method that is compiled already, or that an interface declares."""
    values = complete_arguments(emitter, function, function.parameters[1:], args, kwargs)
    return RuntimeValue(emit_call_method(emitter, function, [receiver.value, *values]))


def declared_version(compiler: Compiler, callee: Callee) -> Specialised:
    """The version of a function that can be called from outside; where there is none, its body may be looked at yet."""
    try:
        return as_declared(callee)
    except CompileAbort:
        if compiler.is_thorough:
            explore_body_of(Emitter(compiler, Graph()), callee)
        raise


def as_declared(callee: Callee) -> Specialised:
    """The version of a function that its signature alone describes: what can be called from outside."""
    signature = callee.signature
    for diagnostic in signature.untyped.values():
        raise CompileAbort(diagnostic)
    free = undeclared(signature)
    key = (callee.key, tuple((p.name, p.type if p.name in free else None) for p in signature.parameters))
    specialised = Specialised(key, list(signature.parameters), called=callee.called, broadcast=signature.broadcast)
    specialised.locals = {p.name: lambda values: RuntimeValue(next(values)) for p in signature.parameters}
    if signature.vararg is not None or signature.kwarg is not None:
        add_variadic(specialised, signature)
    return specialised
