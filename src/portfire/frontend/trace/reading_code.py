"""What the running Python code does next with a value it has just read, told from its bytecode.

`x.shape[0]` needs nothing but one size, `len(x.shape)` depends on the rank; `dtype=x.dtype` passes a dtype on, `x.dtype ==
torch.half` decides something. Python tells the tracer only that `shape` or `dtype` was read.

Comes before: `call_sites.py`. Comes after: `data_reads.py`, `metadata_sources.py`.
"""

from __future__ import annotations

import dis
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType, FrameType
from typing import Any

from portfire.frontend.trace.call_sites import is_torch_code, python_frames

_COMPARISONS = ("COMPARE_OP", "IS_OP", "CONTAINS_OP")


@dataclass(frozen=True, slots=True)
class Use:
    """`kind`: "index" (by the constant `detail`), "compare", "attribute" (named `detail`), "unpack", or "other"."""

    kind: str
    detail: Any = None


def use_in_user_code() -> Use | None:
    """What the model's own code does with the value that it reads now; None where torch's code reads it."""
    frame = next(python_frames(), None)
    return None if frame is None or is_torch_code(frame) else _use(frame)


def _use(frame: FrameType) -> Use:
    return _use_after(frame.f_code, frame.f_lasti)


@lru_cache(maxsize=4096)
def _use_after(code: CodeType, offset: int) -> Use:
    """The instruction that takes the value which the instruction at `offset` leaves on the stack."""
    above = 0  # values on the stack above it
    constant: Any = None
    for instruction in dis.get_instructions(code):
        if instruction.offset <= offset:
            continue
        name = instruction.opname
        if name in _COMPARISONS and above <= 1:
            return Use("compare")
        if above == 0 and name in ("LOAD_ATTR", "LOAD_METHOD"):
            return Use("attribute", instruction.argval)
        if above == 0 and name == "UNPACK_SEQUENCE":
            return Use("unpack")
        if above == 1 and (name == "BINARY_SUBSCR" or (name == "BINARY_OP" and instruction.argrepr == "[]")):
            return Use("index", constant)
        constant = instruction.argval if name in ("LOAD_CONST", "LOAD_SMALL_INT") else None
        effect = dis.stack_effect(instruction.opcode, instruction.arg)
        above += effect
        if above < 0 or instruction.is_jump_target or name.startswith(("JUMP", "POP_JUMP", "FOR_ITER", "SEND")):
            break
    return Use("other")
