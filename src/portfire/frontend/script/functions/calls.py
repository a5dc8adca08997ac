"""Calls of Python functions: which argument goes to which parameter, which version of the function that means, and the call.

A function is compiled once per combination of what is known about its arguments. Annotated parameters always have their
declared type; of the others, `*args` and `**kwargs` included, the argument says the type, and what exists only while
compiling (a function, a tuple of modules, None) is compiled in. Where an argument cannot be taken apart like that (a
closure over run-time values), the function is inlined instead.

    f(x, 3, None)  ->  prim::CallFunction(f specialised for (Tensor, int, None), x, 3)

Comes before: `signatures.py`, `conversion.py`. Comes after: `function_values.py`, `methods.py`, `compiler.py`.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from portfire.diagnostics import CompileAbort
from portfire.frontend.script.functions.generators import GeneratorValue
from portfire.frontend.script.functions.known_arguments import version_for
from portfire.frontend.script.functions.renaming import is_generator
from portfire.frontend.script.types.attributes_set import ALL, attributes_set_by
from portfire.frontend.script.types.conversion import convert, static_type
from portfire.frontend.script.types.inference import is_pending, resolved
from portfire.frontend.script.types.signatures import Signature
from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.operator_failures import did_you_mean
from portfire.frontend.script.values.operator_value import OperatorValue
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.spread_dicts import SPREAD, bind_spread, is_spread_dict
from portfire.frontend.script.values.spread_lists import SpreadList, can_be_spread, without_spread_lists
from portfire.frontend.script.values.static_dicts import StaticDict
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir.forms import distinguished
from portfire.ir.graph import MISSING, Function, Parameter, Value, Variadic
from portfire.ir.subtyping import optional_of, unrefined
from portfire.ir.types import AnyType, ClassType, FunctionType, InterfaceType, ListType, Type

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter
    from portfire.frontend.script.environment import Frame, Scope

Arguments = Sequence[StaticValue]
Keywords = dict[str, StaticValue]


def emit_call(emitter: Emitter, node: ast.Call) -> StaticValue:
    """`f(a, *b, c=d, **e)`."""
    from portfire.frontend.script.values.expressions import emit_expression

    callee = emit_expression(emitter, node.func)
    raw = getattr(callee, "call_syntax", None)
    if raw is not None:  # `super()`, `isinstance(x, T)`: what is called sees the syntax
        special: StaticValue | None = raw(emitter, node)
        if special is not None:
            return special
    try:
        args, kwargs = _emit_all_arguments(emitter, callee, node)
    except CompileAbort as abort:
        if not emitter.compiler.is_thorough:
            raise
        from portfire.frontend.script.exploration import arguments_as_far_as_known

        args, kwargs = arguments_as_far_as_known(emitter, callee, node, abort)
    return callee.call(emitter, args, kwargs)


def _emit_all_arguments(emitter: Emitter, callee: StaticValue, node: ast.Call) -> tuple[list[StaticValue], Keywords]:
    from portfire.frontend.script.values.expressions import emit_expression

    args = _emit_arguments(emitter, callee, node.args)
    kwargs: Keywords = {}
    for keyword in node.keywords:
        if keyword.arg is None and isinstance(keyword.value, ast.Dict) and None not in keyword.value.keys:
            kwargs.update(_spread_keywords(emitter, _static_dict(emitter, keyword.value)))
            continue
        value = emit_expression(emitter, keyword.value)
        if keyword.arg is not None:
            kwargs[keyword.arg] = value
        else:
            kwargs.update(_spread_keywords(emitter, value))
    return args, kwargs


def _emit_arguments(emitter: Emitter, callee: StaticValue, nodes: Sequence[ast.expr]) -> list[StaticValue]:
    """Positional arguments. A run-time list can be spread where the operator takes the numbers as one list:
    `x.view(n, *sizes)`."""
    from portfire.frontend.script.values.displays import list_of
    from portfire.frontend.script.values.expressions import emit_expression

    if not isinstance(callee, OperatorValue) or not any(isinstance(n, ast.Starred) for n in nodes):
        return _emit_items(emitter, callee, nodes)
    args: list[StaticValue] = []
    sizes: StaticValue | None = None
    for node in nodes:
        value = emit_expression(emitter, node.value if isinstance(node, ast.Starred) else node)
        if isinstance(node, ast.Starred) and not isinstance(static_type(value), ListType):
            args += value.unpack(emitter, None)
        elif isinstance(node, ast.Starred):
            sizes = value if sizes is None and not args else _concatenate(emitter, sizes, [*args], value)
            args = []
        else:
            args.append(value)
    if sizes is None:
        return args
    return [sizes] if not args else [_concatenate(emitter, sizes, [], list_of(emitter, args))]


def _emit_items(emitter: Emitter, callee: StaticValue, nodes: Sequence[ast.expr]) -> list[StaticValue]:
    from portfire.frontend.script.values.expressions import emit_expression

    args: list[StaticValue] = []
    for node in nodes:
        if not isinstance(node, ast.Starred):
            args.append(emit_expression(emitter, node))
            continue
        with emitter.at(node):
            items = emit_expression(emitter, node.value)
            args += [SpreadList(items)] if can_be_spread(callee, items) else items.unpack(emitter, None)
    return args


def _concatenate(
    emitter: Emitter, first: StaticValue | None, middle: list[StaticValue], last: StaticValue
) -> StaticValue:
    from portfire.frontend.script.values.displays import list_of

    if middle:
        last = emitter.builtin("aten::add", [list_of(emitter, middle), last])
    return last if first is None else emitter.builtin("aten::add", [first, last])


def _static_dict(emitter: Emitter, node: ast.Dict) -> StaticDict:
    from portfire.frontend.script.values.expressions import emit_expression

    keys = [emit_expression(emitter, k) for k in node.keys if k is not None]
    return StaticDict(list(zip(keys, (emit_expression(emitter, v) for v in node.values), strict=True)))


def _spread_keywords(emitter: Emitter, value: StaticValue) -> Iterator[tuple[str, StaticValue]]:
    if is_spread_dict(value):
        yield SPREAD, value
        return
    if not isinstance(value, StaticDict):
        raise emitter.fail(
            "unsupported-call",
            f"'**' needs a dict that is known while compiling, found {value.describe()}",
            help="pass the arguments by name, one by one",
        )
    for key, item in value.pairs:
        name = key.constant()
        if not isinstance(name, str):
            raise emitter.fail(
                "unsupported-call",
                "the keys of '**' must be strings that are known while compiling",
                help="pass the arguments by name, one by one",
            )
        yield name, item


@dataclass(frozen=True, eq=False)
class Callee:
    """A Python function to be called: its signature, the names its body sees, and what compiled versions of it are called.

    `key` identifies it in the cache of compiled versions. `emit` inserts the call of a compiled version; methods have
    their own. `scope` is that of the function a nested function is written in.
    """

    signature: Signature
    lookup: Callable[[str], Any]
    name: Callable[[], str]
    key: Hashable
    emit: Callable[[Emitter, Function, list[Value]], Value] | None = None
    defining_class: type | None = None
    #: Called with each compiled version before its body is compiled (methods enter it into their class).
    declare: Callable[[Function], None] | None = None
    scope: Scope | None = None
    always_inline: bool = False
    #: Whether lists and dicts whose types are not known yet may be arguments: the body decides them.
    takes_open: bool = False
    #: The variables where a nested function was defined.
    captured: Frame | None = None
    #: Whether it is compiled as if nothing were declared; see `known_arguments.py`.
    is_undeclared: bool = False

    @property
    def called(self) -> str:
        """The name in messages."""
        return self.signature.source.name.rpartition(".")[2]


def call_python(emitter: Emitter, callee: Callee, args: Arguments, kwargs: Keywords) -> StaticValue:
    """Compile the version of a Python function that a call needs, and call it."""
    try:
        bound = bind_arguments(emitter, callee.signature, args, kwargs, callee.called)
    except CompileAbort:
        if emitter.compiler.is_thorough:
            from portfire.frontend.script.exploration import explore_called

            explore_called(emitter, callee, args, kwargs)
        raise
    if emitter.compiler.is_thorough:
        from portfire.frontend.script.exploration import stand_ins

        bound = stand_ins(emitter, callee, bound)
    if is_generator(callee.signature.source.node):
        return GeneratorValue(callee, _declared(emitter, callee, bound))
    return call_bound(emitter, callee, bound)


def call_bound(emitter: Emitter, callee: Callee, bound: dict[str, StaticValue]) -> StaticValue:
    """Call a Python function with the argument of each parameter."""
    chosen = None if callee.always_inline else version_for(emitter, callee, bound)
    if isinstance(chosen, Callee):
        callee = chosen
    elif chosen is not None:
        return emit_version(emitter, callee, *chosen)
    from portfire.frontend.script.functions.inlining import inline

    return inline(emitter, callee, _declared(emitter, callee, bound))


def emit_version(emitter: Emitter, callee: Callee, function: Function, values: list[Value]) -> StaticValue:
    """The call of a compiled version."""
    emit = callee.emit or _emit_call_function
    emitter.compiler.outside_containers.note_call(function, values, emitter.range)
    made = RuntimeValue(emit(emitter, function, values))
    if any(_holds_object(v.type) for v in values):
        is_virtual = isinstance(values[0].type, ClassType) and not values[0].type.is_module
        names = ALL if is_virtual else attributes_set_by(function, emitter.compiler.attributes_set)
        for name in names:
            emitter.frame.forget_attributes(None if name == "*" else name)
    return made


def _holds_object(type_: Type) -> bool:
    """Whether a callee may set attributes through a value of the type."""
    return isinstance(type_, (ClassType, InterfaceType, AnyType)) or any(map(_holds_object, type_.contained()))


def _emit_call_function(emitter: Emitter, function: Function, values: list[Value]) -> Value:
    reference = emitter.constant_value(function, FunctionType(function))
    return emitter.builder.insert("prim::CallFunction", [reference, *values], function.return_type)


def call_compiled(emitter: Emitter, function: Function, args: Arguments, kwargs: Keywords) -> StaticValue:
    """Call a function that is compiled already (scripted or traced before)."""
    values = complete_arguments(emitter, function, function.parameters, args, kwargs)
    return RuntimeValue(_emit_call_function(emitter, function, values))


def complete_arguments(
    emitter: Emitter, function: Function, parameters: Sequence[Parameter], args: Arguments, kwargs: Keywords
) -> list[Value]:
    """One converted value per parameter of a compiled function, defaults filled in."""
    bound = _bind(emitter, parameters, args, kwargs, function.base_name, None, None)
    return [
        convert(emitter, bound[p.name], p.type, f"the parameter '{p.name}' of {function.base_name}") for p in parameters
    ]


# Binding


def bind_arguments(
    emitter: Emitter, signature: Signature, args: Arguments, kwargs: Keywords, called: str
) -> dict[str, StaticValue]:
    """The argument of each parameter, as Python binds them: defaults, `*args` and `**kwargs` included."""
    return _bind(emitter, signature.parameters, args, kwargs, called, signature.vararg, signature.kwarg)


def _bind(
    emitter: Emitter, parameters: Sequence[Parameter], args: Arguments, kwargs: Keywords, called: str,
    vararg: str | None, kwarg: str | None,
) -> dict[str, StaticValue]:  # fmt: skip
    positional = [p for p in parameters if not p.kwarg_only]
    args, rest = without_spread_lists(
        emitter,
        args,
        positional,
        kwargs,
        called,
        takes_more=vararg is not None,
        default=partial(default_value, emitter),
    )
    bound: dict[str, StaticValue] = {p.name: a for p, a in zip(positional, args, strict=False)}
    extra = list(args[len(positional) :])
    if extra and vararg is None:
        raise emitter.fail(
            "bad-call",
            f"'{called}' takes {len(positional)} positional arguments, found {len(args)}",
            help=f"'{called}' takes: {_names(positional)}",
        )
    names = {p.name for p in parameters}
    more: list[tuple[StaticValue, StaticValue]] = []
    spread = kwargs.get(SPREAD)
    for name, value in kwargs.items():
        if name == SPREAD:
            continue
        if name not in names and kwarg is not None:
            more.append((ConstantValue(name), value))
        elif name not in names:
            raise emitter.fail(
                "bad-call",
                f"'{called}' has no parameter '{name}'",
                help=did_you_mean(name, [p.name for p in parameters], f"'{called}' takes:"),
            )
        elif name in bound:
            raise emitter.fail(
                "bad-call", f"'{called}' is given '{name}' twice", help="pass it once, by position or by name"
            )
        else:
            bound[name] = value
    if spread is not None and kwarg is not None:
        raise emitter.fail(
            "unsupported-call",
            f"'**' of {spread.describe()} cannot become the '**{kwarg}' of '{called}'",
            notes=("which names are in it must be known while compiling",),
            help="pass the arguments by name, one by one",
        )
    if spread is not None:
        bind_spread(emitter, spread, parameters, bound, called, partial(default_value, emitter))
    _fill_defaults(emitter, parameters, bound, called)
    if vararg is not None:
        bound[vararg] = rest if rest is not None else TupleValue(extra)
    if kwarg is not None:
        bound[kwarg] = StaticDict(more)
    return bound


def _names(parameters: Sequence[Parameter]) -> str:
    return ", ".join(p.name for p in parameters) or "no arguments"


def _fill_defaults(
    emitter: Emitter, parameters: Sequence[Parameter], bound: dict[str, StaticValue], called: str
) -> None:
    missing = [p.name for p in parameters if p.name not in bound and p.default is MISSING]
    if missing:
        names = ", ".join(f"'{m}'" for m in missing)
        raise emitter.fail(
            "bad-call", f"the call of '{called}' lacks {names}", help="pass them, or give the parameters defaults"
        )
    for parameter in parameters:
        if parameter.name not in bound:
            bound[parameter.name] = default_value(emitter, parameter)


def default_value(emitter: Emitter, parameter: Parameter) -> StaticValue:
    """A parameter's default."""
    if isinstance(parameter.default, StaticValue):
        return parameter.default
    value = emitter.compiler.value_of(emitter, parameter.default, parameter.name)
    if value.outside is not None:
        value.outside = f"the default of '{parameter.name}'"
    return value


