"""What torch's functions say of the process, the machine and its settings: it is that of the process that compiles.

    if torch.backends.mps.is_available(): ...
    if torch.distributed.is_available() and torch.distributed.is_initialized(): ...

Comes before: `static_values.py`. Comes after: `torch_library.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import torch

from portfire.frontend.script.statements.control_flow import emit_choice
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.values.constant_values import FALSE_VALUE, ConstantValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.graph import MISSING
from portfire.ir.types import STR

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Arguments = Sequence[StaticValue]
Keywords = dict[str, StaticValue]
Emit = Callable[["Emitter", Arguments, Keywords], StaticValue]


def _asked_now(function: Callable[..., Any]) -> Emit:
    """The answer of the process that compiles, as a constant."""

    def emit(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        name = f"torch.{getattr(function, '__name__', function)}"
        known = [a.constant() for a in args]
        named = {n: v.constant() for n, v in kwargs.items()}
        if MISSING in known or MISSING in named.values():
            raise emitter.fail(
                "not-a-constant",
                f"what '{name}' is asked about must be known while compiling",
                notes=("it is asked once, of the process that compiles",),
                help="ask in `__init__`, and keep the answer as an attribute",
            )
        try:
            answer = function(*known, **named)
        except Exception as error:
            raise emitter.fail(
                "bad-call",
                f"'{name}' raises here: {error}",
                help="ask in `__init__`, and keep the answer as an attribute",
            ) from None
        return emitter.compiler.value_of(emitter, answer, name)

    return emit


def _is_initialized(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    """Whether processes compute together: a program runs in one, so nobody may compile it in several."""
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        raise emitter.fail(
            "unsupported-call",
            "this process is one of a group, and a program talks to no other processes",
            help="compile the model in a process that has not called torch.distributed.init_process_group",
        )
    return FALSE_VALUE


def _is_autocast_enabled(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
    """`torch.is_autocast_enabled("cpu")`; without a device it asks about cuda."""
    device = (list(args) + list(kwargs.values()) + [ConstantValue("cuda")])[0]
    known = device.constant()
    if known is not MISSING:
        return emitter.builtin(_AUTOCAST[known]) if known in _AUTOCAST else FALSE_VALUE
    if static_type(device) != STR:
        raise emitter.fail(
            "type-mismatch",
            f"expected the name of a device for 'is_autocast_enabled', found {device.describe()}",
            help='write x.device.type, or "cpu"',
        )
    answer: StaticValue = FALSE_VALUE
    for name, operator in _AUTOCAST.items():
        answer = _chosen(emitter, emitter.builtin("aten::eq", [device, ConstantValue(name)]), operator, answer)
    return answer


def _chosen(emitter: Emitter, is_it: StaticValue, operator: str, otherwise: StaticValue) -> StaticValue:
    return emit_choice(emitter, is_it, lambda: emitter.builtin(operator), lambda: otherwise)


_AUTOCAST: Final = {"cpu": "aten::is_autocast_cpu_enabled", "cuda": "aten::is_autocast_enabled"}

#: By qualified name.
PROCESS_STATE: Final[dict[str, Emit]] = {
    "torch.is_autocast_enabled": _is_autocast_enabled,
    "torch._C.is_autocast_enabled": _is_autocast_enabled,
    "torch.distributed.distributed_c10d.is_initialized": _is_initialized,
    **{
        f"{function.__module__}.{function.__qualname__}": _asked_now(function)
        for function in (
            torch.cuda.is_available, torch.cuda.device_count, torch.cuda.is_bf16_supported, torch.cuda.get_device_capability,
            torch.cuda.get_device_name, torch.cuda.get_arch_list, torch.backends.cuda.is_built,
            torch.backends.cudnn.is_available, torch.backends.cudnn.version, torch.backends.mps.is_available,
            torch.backends.mps.is_built, torch.backends.mkl.is_available, torch.backends.openmp.is_available,
            torch.xpu.is_available, torch.xpu.device_count, torch.mps.device_count, torch.accelerator.is_available,
            torch.accelerator.device_count, torch.get_default_device, torch.get_float32_matmul_precision,
            torch.are_deterministic_algorithms_enabled, torch.is_deterministic_algorithms_warn_only_enabled,
            torch.get_deterministic_debug_mode, torch.distributed.is_available,
        )
    },
    **{f"torch.{n}": _asked_now(getattr(torch, n)) for n in ("is_anomaly_enabled", "is_anomaly_check_nan_enabled")},
    "torch.backends.mkldnn.MkldnnModule.is_available": _asked_now(torch.backends.mkldnn.is_available),
}  # fmt: skip
