"""Forward hooks: what a call of a module with hooks runs beside its `forward`.

The hooks are compiled as methods of the module. `HookedForward` is the whole of a call, in eager's order: pre-hooks, which
may replace the inputs; `forward`; hooks, which may replace the output.

Comes before: `methods.py`. Comes after: `module_values.py`.
"""

from __future__ import annotations

import inspect
import types
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from portfire.frontend.script.control_flow import emit_choice
from portfire.frontend.script.conversion import static_type
from portfire.frontend.script.methods import BoundMethod, MethodSource
from portfire.frontend.script.module_types import ModuleType
from portfire.frontend.script.runtime_value import RuntimeValue
from portfire.frontend.script.static_values import StaticValue
from portfire.frontend.script.tuple_values import TupleValue
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
        for hook in self.type.pre_hooks:
            result = self._run(emitter, hook, [inputs])
            inputs = _replaced(emitter, inputs, result, as_inputs=True)
        output = self.forward.call(emitter, list(inputs.unpack(emitter, None)), kwargs)
        for hook in self.type.hooks:
            result = self._run(emitter, hook, [inputs, output])
            output = _replaced(emitter, output, result, as_inputs=False)
        return output

    def _run(self, emitter: Emitter, hook: Callable[..., Any], args: Arguments) -> StaticValue:
        function = getattr(hook, "__func__", hook)
        if not isinstance(function, types.FunctionType):
            raise emitter.fail(
                "bad-hook",
                f"a hook of '{self.type.python_class.__name__}' is a {type(hook).__name__}, not a function",
                help="remove the hook before compiling (`torch.nn.utils.remove_weight_norm` and the like)",
            )
        wanted = len(inspect.signature(hook).parameters)
        if wanted != len(args) + 1:
            raise emitter.fail(
                "bad-hook",
                f"the hook '{function.__name__}' takes {wanted} parameters, it is called with {len(args) + 1}",
                help="a hook takes (module, inputs, output), a pre-hook (module, inputs)",
            )
        method = BoundMethod(self.module, MethodSource(function.__name__, function))
        return method.call(emitter, args, {})


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