# Specialising


@dataclass
class Specialised:
    """A version of a function: its run-time parameters, their arguments in one call, and the other parameters' values."""

    key: Hashable
    parameters: list[Parameter] = field(default_factory=list)
    arguments: list[StaticValue] = field(default_factory=list)
    #: Per parameter of the Python function: makes its value out of the version's run-time parameters.
    locals: dict[str, Callable[[Iterator[Value]], StaticValue]] = field(default_factory=dict)
    called: str = ""
    broadcast: dict[str, int] = field(default_factory=dict)
    #: See `Callee`.
    takes_open: bool = False
    #: The parameters that stand for `*args` and `**kwargs` of what is called from outside.
    variadic: Variadic | None = None

    def fitted(self, emitter: Emitter) -> list[Value]:
        """The arguments of the one call, converted."""
        return [self._fit(emitter, p, a) for p, a in zip(self.parameters, self.arguments, strict=True)]

    def _fit(self, emitter: Emitter, parameter: Parameter, argument: StaticValue) -> Value:
        """The argument converted to the type of its parameter."""
        size = self.broadcast.get(parameter.name)
        if size is not None:
            argument = _broadcast(emitter, argument, parameter.type, size)
        return convert(emitter, argument, parameter.type, f"the parameter '{parameter.name}' of {self.called}")


