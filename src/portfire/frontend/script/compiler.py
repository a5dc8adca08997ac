"""One compilation: everything that is compiled at most once, and what Python objects mean as values.

Functions are compiled when something first calls them, once per version (see `calls.py`). What a function that calls itself
returns is declared, or found out (`recursion.py`).

Comes before: `inlining.py`, `class_registry.py`, `module_types.py`. Comes after: `script`.
"""

from __future__ import annotations

import ast
import traceback
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portfire.diagnostics import CompileAbort, Diagnostic, DiagnosticSink
from portfire.errors import InternalError
from portfire.frontend.script.classes.class_registry import ClassRegistry
from portfire.frontend.script.classes.methods import MethodTable
from portfire.frontend.script.emitter import Emitter, SilentAbort
from portfire.frontend.script.functions.calls import Callee, Specialised
from portfire.frontend.script.functions.inlining import emit_body
from portfire.frontend.script.functions.outside_containers import OutsideContainers
from portfire.frontend.script.functions.recursion import ResultNotKnown, opened, settle_result
from portfire.frontend.script.modules.module_types import ModuleTypes
from portfire.frontend.script.types.annotation_scope import function_lookup
from portfire.frontend.script.types.attribute_types import AttributeTypes
from portfire.frontend.script.types.conversion import convert, static_type
from portfire.frontend.script.types.fixed_values import FixedValues
from portfire.frontend.script.types.inference import is_pending, resolved, settle, settle_graph
from portfire.frontend.script.types.signatures import Signature, signature_of
from portfire.frontend.script.values import behaviours as _behaviours
from portfire.frontend.script.values.default_dicts import Factories
from portfire.frontend.script.values.python_values import unknown_name, value_of_object
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_dicts import StaticDict
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.graph import MISSING, Function, Graph, Parameter
from portfire.ir.source import SourceRange
from portfire.ir.types import Type

_behaviours.register()


#: How often a function is compiled, each time with more known of the types of its lists and dicts.
_MAX_ATTEMPTS = 8
#: How many functions may be compiled on the way to themselves, in other versions each time, before there must be no end.
_MAX_REPEATS = 120
#: Calls that may lead to a function when it is compiled: each takes some of the stack.
_MAX_DEPTH = 600


class _InlineInstead(Exception):
    """A function returns something that exists only while compiling."""


class _Version:
    """A compiled version of a function, or one that is being compiled."""

    def __init__(self, function: Function | None) -> None:
        #: None: it cannot be a function of its own.
        self.function = function
        self.is_compiling = True
        self.has_failed = False
        #: Whether `function.return_type` is known.
        self.has_type = False
        #: Whether it called itself before that type was known.
        self.was_asked = False
        #: What stood in the way of it, and of what it calls.
        self.obstacles: list[Diagnostic] = []


@dataclass(frozen=True)
class Attempt:
    """How far the compilation was before something that may be taken back."""

    diagnostics: int
    failed: bool
    methods: int


