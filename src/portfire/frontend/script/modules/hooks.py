"""Forward hooks: what a call of a module with hooks runs beside its `forward`.

The hooks are compiled as methods of the module. `HookedForward` is the whole of a call, in eager's order: pre-hooks, which
may replace the inputs; `forward`; hooks, which may replace the output.

Comes before: `methods.py`. Comes after: `module_values.py`.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

import torch

from portfire.frontend.script.classes.methods import BoundMethod, MethodSource
from portfire.frontend.script.functions.calls import call_python
from portfire.frontend.script.modules.module_types import ModuleType
from portfire.frontend.script.modules.module_values import SettingsValue, module_type
from portfire.frontend.script.statements.control_flow import emit_choice
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_dicts import StaticDict
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir import types as ir

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Arguments = Sequence[StaticValue]
Keywords = dict[str, StaticValue]


class HookedForward(StaticValue):
    """A module's `forward` with its hooks around it."""

    def __init__(self, module: RuntimeValue, type_: ModuleType, forward: StaticValue) -> None:
        self.module = module
        self.type = type_
        self.forward = forward

    def describe(self) -> str:
        """See the base class."""
        return f"the module '{self.type.python_class.__name__}'"

    def call(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        """See the base class."""
        inputs: StaticValue = TupleValue(args)
        for hook, takes_keywords in self.type.pre_hooks:
            if takes_keywords:
                inputs, kwargs = self._with_keywords(emitter, hook, inputs, kwargs)
                continue
            result = self._run(emitter, hook, [inputs])
            inputs = _replaced(emitter, inputs, result, as_inputs=True)
        output = self.forward.call(emitter, list(inputs.unpack(emitter, None)), kwargs)
        for hook, takes_keywords in self.type.hooks:
            given = [inputs, _dict_of(kwargs), output] if takes_keywords else [inputs, output]
            result = self._run(emitter, hook, given)
            output = _replaced(emitter, output, result, as_inputs=False)
        return output

    def _with_keywords(
        self, emitter: Emitter, hook: Callable[..., Any], inputs: StaticValue, kwargs: Keywords
    ) -> tuple[StaticValue, Keywords]:
        """A pre-hook that also takes the keyword arguments: it returns both, or None."""
        result = self._run(emitter, hook, [inputs, _dict_of(kwargs)], in_place=True)
        if static_type(result) == ir.NONE:
            return inputs, kwargs
        parts = list(result.unpack(emitter, None))
        names = _pairs_of(parts[1]) if len(parts) == 2 else None
        if names is None:
            raise emitter.fail(
                "bad-hook",
                f"the hook '{_name_of(hook)}' must return None, or (args, kwargs) with a dict that is written down there",
                help="return `args, {'scale': scale}`, with the names as strings",
            )
        return _as_inputs(parts[0]), names

    def _run(
        self, emitter: Emitter, hook: Callable[..., Any], args: Arguments, *, in_place: bool = False
    ) -> StaticValue:
        try:
            wanted = inspect.signature(hook).parameters.values()
        except (TypeError, ValueError):
            wanted = None
        count = len(args) + 1
        if wanted is not None and not _accepts(list(wanted), count):
            raise emitter.fail(
                "bad-hook",
                f"the hook '{_name_of(hook)}' takes {len(wanted)} parameters, it is called with {count}",
                help="a hook takes (module, inputs, output), a pre-hook (module, inputs)",
            )
        function = hook
        before: list[StaticValue] = []
        if isinstance(hook, types.MethodType):
            receiver = self._owner(emitter, hook.__self__)
            if receiver is not None:
                owner = type(hook.__self__)
                method = MethodSource(hook.__name__, cast(types.FunctionType, hook.__func__), owner)
                return BoundMethod(receiver, method).call(emitter, [self.module, *args], {})
            function, before = hook.__func__, [SettingsValue(hook.__self__, _name_of(hook))]
        elif not isinstance(hook, (types.FunctionType, functools.partial, torch.nn.Module)):
            function, before = type(hook).__call__, [SettingsValue(hook, _name_of(hook))]
        if isinstance(function, types.FunctionType) and not before and not in_place:
            return BoundMethod(self.module, MethodSource(function.__name__, function)).call(emitter, args, {})
        if isinstance(function, types.FunctionType) and in_place:
            callee = replace(emitter.compiler.callee(function), always_inline=True)
            return call_python(emitter, callee, [*before, self.module, *args], {})
        called = emitter.compiler.value_of(emitter, function, _name_of(hook))
        return called.call(emitter, [*before, self.module, *args], {})

    def _owner(self, emitter: Emitter, owner: object) -> RuntimeValue | None:
        """The module whose method a hook is: this one, or one that can be reached from the method being compiled."""
        if not isinstance(owner, torch.nn.Module):
            return None
        if owner is self.type.example:
            return self.module
        first = emitter.context.first_parameter if emitter.context is not None else None
        around = emitter.lookup(first) if first is not None else None
        if isinstance(around, RuntimeValue) and isinstance(around.type, ir.ClassType) and around.type.is_module:
            example = module_type(emitter, around).example
            for path, module in example.named_modules():
                if module is owner:
                    found: StaticValue = around
                    for name in path.split(".") if path else ():
                        found = found.attribute(emitter, name)
                    return cast(RuntimeValue, found)
        raise emitter.fail(
            "bad-hook",
            f"a hook of '{self.type.python_class.__name__}' is a method of a '{type(owner).__name__}' that is not "
            "reached from here",
            help="register a function, or a method of the module itself",
        )


def _name_of(hook: Any) -> str:
    return getattr(hook, "__name__", None) or type(hook).__name__


def _accepts(parameters: list[inspect.Parameter], count: int) -> bool:
    kinds = inspect.Parameter
    if any(p.kind is kinds.VAR_POSITIONAL for p in parameters):
        return True
    positional = [p for p in parameters if p.kind in (kinds.POSITIONAL_ONLY, kinds.POSITIONAL_OR_KEYWORD)]
    return len([p for p in positional if p.default is kinds.empty]) <= count <= len(positional)


def _dict_of(kwargs: Keywords) -> StaticDict:
    return StaticDict([(ConstantValue(k), v) for k, v in kwargs.items()])


def _pairs_of(value: StaticValue) -> Keywords | None:
    """The keyword arguments in a dict whose keys are known while compiling."""
    if isinstance(value, StaticDict):
        return {str(k.constant()): v for k, v in value.pairs}
    node = value.value.node if isinstance(value, RuntimeValue) else None
    if node is None or node.kind != "prim::DictConstruct":
        return None
    keys = [k.node.attributes.get("value") if k.node is not None else None for k in node.inputs[::2]]
    if not all(isinstance(k, str) for k in keys):
        return None
    return {str(k): RuntimeValue(v) for k, v in zip(keys, node.inputs[1::2], strict=True)}


def _replaced(emitter: Emitter, old: StaticValue, result: StaticValue, *, as_inputs: bool) -> StaticValue:
    """What a hook returned, or `old` where that was None. A pre-hook may return one input instead of a tuple."""
    type_ = static_type(result)
    if type_ == ir.NONE:
        return old
    if isinstance(type_, ir.OptionalType):
        value = emitter.runtime(result)
        is_none = emitter.builtin("aten::__is__", [value, emitter.constant(None)])
        inner = type_.element

        def given() -> StaticValue:
            unwrapped = emitter.insert("prim::unchecked_cast", [value], inner)
            return _as_inputs(unwrapped) if as_inputs else unwrapped

        return emit_choice(emitter, is_none, lambda: old, given)
    return _as_inputs(result) if as_inputs else result


def _as_inputs(result: StaticValue) -> StaticValue:
    is_tuple = isinstance(result, TupleValue) or isinstance(static_type(result), ir.TupleType)
    return result if is_tuple else TupleValue([result])
