"""The instructions of the engine's program, as Python objects: opcodes, their fields, and how they are written.

The meaning of each opcode is in `docs/program-format.md`. Until registers are allocated, operands and results name virtual
registers: `lowering.py` makes them, `registers.py` maps them to a frame's registers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum

from portfire.ir.source import SourceRange


class Opcode(IntEnum):
    """See the table in `docs/program-format.md`."""

    OP = 0
    MOVE = 1
    JUMP = 2
    JUMP_IF_FALSE = 3
    JUMP_IF_TRUE = 4
    RETURN = 5
    CALL = 6
    CALL_METHOD = 7
    GET_ATTRIBUTE = 8
    SET_ATTRIBUTE = 9
    TUPLE = 10
    LIST = 11
    DICT = 12
    UNPACK = 13
    TUPLE_ITEM = 14
    OBJECT = 15
    IS_INSTANCE = 16
    RAISE = 17
    FORK = 18
    WAIT = 19
    DROP = 20
    LOOP_TEST = 21
    LOOP_NEXT = 22
    GUARD = 23
    PRINT = 24
    RERAISE = 25
    CHECK_TYPE = 26
    CALL_VALUE = 27


#: The fields of each instruction in order: x a number, X a list of numbers, o an operand, O a list of operands, r a result
#: register, R a list of them, u a register that is read in place, L a label.
FIELDS: dict[Opcode, str] = {
    Opcode.OP: "xOR", Opcode.MOVE: "or", Opcode.JUMP: "L", Opcode.JUMP_IF_FALSE: "oL", Opcode.JUMP_IF_TRUE: "oL",
    Opcode.RETURN: "o", Opcode.CALL: "xOr", Opcode.CALL_METHOD: "xOr", Opcode.GET_ATTRIBUTE: "xor",
    Opcode.SET_ATTRIBUTE: "xoo", Opcode.TUPLE: "xOr", Opcode.LIST: "xOr", Opcode.DICT: "xOr", Opcode.UNPACK: "oR",
    Opcode.TUPLE_ITEM: "oxr", Opcode.OBJECT: "xr", Opcode.IS_INSTANCE: "Xor", Opcode.RAISE: "oo", Opcode.FORK: "xOr",
    Opcode.WAIT: "or", Opcode.DROP: "R", Opcode.LOOP_TEST: "uoL", Opcode.LOOP_NEXT: "uL", Opcode.GUARD: "ox",
    Opcode.PRINT: "O", Opcode.RERAISE: "o", Opcode.CHECK_TYPE: "oXox", Opcode.CALL_VALUE: "oOr",
}  # fmt: skip

#: After these, control never reaches the next instruction.
TERMINATORS = frozenset({Opcode.JUMP, Opcode.RETURN, Opcode.RAISE, Opcode.LOOP_NEXT, Opcode.RERAISE})

REGISTER, CONSTANT, REGISTER_LAST_USE = range(3)


@dataclass(eq=False, slots=True)
class Label:
    """A place in the code; `position` is an index into the instruction list."""

    position: int = -1


@dataclass(eq=False, slots=True)
class Handler:
    """Where control goes when an instruction from `begin` to before `end` raises one of `classes` (none: anything)."""

    begin: Label
    end: Label
    target: Label
    #: Where the exception is put: virtual until registers are allocated.
    register: int
    classes: tuple[str, ...]


@dataclass(eq=False, slots=True)
class Instruction:
    """One instruction. An operand is a virtual register (>= 0) or a constant (~index, < 0)."""

    opcode: Opcode
    uses: list[int] = field(default_factory=list)
    defs: list[int] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    label: Label | None = None
    range: SourceRange | None = None
    scope: tuple[SourceRange, ...] = ()
    #: Positions in `uses` that are the last use of their register.
    last_uses: frozenset[int] = frozenset()

    def registers_read(self) -> Iterator[int]:
        """The virtual registers among the operands, in order."""
        return (u for u in self.uses if u >= 0)


def encode(instruction: Instruction, label_word: int) -> list[int]:
    """The words of an instruction whose registers are allocated. `label_word`: where its label lies, in words."""
    words = [int(instruction.opcode)]
    use = 0
    numbers = list(instruction.numbers)
    defs = list(instruction.defs)

    def operand() -> int:
        nonlocal use
        value = instruction.uses[use]
        kind = CONSTANT if value < 0 else REGISTER_LAST_USE if use in instruction.last_uses else REGISTER
        use += 1
        return (~value if value < 0 else value) << 2 | kind

    fields = FIELDS[instruction.opcode]
    for i, kind in enumerate(fields):
        if kind == "x":
            words.append(numbers.pop(0))
        elif kind == "X":
            count = len(numbers) - fields.count("x", i)
            words += [count, *numbers[:count]]
            del numbers[:count]
        elif kind == "o":
            words.append(operand())
        elif kind == "O":
            count = len(instruction.uses) - use - fields[i + 1 :].count("o")
            words.append(count)
            words += [operand() for _ in range(count)]
        elif kind == "r":
            words.append(defs.pop(0))
        elif kind == "R":
            words += [len(defs), *defs]
            defs.clear()
        elif kind == "u":
            words.append(instruction.uses[use])
            use += 1
        else:
            words.append(label_word)
    return words