class Compiler:
    """See the module's docstring. `local_names`: names for annotations beyond those of the functions' modules.
    `is_thorough`: look for obstacles also behind others (`exploration.py`); what is compiled is not for running."""

    def __init__(
        self,
        local_names: Mapping[str, Any] | None = None,
        *,
        is_thorough: bool = False,
        attribute_types: AttributeTypes | None = None,
        fixed_values: FixedValues | None = None,
    ) -> None:
        self.is_thorough = is_thorough
        #: What earlier rounds of this compilation have learned of attributes.
        self.attribute_types = attribute_types or AttributeTypes()
        self.fixed_values = fixed_values or FixedValues()
        #: The attributes that compiled functions may set (`attributes_set.py`).
        self.attributes_set: dict[Function, frozenset[str]] = {}
        #: How often a part of a piece of code was looked at for more obstacles.
        self._explorations: Counter[tuple[ast.AST, str]] = Counter()
        self.diagnostics = DiagnosticSink()
        #: Whether anything has failed; poisoned values are silent only since something else spoke.
        self.failed = False
        self.local_names = dict(local_names or {})
        self.classes = ClassRegistry(self, local_names)
        self.methods = MethodTable(self)
        self.module_types = ModuleTypes(self)
        #: The Python class of each NamedTuple, by its qualified name.
        self.python_tuples: dict[str, type] = {}
        self.region_count = 0
        #: Classes defined inside of compiled functions, by their place and what they use from there.
        self.local_classes: dict[Hashable, type] = {}
        self.factories = Factories()
        #: What went wrong in portfire itself.
        self.bugs: list[InternalError] = []
        #: The exceptions that `raise` statements make, with the types of their arguments.
        self.raised: list[tuple[type[BaseException], tuple[Type, ...]]] = []
        self.outside_containers = OutsideContainers()
        self._versions: dict[Hashable, _Version] = {}
        #: How many versions of each definition are being compiled.
        self._under_way: Counter[ast.AST] = Counter()
        self._signatures: dict[Any, Signature] = {}
        #: Objects whose identity stands in keys, by that identity: they must not be freed.
        self._kept: dict[int, object] = {}

    # Values

    def value_of(self, emitter: Emitter, python_object: Any, name: str = "") -> StaticValue:
        """What a Python object means in a program. `name` is what the user called it, for messages."""
        return value_of_object(emitter, python_object, name)

    def global_value(self, emitter: Emitter, name: str) -> StaticValue:
        """A name that is no local variable: of the closure, the module, or Python's builtins."""
        found = emitter.context.lookup(name)
        if found is MISSING:
            raise unknown_name(emitter, name)
        return self.value_of(emitter, found, name)

    def function_value(self, function: Callable[..., Any], signature: Signature | None = None) -> StaticValue:
        """A Python function to be compiled, with another signature than its own if one is given."""
        from portfire.frontend.script.functions.function_values import PythonFunction

        return PythonFunction(function, signature)

    def signature(self, function: Callable[..., Any]) -> Signature:
        """The signature of a Python function."""
        key = getattr(function, "__func__", function)
        if key not in self._signatures:
            self._signatures[key] = signature_of(function, self.classes, names=self.local_names)
        return self._signatures[key]

    def callee(self, function: Callable[..., Any], signature: Signature | None = None) -> Callee:
        """A Python function, ready to be called."""
        self.keep(function)
        self.keep(signature)
        return Callee(
            signature or self.signature(function),
            function_lookup(function, self.local_names),
            lambda: self.classes.names.unique_for(function),
            (id(function), id(signature) if signature is not None else None),
        )

    def keep(self, python_object: object) -> None:
        """Keep an object alive: its identity stands in keys."""
        self._kept[id(python_object)] = python_object

    # Versions of functions

    def has_version(self, key: Hashable) -> bool:
        """Whether a version of a function is compiled, or being compiled."""
        return key in self._versions

    def version(self, emitter: Emitter, callee: Callee, specialised: Specialised) -> Function | None:
        """The compiled version that a call needs; None if the function must be inlined."""
        version = self._versions.get(specialised.key)
        if version is None:
            self._check_depth(emitter, callee)
            chain = (*emitter.chain, emitter.range) if emitter.range is not None else emitter.chain
            definition = callee.signature.source.node
            self._under_way[definition] += 1
            try:
                version = self.compile(callee, specialised, chain)
            finally:
                self._under_way -= Counter((definition,))  # which drops what falls to zero
        else:
            self.report(version.obstacles)
        if version.has_failed and not version.has_type:
            raise SilentAbort
        if version.is_compiling and not version.has_type and version.function is not None:
            version.was_asked = True
            raise ResultNotKnown(_endless(callee, emitter.range))
        return version.function

    def _check_depth(self, emitter: Emitter, callee: Callee) -> None:
        """Refuse calls that do not end, and those that are nested too deep."""
        if self._under_way.total() - len(self._under_way) >= _MAX_REPEATS:
            raise emitter.fail(
                "recursive-function",
                f"the calls that lead to '{callee.called}' do not end while compiling",
                notes=("each call has other kinds of arguments than the one before",),
                help="annotate the parameters and the return type",
            )
        if len(emitter.chain) >= _MAX_DEPTH:
            raise emitter.fail(
                "recursive-function",
                f"the calls that lead to '{callee.called}' are nested more than {_MAX_DEPTH} deep",
                notes=("either they do not end while compiling, or there are so many functions that call one another",),
                help="annotate the parameters and the return types, or write a loop",
            )

    def compile(self, callee: Callee, specialised: Specialised, chain: tuple[SourceRange, ...]) -> _Version:
        """Compile one version."""
        signature = callee.signature
        found = len(self.diagnostics.diagnostics)
        parameters = _with_trailing_defaults(specialised.parameters)
        function = Function(callee.name(), parameters, range=signature.source.head)
        function.variadic = specialised.variadic
        version = self._versions[specialised.key] = _Version(function)
        if signature.return_type is not None:
            function.return_type = signature.return_type
            version.has_type = True
        if callee.declare is not None:
            callee.declare(function)
        attempt = self.begin_attempt()
        try:
            declared = signature.return_type
            returned = self._compile_body(function, callee, specialised, chain, declared)
            if version.was_asked:
                self._compile_recursive(version, callee, specialised, chain, returned, attempt)
            version.has_type = True
        except SilentAbort:
            version.has_failed = True
        except CompileAbort as abort:
            version.has_failed = True
            self.failed = True
            self.diagnostics.add(abort.diagnostic)
        except _InlineInstead:
            version.function = None
            if version.was_asked:
                version.has_failed = self.failed = True
                self.diagnostics.add(_endless(callee, signature.source.head))
        version.is_compiling = False
        version.obstacles = self.diagnostics.diagnostics[found:]
        return version

    # Attempts

    def begin_attempt(self) -> Attempt:
        """Before something that may be taken back."""
        return Attempt(len(self.diagnostics.diagnostics), self.failed, self.methods.declared_count)

    def take_back(self, attempt: Attempt) -> list[Diagnostic]:
        """Forget what failed since: its obstacles, which are returned, and the methods that were left without a body."""
        found = self.diagnostics.diagnostics
        obstacles = found[attempt.diagnostics :]
        del found[attempt.diagnostics :]
        self.failed = attempt.failed
        self.methods.drop_failed(attempt.methods)
        return obstacles

    def has_failed_version(self, key: Hashable) -> bool:
        """Whether a version of a function, or something in it, could not be compiled."""
        version = self._versions.get(key)
        return version is not None and (version.has_failed or bool(version.obstacles))

    def report(self, obstacles: Sequence[Diagnostic]) -> None:
        """Note obstacles found before, where they are not noted already."""
        noted = {id(d) for d in self.diagnostics.diagnostics}
        for diagnostic in obstacles:
            self.failed = True
            if id(diagnostic) not in noted:
                self.diagnostics.add(diagnostic)

    def _compile_body(
        self,
        function: Function,
        callee: Callee,
        specialised: Specialised,
        chain: tuple[SourceRange, ...],
        declared: Type | None,
    ) -> Type:
        """Compile the body; again while it fails and later uses have told more of the type of a list or dict."""
        known: dict[SourceRange | None, Type] = {}
        declared_displays: set[SourceRange | None] = set()
        for is_last in [False] * (_MAX_ATTEMPTS - 1) + [True]:
            emitter = Emitter(self, Graph(), chain)
            emitter.learned, emitter.declared_displays = known, declared_displays
            returned: Type | None = None
            try:
                returned = self._attempt(emitter, function, callee, specialised, declared)
            except CompileAbort:
                if is_last or not _learned(emitter):
                    raise
            learned = _learned(emitter) if emitter.noted or returned is None else {}
            if returned is not None and (is_last or not learned):
                return returned
            emitter.forget_since(0)
            known = {**known, **learned}
        raise AssertionError("the last attempt returns or raises")

    def _attempt(
        self,
        emitter: Emitter,
        function: Function,
        callee: Callee,
        specialised: Specialised,
        declared: Type | None,
    ) -> Type:
        graph = function.graph = emitter.graph
        emitter.builder.range = callee.signature.source.head
        values = iter([graph.block.add_parameter(p.type, p.name) for p in function.parameters])
        local_values = {name: make(values) for name, make in specialised.locals.items()}

        def at_run_time(returned: StaticValue) -> StaticValue:
            if static_type(returned) is not None or isinstance(returned, RuntimeValue):
                return returned
            if callee.is_undeclared and isinstance(returned, StaticDict):
                raise _InlineInstead  # the caller sees each item as what it is
            return self._at_run_time(emitter, returned)

        returned = emit_body(emitter, callee, local_values, declared, at_run_time)
        output = (
            convert(emitter, returned, declared, "the return value")
            if declared is not None
            else emitter.runtime(returned)
        )
        graph.block.add_input(output)
        found = opened(output.type)
        settle_graph(graph)
        self.outside_containers.finish(emitter, function, graph)
        made = settle(output.type)
        function.return_type = made if declared is None or made == declared else declared  # equal but for the form
        for parameter in function.parameters:
            parameter.type = settle(parameter.type)
        return found

    def _compile_recursive(
        self,
        version: _Version,
        callee: Callee,
        specialised: Specialised,
        chain: tuple[SourceRange, ...],
        first: Type,
        attempt: Attempt,
    ) -> None:
        """Compile a function that calls itself, whose other paths return `first`."""
        function = version.function
        assert function is not None

        def compile_with(assumed: Type, is_declared: bool) -> Type:
            self.take_back(attempt)
            self.methods.drop_declared(attempt.methods)
            keys = list(self._versions)
            for key in keys[keys.index(specialised.key) + 1 :]:
                del self._versions[key]
            function.return_type = assumed
            version.has_type = True
            return self._compile_body(function, callee, specialised, chain, assumed if is_declared else None)

        if settle_result(first, compile_with) is None:
            raise CompileAbort(_endless(callee, callee.signature.source.head))

    def _at_run_time(self, emitter: Emitter, returned: StaticValue) -> RuntimeValue:
        emitter.builder.range = emitter.returned_at or emitter.range
        try:
            return RuntimeValue(emitter.runtime(returned))
        except CompileAbort:
            if not emitter.chain:
                raise  # nobody to inline it into
            raise _InlineInstead from None

    def note_raised(self, cls: type[BaseException], arguments: Sequence[Type]) -> None:
        """Note a `raise`: what a handler may be given."""
        self.raised.append((cls, tuple(arguments)))

    def explores(self, node: ast.AST, part: str, most: int = 1) -> bool:
        """Whether a part of a piece of code is to be looked at for more obstacles: the first `most` times that this is asked."""
        self._explorations[node, part] += 1
        return self._explorations[node, part] <= most

    # Bugs

    def note_bug(self, emitter: Emitter, error: Exception) -> CompileAbort:
        """Note an unexpected exception as what it is, a bug of portfire; compilation goes on, to find what else there is."""
        place = f" while it compiled {emitter.range}" if emitter.range is not None else ""
        frames = "".join(traceback.format_exception(error)[-4:])
        bug = InternalError(
            f"a bug of portfire{place}: {type(error).__name__}: {error}\n"
            f"Please report it with the function that stands there.\n{frames}"
        )
        bug.__cause__ = error
        self.bugs.append(bug)
        return SilentAbort()


