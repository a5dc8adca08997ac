"""`torch.finfo` and `torch.iinfo`: constants of a dtype, which may be known only at run time.

    torch.finfo(x.dtype).min

Comes before: `constant_values.py`, `control_flow.py`. Comes after: `python_values.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch

from portfire.frontend.script.statements.control_flow import emit_choice
from portfire.frontend.script.statements.exceptions import emit_check
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir.types import INT

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

#: The dtypes that each takes.
_DTYPES: dict[Any, tuple[torch.dtype, ...]] = {
    torch.finfo: (
        torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.complex64, torch.complex128,
        torch.float8_e4m3fn, torch.float8_e5m2, torch.float8_e4m3fnuz, torch.float8_e5m2fnuz,
    ),
    torch.iinfo: (
        torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.uint16, torch.uint32, torch.uint64,
    ),
}  # fmt: skip


class DtypeLimits(StaticValue):
    """`torch.finfo(dtype)`, of a dtype that is known while compiling, or not."""

    def __init__(self, cls: Any, dtype: StaticValue) -> None:
        self.cls = cls
        self.dtype = dtype

    def describe(self) -> str:
        """See the base class."""
        return f"a torch.{self.cls.__name__}"

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """See the base class."""
        known = self.dtype.constant()
        if isinstance(known, torch.dtype):
            return _limit(self.cls, known, name) or super().attribute(emitter, name)
        limits = [(d, _limit(self.cls, d, name)) for d in _DTYPES[self.cls]]
        found = [(d, limit) for d, limit in limits if limit is not None]
        if not found:
            return super().attribute(emitter, name)
        allowed = TupleValue([ConstantValue(d) for d, _ in found], is_list=True)
        message = f"torch.{self.cls.__name__}() requires {_REQUIRES[self.cls]}"
        is_allowed = emitter.builtin("aten::__contains__", [allowed, self.dtype])
        emit_check(emitter, is_allowed, ConstantValue(message), "builtins.TypeError")
        return _pick(emitter, self.dtype, found)


_REQUIRES: dict[Any, str] = {torch.finfo: "a floating point input type", torch.iinfo: "an integer input type"}


def _limit(cls: Any, dtype: torch.dtype, name: str) -> StaticValue | None:
    try:
        value = getattr(cls(dtype), name)
    except (AttributeError, TypeError, RuntimeError):
        return None
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return None
    return ConstantValue(value) if isinstance(value, (int, float, str)) else None


def _pick(emitter: Emitter, dtype: StaticValue, limits: Sequence[tuple[torch.dtype, StaticValue]]) -> StaticValue:
    """The limit of the dtype that it is; the last where it is none of the others."""
    (first, limit), *others = limits
    if all(other.constant() == limit.constant() for _, other in others):
        return limit
    is_first = emitter.builtin("aten::eq", [dtype, ConstantValue(first)])
    return emit_choice(emitter, is_first, lambda: limit, lambda: _pick(emitter, dtype, others))


def emit_limits(emitter: Emitter, cls: Any, args: Sequence[StaticValue]) -> StaticValue:
    """`torch.finfo(dtype)`; without a dtype, of the default one."""
    dtype = args[0] if args else ConstantValue(torch.get_default_dtype())
    if not isinstance(dtype.constant(), torch.dtype) and static_type(dtype) != INT:
        raise emitter.fail(
            "type-mismatch",
            f"expected a dtype for torch.{cls.__name__}, found {dtype.describe()}",
            help="pass the dtype of a tensor: torch.finfo(x.dtype)",
        )
    return DtypeLimits(cls, dtype)
