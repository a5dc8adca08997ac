"""Methods of `torch.nn.Module` that change a module: `train()`, `eval()`, `requires_grad_()`, `register_buffer()`; and those
that a program cannot have, with what to do instead.

Comes before: `module_values.py`. Comes after: `module_listings.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

from portfire.diagnostics import CompileAbort
from portfire.frontend.script.values.constant_values import NONE_VALUE, TRUE_VALUE, ConstantValue
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir import types as ir

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Arguments = Sequence[StaticValue]
Keywords = dict[str, StaticValue]
Emit = Callable[["Emitter", StaticValue, Arguments, Keywords], StaticValue]


def _argument(args: Arguments, kwargs: Keywords, number: int, name: str, default: StaticValue) -> StaticValue:
    return args[number] if len(args) > number else kwargs.get(name, default)


def _train(emitter: Emitter, value: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    return _set_training(emitter, value, _argument(args, kwargs, 0, "mode", TRUE_VALUE))


def _set_training(emitter: Emitter, value: StaticValue, mode: StaticValue) -> StaticValue:
    from portfire.frontend.script.modules.module_listings import walk

    for _, module in walk(emitter, cast(RuntimeValue, value)):
        cls = module.type
        if isinstance(cls, ir.ClassType) and "training" in cls.attributes:
            module.set_attribute(emitter, "training", mode)
        else:
            raise emitter.fail(
                "no-set-attribute", "'training' of a compiled module cannot be set", help="set it outside the program"
            )
    emitter.frame.forget_attributes()
    return value


def _requires_grad(emitter: Emitter, value: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    from portfire.frontend.script.modules.module_listings import parameters

    flag = _argument(args, kwargs, 0, "requires_grad", TRUE_VALUE)
    for _, parameter in parameters(emitter, cast(RuntimeValue, value)):
        emitter.builtin("aten::requires_grad_", [parameter, flag])
    return value


def _register(kind: str) -> Emit:
    """`register_buffer(name, tensor)` and `register_parameter`: an attribute is set, and made if it is not there."""

    def emit(emitter: Emitter, value: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
        name = _argument(args, kwargs, 0, "name", NONE_VALUE).constant()
        if not isinstance(name, str):
            raise emitter.fail(
                "not-a-constant", f"the name of a {kind} must be known while compiling", help="write it as a string"
            )
        tensor = _argument(args, kwargs, 1, "tensor" if kind == "buffer" else "param", NONE_VALUE)
        value.set_attribute(emitter, name, tensor)
        emitter.frame.forget_attributes()
        return NONE_VALUE

    return emit


def _get_tensor(emitter: Emitter, value: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    """`get_parameter("a.weight")`."""
    path = _argument(args, kwargs, 0, "target", NONE_VALUE).constant()
    if not isinstance(path, str):
        raise emitter.fail(
            "not-a-constant", "the path of a tensor must be known while compiling", help="write it as a string"
        )
    for name in path.split("."):
        value = value.attribute(emitter, name)
    return value


def _refused(name: str, why: str, help_: str) -> Emit:
    def emit(emitter: Emitter, value: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
        raise _refusal(emitter, name, why, help_)

    return emit


def _refusal(emitter: Emitter, name: str, why: str, help_: str) -> CompileAbort:
    return emitter.fail("unsupported-call", f"'{name}' of a module cannot be called in a program: {why}", help=help_)


_STRUCTURE = "which modules there are is fixed when the program is compiled"
_PLACE = "where its tensors are is decided outside of the program"

METHODS: dict[str, Emit] = {
    "train": _train,
    "eval": lambda emitter, value, args, kwargs: _set_training(emitter, value, ConstantValue(False)),
    "requires_grad_": _requires_grad,
    "register_buffer": _register("buffer"),
    "register_parameter": _register("parameter"),
    "get_parameter": _get_tensor,
    "get_buffer": _get_tensor,
    **{
        n: _refused(n, _PLACE, "call it on the model, before compiling or after")
        for n in ("to", "cuda", "cpu", "half", "float", "double", "bfloat16", "type", "to_empty", "share_memory")
    },
    **{
        n: _refused(n, _STRUCTURE, "build the modules in `__init__`")
        for n in ("add_module", "register_module", "append", "extend", "insert", "apply", "set_submodule")
    },
    **{
        n: _refused(n, "hooks are compiled with the module they are registered on", "register it before compiling")
        for n in ("register_forward_hook", "register_forward_pre_hook", "register_full_backward_hook")
    },
    **{
        n: _refused(n, "there is no such dict at run time", "loop over `named_parameters()` or `named_buffers()`")
        for n in ("state_dict", "load_state_dict")
    },
    "zero_grad": _refused("zero_grad", "gradients belong to the training loop", "call it outside the program"),
    "compile": _refused("compile", "the program is compiled already", "drop the call"),
}
