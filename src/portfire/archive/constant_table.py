"""The constants that source code cannot spell: `CONSTANTS.c0`, `CONSTANTS.c1`, …

Comes before: `ir/printer.py`. Comes after: `code_printer.py` (refers to them), `writer.py` (stores them).
"""

from __future__ import annotations

from typing import Any

from portfire.ir.printer import is_tensor
from portfire.ir.state import ObjectState
from portfire.ir.types import Type


class ConstantTable:
    """Tensors, objects and texts beyond ASCII, each once."""

    def __init__(self) -> None:
        self.entries: list[tuple[Any, Type | None]] = []
        self._by_identity: dict[int, int] = {}
        self._by_key: dict[Any, list[int]] = {}

    def __getattr__(self, name: str) -> Any:
        """The constant that the source calls `CONSTANTS.name`."""
        if name[:1] == "c" and name[1:].isdigit() and int(name[1:]) < len(self.entries):
            return self.entries[int(name[1:])][0]
        raise AttributeError(name)

    @property
    def const_mapping(self) -> dict[str, Any]:
        """Every constant by its name, as torch's own table offers it."""
        return {f"c{i}": value for i, (value, _) in enumerate(self.entries)}

    def reference(self, value: Any, type_: Type | None) -> str | None:
        """`CONSTANTS.cN` for a value that has no literal, else None."""
        if is_tensor(value):
            return f"CONSTANTS.c{self._tensor(value)}"
        if isinstance(value, ObjectState) or (isinstance(value, str) and not value.isascii()):
            return f"CONSTANTS.c{self._entry(value, type_, value if isinstance(value, str) else id(value))}"
        return None

    def _tensor(self, tensor: Any) -> int:
        known = self._by_identity.get(id(tensor))
        if known is not None:
            return known
        key = (tensor.dtype, tuple(tensor.shape), tensor.device, tensor.layout)
        index = next((i for i in self._by_key.get(key, ()) if _equal(self.entries[i][0], tensor)), None)
        if index is None:
            index = len(self.entries)
            self.entries.append((tensor, None))
            self._by_key.setdefault(key, []).append(index)
        self._by_identity[id(tensor)] = index
        return index

    def _entry(self, value: Any, type_: Type | None, key: Any) -> int:
        found = self._by_key.get(key)
        if found is None:
            found = self._by_key[key] = [len(self.entries)]
            self.entries.append((value, type_))
        return found[0]


def _equal(a: Any, b: Any) -> bool:
    if a.device.type == "meta" or a.is_quantized or b.is_quantized:
        return False
    return bool(a.requires_grad == b.requires_grad and a.equal(b))
