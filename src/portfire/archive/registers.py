"""From virtual registers to a frame's registers: liveness, last uses, drops, and a linear scan.

Lowered code is structured (jumps come only from `if`, loops and `try`), so an interval over the linear order, stretched over every
loop that the value lives through, says when a register is taken. Last uses let the engine move values instead of sharing
them; drops free what one branch of a condition needs and the other does not.

Comes before: `lowering.py`. Comes after: `program_writer.py`.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence, Set
from dataclasses import dataclass

from portfire.archive.bytecode import TERMINATORS, Handler, Instruction, Label, Opcode


@dataclass(slots=True)
class _BasicBlock:
    start: int
    end: int
    successors: list[int]
    predecessors: int = 0
    live_in: int = 0
    live_out: int = 0


def allocate_registers(
    code: list[Instruction],
    labels: list[Label],
    parameters: int,
    virtual_count: int,
    handlers: Sequence[Handler] = (),
    plain: Set[int] = frozenset(),
) -> int:
    """Rewrite `code` in place to a frame's registers and return their number.

    Virtual registers 0..parameters-1 hold the arguments and keep their numbers. `labels` are moved along when drops are
    inserted.

    `plain` registers hold nothing that must be released: they are not dropped.

    From every block that a handler watches there is an edge to the handler. It leaves from anywhere in the block, which
    is no different from its end: what a handler reads is defined before what it watches, so it lives through all of it.
    """
    blocks = _basic_blocks(code, labels, handlers)
    _solve_liveness(code, blocks, handlers)
    drops = [(at, [r for r in dead if r not in plain]) for at, dead in _mark_last_uses(code, blocks)]
    intervals = _intervals(code, blocks, virtual_count, drops, handlers)
    mapping, count = _linear_scan(intervals, parameters)
    for instruction in code:
        instruction.uses = [mapping[u] if u >= 0 else u for u in instruction.uses]
        instruction.defs = [mapping[d] for d in instruction.defs]
    for handler in handlers:
        handler.register = mapping[handler.register]
    _insert_drops(code, labels, [(at, sorted({mapping[v] for v in dead})) for at, dead in drops])
    return count


def _basic_blocks(code: list[Instruction], labels: list[Label], handlers: Sequence[Handler]) -> list[_BasicBlock]:
    starts = {0, *(label.position for label in labels)}
    for i, instruction in enumerate(code):
        if instruction.label is not None or instruction.opcode in TERMINATORS:
            starts.add(i + 1)
    order = sorted(s for s in starts if s < len(code))
    index = {s: n for n, s in enumerate(order)}
    blocks: list[_BasicBlock] = []
    for n, start in enumerate(order):
        end = order[n + 1] if n + 1 < len(order) else len(code)
        last = code[end - 1]
        successors = []
        if last.opcode not in TERMINATORS and end < len(code):
            successors.append(n + 1)
        if last.label is not None:
            successors.append(index[last.label.position])
        for handler in handlers:
            if handler.begin.position <= start < handler.end.position:
                successors.append(index[handler.target.position])
        blocks.append(_BasicBlock(start, end, successors))
    for block in blocks:
        for s in block.successors:
            blocks[s].predecessors += 1
    return blocks


def _solve_liveness(code: list[Instruction], blocks: list[_BasicBlock], handlers: Sequence[Handler]) -> None:
    """Sets of virtual registers are bits of a Python int."""
    given = {h.target.position: 1 << h.register for h in handlers}
    use: list[int] = []
    define: list[int] = []
    for block in blocks:
        used, defined = 0, given.get(block.start, 0)
        for instruction in code[block.start : block.end]:
            for u in instruction.registers_read():
                if not defined >> u & 1:
                    used |= 1 << u
            for d in instruction.defs:
                defined |= 1 << d
        use.append(used)
        define.append(defined)
    changed = True
    while changed:
        changed = False
        for n in range(len(blocks) - 1, -1, -1):
            block = blocks[n]
            out = 0
            for s in block.successors:
                out |= blocks[s].live_in
            live_in = use[n] | (out & ~define[n])
            if live_in != block.live_in or out != block.live_out:
                block.live_in, block.live_out = live_in, out
                changed = True


def _mark_last_uses(code: list[Instruction], blocks: list[_BasicBlock]) -> list[tuple[int, list[int]]]:
    """Set `last_uses`; return where to drop which virtual registers: (before this instruction, registers)."""
    drops: list[tuple[int, list[int]]] = []
    for block in blocks:
        live = block.live_out
        for i in range(block.end - 1, block.start - 1, -1):
            instruction = code[i]
            unread = [d for d in instruction.defs if not live >> d & 1]
            if unread and instruction.label is None and instruction.opcode not in TERMINATORS:
                drops.append((i + 1, unread))
            for d in instruction.defs:
                live &= ~(1 << d)
            live = _mark_reads(instruction, i, live, drops)
        _drop_at_branch_entry(blocks, block, drops)
    return drops


def _mark_reads(instruction: Instruction, at: int, live: int, drops: list[tuple[int, list[int]]]) -> int:
    in_place = instruction.opcode in (Opcode.LOOP_TEST, Opcode.LOOP_NEXT)
    branches = instruction.label is not None
    last: set[int] = set()
    twice: list[int] = []
    for position, u in enumerate(instruction.uses):
        if u < 0 or live >> u & 1 or (in_place and position == 0):
            continue
        if instruction.uses.count(u) == 1:
            last.add(position)
        elif u not in twice and u not in instruction.defs:
            twice.append(u)
    if twice and not branches and instruction.opcode not in TERMINATORS:
        drops.append((at + 1, twice))
    instruction.last_uses = frozenset(last)
    for u in instruction.registers_read():
        live |= 1 << u
    return live


def _drop_at_branch_entry(blocks: list[_BasicBlock], block: _BasicBlock, drops: list[tuple[int, list[int]]]) -> None:
    if len(block.successors) < 2:
        return
    for s in block.successors:
        successor = blocks[s]
        dead = block.live_out & ~successor.live_in
        if dead and successor.predecessors == 1:
            drops.append((successor.start, _bits(dead)))


def _bits(mask: int) -> list[int]:
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found


def _intervals(
    code: list[Instruction],
    blocks: list[_BasicBlock],
    count: int,
    drops: list[tuple[int, list[int]]],
    handlers: Sequence[Handler],
) -> list[tuple[int, int] | None]:
    """First and last place of every virtual register, in half steps: an instruction reads at 2i and writes at 2i + 1.

    An instruction with several results writes some before it has read all arguments: it counts as writing at 2i. A drop
    before instruction i is at 2i - 1: the register must not have a new owner by then. A handler gets its exception there.
    """
    first = [-1] * count
    last = [-1] * count

    def touch(register: int, place: int) -> None:
        if first[register] < 0 or place < first[register]:
            first[register] = place
        last[register] = max(last[register], place)

    for i, instruction in enumerate(code):
        for u in instruction.registers_read():
            touch(u, 2 * i)
        write = 2 * i if len(instruction.defs) > 1 else 2 * i + 1
        for d in instruction.defs:
            touch(d, write)
    for at, registers in drops:
        for register in registers:
            touch(register, 2 * at - 1)
    for handler in handlers:
        touch(handler.register, 2 * handler.target.position - 1)
        touch(handler.register, 2 * handler.target.position)
    # A loop is a jump back: what is live at its head lives through the whole of it.
    spans: list[tuple[int, int, int]] = []
    for block in blocks:
        for s in block.successors:
            head = blocks[s]
            if head.start < block.end:
                spans.append((head.start, block.end, head.live_in))
    for start, end, live in spans:
        for register in _bits(live):
            touch(register, 2 * start)
            touch(register, 2 * end)
    return [(first[r], last[r]) if first[r] >= 0 else None for r in range(count)]


def _linear_scan(intervals: list[tuple[int, int] | None], parameters: int) -> tuple[list[int], int]:
    mapping = [0] * len(intervals)
    free: list[int] = []
    active: list[tuple[int, int]] = []
    total = parameters
    for p in range(parameters):
        mapping[p] = p
        interval = intervals[p]
        heapq.heappush(active, (interval[1] if interval else 0, p))
    order = sorted((iv[0], r) for r, iv in enumerate(intervals) if iv is not None and r >= parameters)
    for start, register in order:
        while active and active[0][0] < start:
            heapq.heappush(free, heapq.heappop(active)[1])
        if free:
            mapping[register] = heapq.heappop(free)
        else:
            mapping[register] = total
            total += 1
        interval = intervals[register]
        assert interval is not None
        heapq.heappush(active, (interval[1], mapping[register]))
    return mapping, total


def _insert_drops(code: list[Instruction], labels: list[Label], drops: list[tuple[int, list[int]]]) -> None:
    if not drops:
        return
    at: dict[int, list[int]] = {}
    for place, registers in drops:
        if registers:
            at.setdefault(place, []).extend(r for r in registers if r not in at.get(place, []))
    result: list[Instruction] = []
    moved = [0] * (len(code) + 1)
    for i, instruction in enumerate(code):
        moved[i] = len(result)
        if i in at:
            result.append(
                Instruction(Opcode.DROP, defs=sorted(at[i]), range=instruction.range, scope=instruction.scope)
            )
        result.append(instruction)
    moved[len(code)] = len(result)
    for label in labels:
        label.position = moved[label.position]
    code[:] = result
