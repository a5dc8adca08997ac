"""Why a call of an operator fits none of its overloads, in the words of who wrote the call.

Comes before: `ops/emit.py` (finds out). Comes after: `emitter.py`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from portfire.ir.types import ClassType
from portfire.ops.emit import MatchError
from portfire.ops.table import op_table

if TYPE_CHECKING:
    from portfire.diagnostics import CompileAbort
    from portfire.frontend.script.emitter import Emitter
    from portfire.ir.graph import Value

#: Overloads shown of those that nearly fit.
_SHOWN = 4


#: What Python asks an object for, by what is written, with one operand and with two.
_ONE_OPERAND = {
    "-": "__neg__", "+": "__pos__", "~": "__invert__", "abs": "__abs__", "int": "__int__", "float": "__float__",
    "complex": "__complex__", "round": "__round__", "len": "__len__",
}  # fmt: skip
_TWO_OPERANDS = {
    "+": "__add__", "-": "__sub__", "*": "__mul__", "/": "__truediv__", "//": "__floordiv__", "%": "__mod__",
    "**": "__pow__", "@": "__matmul__", "&": "__and__", "|": "__or__", "^": "__xor__", "<<": "__lshift__",
    ">>": "__rshift__", "<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__", "divmod": "__divmod__",
}  # fmt: skip


def explain_no_match(
    emitter: Emitter, error: MatchError, called: str, keywords: Collection[str], operands: Sequence[Value] = ()
) -> CompileAbort:
    """The failure of a call with `keywords` among its arguments."""
    wanted_method = (_ONE_OPERAND if len(operands) == 1 else _TWO_OPERANDS).get(called)
    objects = [v.type for v in operands if isinstance(v.type, ClassType) and not v.type.is_module]
    if objects and wanted_method is not None and len(operands) <= 2:
        name = objects[0].name.rpartition(".")[2]
        takes = (
            f" that takes {str(operands[1].type).rpartition('.')[2]}"
            if len(operands) == 2 and operands[0].type is objects[0]
            else ""
        )
        return emitter.fail(
            "no-overload",
            f"'{called}' needs a method of '{name}': there is no {wanted_method}{takes}",
            help=f"define '{wanted_method}' in the class, or use the attributes of the object",
        )
    if not error.failures:
        near = [name.rpartition("::")[2] for name in error.similar]
        help_ = f"did you mean {' or '.join(map(repr, dict.fromkeys(near)))}?" if near else None
        return emitter.fail("unknown-operator", f"there is no operator '{called}'", help=help_)
    names = {a.name for schema in op_table().overloads(error.name) for a in schema.arguments}
    known = names - {"self"}
    if "self" in names and "input" in keywords:  # what functions call it
        known.add("input")
        if len(operands) > len(keywords):
            twice = f"'{called}' is given 'input' twice"
            return emitter.fail("no-overload", twice, help="pass it once, by position or by name")
    for keyword in keywords:
        if keyword not in known:
            return emitter.fail(
                "no-overload",
                f"'{called}' has no parameter '{keyword}'",
                help=did_you_mean(keyword, known, "its parameters are"),
            )
    message = str(error.args[0]).replace(f"`{error.name}`", f"'{called}'")
    failures = [re.sub(r"^(?:aten|prim)::(\w+?)_?(\.\w+)?\(", r"\1(", str(f)) for f in error.failures]
    wanted = [f for f in failures if " out) ->" not in f]
    fitting = [f for f in wanted if "argument `self`" not in f] or wanted
    return emitter.fail("no-overload", message, notes=tuple(fitting[:_SHOWN]), help=_help_with(message))


def did_you_mean(name: str, known: Collection[str], otherwise: str) -> str:
    """The name nearest to a wrong one; all of them where none is near."""
    near = difflib.get_close_matches(name, known, 1)
    return f"did you mean '{near[0]}'?" if near else f"{otherwise} {', '.join(sorted(known)) or 'none'}"


def _help_with(message: str) -> str:
    """What to do about arguments that no overload takes."""
    if "Optional[" in message:
        return "check for None first: `if x is not None:` or `assert x is not None`"
    if "Union[" in message or "Any" in message:
        return "test for the type first: `isinstance(x, int)`"
    return (
        "give it arguments of the types that one of these takes, or convert them: float(x), x.item(), torch.tensor(x)"
    )