def _broadcast(emitter: Emitter, argument: StaticValue, type_: Type, size: int) -> StaticValue:
    """One value for a `BroadcastingListN` stands for N of it."""
    found = static_type(argument)
    wanted = type_ if isinstance(type_, ListType) else getattr(type_, "element", None)
    if isinstance(wanted, ListType) and found is not None and found == wanted.element:
        value = emitter.runtime(argument)
        return emitter.insert("prim::ListConstruct", [value] * size, wanted)
    return argument


class NotSeparableError(Exception):
    """A value holds run-time values that cannot be passed as arguments of their own."""


def specialise(
    emitter: Emitter, callee: Callee, bound: dict[str, StaticValue], compiled_in: frozenset[str] = frozenset(),
    narrowed: frozenset[str] = frozenset(),
) -> Specialised | None:  # fmt: skip
    """The version of the function that suits the arguments; None where it must be inlined. The arguments named in
    `compiled_in` are constants that become part of the version; the parameters named in `narrowed` have the types of their
    arguments, not those that are declared."""
    signature = callee.signature
    free = undeclared(signature)
    result = Specialised(None, called=callee.called, broadcast=signature.broadcast)
    result.takes_open = callee.takes_open
    keys: list[Hashable] = []
    declared = {p.name: p for p in signature.parameters}
    try:
        for name, value in bound.items():
            parameter = declared.get(name)
            if name in compiled_in:
                keys.append((name, "constant", static_type(value), value.constant()))
                result.locals[name] = partial(_constant, value)
            elif parameter is not None and name not in free and _can_be_value(value):
                type_ = static_type(value) if name in narrowed else None
                if type_ is not None:
                    parameter = Parameter(name, unrefined(resolved(type_)), parameter.default, parameter.kwarg_only)
                keys.append((name, type_ and parameter.type))
                result.locals[name] = lambda values: RuntimeValue(next(values))
                result.parameters.append(parameter)
                result.arguments.append(value)
            else:
                keys.append((name, _take_apart(emitter, name, value, result)))
    except NotSeparableError:
        return None
    result.key = (callee.key, tuple(keys))
    return result