def _learned(emitter: Emitter) -> dict[SourceRange | None, Type]:
    """The types of displays that were not known where they stand, but are by now; empty if there is nothing new."""
    found: dict[SourceRange | None, Type] = {
        p: t for p, t in emitter.widened.items() if p is not None and emitter.learned.get(p) != t
    }
    for place, type_ in emitter.displays:
        if place in emitter.learned or place in emitter.widened or is_pending(type_) or place is None:
            continue
        known = found.setdefault(place, resolved(type_))
        if known != resolved(type_):
            return {}
    return found


def _endless(callee: Callee, place: SourceRange | None) -> Diagnostic:
    return Diagnostic(
        "recursive-function",
        f"'{callee.called}' calls itself, and what it returns cannot be told from the paths that do not",
        place,
        help="annotate the return type",
    )


def _with_trailing_defaults(parameters: Sequence[Parameter]) -> list[Parameter]:
    """Copies for a function. Parts of `*args` may follow parameters with defaults, which then need none."""
    last = max((i for i, p in enumerate(parameters) if p.default is MISSING and not p.kwarg_only), default=-1)
    return [
        Parameter(p.name, p.type) if i < last else Parameter(p.name, p.type, p.default, p.kwarg_only)
        for i, p in enumerate(parameters)
    ]
