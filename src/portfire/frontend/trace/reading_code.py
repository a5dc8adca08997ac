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
    for instruction in _instructions(code):
        if instruction.offset <= offset:
            continue
        name = instruction.opname
        if name in _COMPARISONS and above <= 1:
            return Use("compare")
        if above == 0 and name in ("LOAD_ATTR", "LOAD_METHOD"):
            return Use("attribute", instruction.argval)
        if above == 0 and name == "UNPACK_SEQUENCE":
            return Use("unpack")
        if above == 0 and name == "STORE_FAST":
            return _use_of_variable(code, instruction.argval)
        if above == 1 and (name == "BINARY_SUBSCR" or (name == "BINARY_OP" and instruction.argrepr == "[]")):
            return Use("index", constant)
        constant = instruction.argval if name in ("LOAD_CONST", "LOAD_SMALL_INT") else None
        above += dis.stack_effect(instruction.opcode, instruction.arg)
        if above < 0 or instruction.is_jump_target or name.startswith(("JUMP", "POP_JUMP", "FOR_ITER", "SEND")):
            break
    return Use("other")


def _use_of_variable(code: CodeType, name: str) -> Use:
    """What a function does with a variable, wherever it reads it: the use that depends on most."""
    loads = [i.offset for i in _instructions(code) if i.opname.startswith("LOAD_FAST") and i.argval == name]
    uses = [Use("other") if _is_stored_again(code, offset) else _use_after(code, offset) for offset in loads]
    for kind in ("compare", "attribute", "other"):
        for use in uses:
            if use.kind == kind:
                return use
    from_the_end = [u for u in uses if u.kind == "index" and not _counts_from_the_front(u)]
    if from_the_end and len(from_the_end) < len(uses):
        return Use("other")
    return uses[0] if uses else Use("other")


def _counts_from_the_front(use: Use) -> bool:
    return isinstance(use.detail, int) and use.detail >= 0


def _is_stored_again(code: CodeType, offset: int) -> bool:
    """Whether what a read gives goes into a variable straight away: `y = x`."""
    following = next((i for i in _instructions(code) if i.offset > offset), None)
    return following is not None and following.opname == "STORE_FAST"


@lru_cache(maxsize=512)
def _instructions(code: CodeType) -> tuple[dis.Instruction, ...]:
    return tuple(dis.get_instructions(code))
