"""The slots of an engine object as the dicts that `torch.nn.Module` keeps its state in.

Comes before: `views.py`. Comes after: `script_module.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping, Sequence
from typing import Any

from portfire import _engine


class Slots(MutableMapping[str, Any]):
    """The attributes of one kind (parameters, buffers), by name."""

    def __init__(self, target: _engine.Object, names: Sequence[str]) -> None:
        self._target = target
        self._names = dict.fromkeys(names)

    def __getitem__(self, name: str) -> Any:
        if name not in self._names:
            raise KeyError(name)
        return self._target.get(name)

    def __setitem__(self, name: str, value: Any) -> None:
        if name not in self._names:
            raise AttributeError(f"'{self._target.class_name}' is compiled: it cannot be given a new tensor '{name}'")
        self._target.set(name, value)

    def __delitem__(self, name: str) -> None:
        raise AttributeError(f"'{self._target.class_name}' is compiled: '{name}' cannot be deleted")

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def copy(self) -> dict[str, Any]:
        """What is held now, as a plain dict."""
        return dict(self.items())


class Submodules(Slots):
    """The submodules. Their views are kept: what Python sets on one (hooks) stays there as long as the parent lives."""

    def __init__(self, target: _engine.Object, names: Sequence[str]) -> None:
        super().__init__(target, names)
        self._kept: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        view = self._kept[name] = super().__getitem__(name)
        return view
