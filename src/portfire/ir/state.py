"""The state of an object before the engine owns it: what front ends produce and archives hold.

Comes before: `types.py`. Comes after: front ends and `archive/` (which make and read it), `modules/` (which turns it into
engine objects and back).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from portfire.ir.types import ClassType

#: The name of the compiled `forward` of a module with hooks: `forward` is there the whole call, hooks included.
HOOKLESS_FORWARD: Final = "forward__without_hooks"


@dataclass(eq=False, slots=True)
class ObjectState:
    """One object: its class, and a value for each attribute of the class.

    Values are tensors, bool, int, float, complex, str, None, `torch.device`, members of enums, `ir.Function`s, lists,
    tuples and dicts of these, and other `ObjectState`s. Sharing is by identity: one tensor, list or object referred to
    twice is one in the program.
    """

    cls: ClassType
    values: dict[str, Any] = field(default_factory=dict)
    #: The Python object this was made from, if any.
    python_object: Any = None
