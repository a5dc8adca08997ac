"""Items of compiled containers: what `ModuleList`, `Sequential`, `ModuleDict` and those of parameters can do in Python.

Which container a compiled module was is told by its Python class, or, for one out of a file, by the name of its class.

Comes before: nothing. Comes after: `script_module.py`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

import torch

_CLASSES: Final = {
    cls.__name__: cls
    for cls in (
        torch.nn.Sequential,
        torch.nn.ModuleList,
        torch.nn.ModuleDict,
        torch.nn.ParameterList,
        torch.nn.ParameterDict,
    )
}
_NAME: Final = re.compile(r"torch\.nn\.modules\.container\.(?:___torch_mangle_\d+\.)?([A-Za-z]+)(?:_\d+)?$")
_BY_KEY: Final = (torch.nn.ModuleDict, torch.nn.ParameterDict)


def container_class(python_class: type | None, class_name: str) -> type | None:
    """Torch's container that a compiled module was, or was derived from; None of other modules."""
    if python_class is not None:
        return next((c for c in _CLASSES.values() if issubclass(python_class, c)), None)
    found = _NAME.search(class_name)
    return None if found is None else _CLASSES.get(found[1])


class Items:
    """The items of a container, in order."""

    def __init__(self, cls: type, modules: Mapping[str, Any], parameters: Mapping[str, Any]) -> None:
        self.by_key = issubclass(cls, _BY_KEY)
        self._items = dict(modules) or dict(parameters)

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items if self.by_key else self._items.values())

    def __contains__(self, item: object) -> bool:
        if self.by_key:
            return item in self._items
        return any(item is held for held in self._items.values())

    def __getitem__(self, key: Any) -> Any:
        return self._items[key] if isinstance(key, str) else list(self._items.values())[key]

    @property
    def methods(self) -> dict[str, Callable[[], Any]]:
        """What a container by keys has beside."""
        return {"keys": self._items.keys, "values": self._items.values, "items": self._items.items}