def _constant(value: StaticValue, _: Iterator[Value]) -> StaticValue:
    return value


def undeclared(signature: Signature) -> set[str]:
    """Parameters whose type is not written down, so that the argument decides."""
    arguments = signature.source.node.args
    written = {
        a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs) if a.annotation is not None
    }
    names = set(signature.unannotated) | set(signature.untyped)
    if signature.has_comment:
        return names
    first = signature.parameters[0].name if signature.parameters else None
    return names | {
        p.name
        for p in signature.parameters
        if p.name not in written and not (p.name == first and first not in names and p.default is MISSING)
    }


def _can_be_value(value: StaticValue) -> bool:
    return static_type(value) is not None or isinstance(value, (StaticDict,)) or hasattr(value, "is_run_time")


def _take_apart(emitter: Emitter, name: str, value: StaticValue, result: Specialised) -> Hashable:
    """Pass the run-time parts of a value as parameters; the rest is part of the version. Returns what identifies it."""
    key, rebuild = separate(emitter, name, value, result)
    result.locals[name] = rebuild
    return key


def separate(
    emitter: Emitter, name: str, value: StaticValue, result: Specialised
) -> tuple[Hashable, Callable[[Iterator[Value]], StaticValue]]:
    """Take a value apart into run-time values, which become parameters, and the rest, which identifies the version.
    Returns that, and what puts the value together again from parameters. Raises NotSeparableError."""
    if isinstance(value, ConstantValue) and (value.value is None or isinstance(value.value, (bool, str))):
        return ("constant", value.type, value.value), lambda _: value
    known_set = getattr(value, "known_set", None)
    if known_set is not None:  # all of it is known: it is part of the version
        return known_set, lambda _: value
    if isinstance(value, TupleValue):
        parts = [separate(emitter, f"{name}_{i}", v, result) for i, v in enumerate(value.items)]
        key = ("tuple", value.is_list, value.tuple_class, *(k for k, _ in parts))
        return key, lambda values: value.with_items([r(values) for _, r in parts])
    if isinstance(value, StaticDict):
        pairs = [(k, separate(emitter, f"{name}_{k.constant()}", v, result)) for k, v in value.pairs]
        key = ("dict", *((k.constant(), part) for k, (part, _) in pairs))
        return key, lambda values: StaticDict([(k, r(values)) for k, (_, r) in pairs])
    type_ = static_type(value)
    if type_ is not None:
        if is_pending(type_) and not result.takes_open:
            raise NotSeparableError
        type_ = unrefined(resolved(type_))
        result.parameters.append(Parameter(name, type_))
        result.arguments.append(value)
        return distinguished(type_), lambda values: RuntimeValue(next(values))
    if value.identity is None:
        raise NotSeparableError
    return ("static", value.identity), lambda _: value


def _declared(emitter: Emitter, callee: Callee, bound: dict[str, StaticValue]) -> dict[str, StaticValue]:
    """For inlining: arguments converted to what is declared. What is known while compiling stays known."""
    free = undeclared(callee.signature)
    declared = {p.name: p.type for p in callee.signature.parameters}
    result: dict[str, StaticValue] = {}
    for name, value in bound.items():
        type_ = declared.get(name)
        if type_ is None or name in free or not _can_be_value(value) or _is_known(value, type_):
            result[name] = value
        else:
            size = callee.signature.broadcast.get(name)
            fitted = value if size is None else _broadcast(emitter, value, type_, size)
            result[name] = RuntimeValue(convert(emitter, fitted, type_, f"the parameter '{name}' of {callee.called}"))
    return result


def _is_known(value: StaticValue, declared: Type) -> bool:
    """Whether a value is a constant that needs no conversion: None, a number or a string, also for an Optional."""
    if not isinstance(value, ConstantValue) or not isinstance(value.value, (bool, int, float, str, type(None))):
        return False
    return declared in (value.type, optional_of(value.type)) or (
        value.value is None and optional_of(declared) == declared
    )
