"""Python modules with methods that a program calls back, and the compiled objects that have their state.

    @portfire.ignore
    def next_step(self) -> int:      # runs in Python, on the module that was compiled
        self.step += 1               # `step` is an attribute of the compiled module, too
        return self.step

A compiled module has a state of its own. Around a call the module in Python gets the state of the compiled one, and what the
method changes goes back; so there is one state, as in Python. The compiled module is the last that was made of the Python one.

Where Python puts something into a list or dict, the program gets a new one.

Comes before: nothing. Comes after: `frontend/script/functions/python_callbacks.py`, which calls; `modules/wrap.py`, which tells
where compiled objects are.
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch

#: Module -> the root of the compiled modules it is in, and the names that lead to it; None before there is one.
_COMPILED: weakref.WeakKeyDictionary[Any, tuple[weakref.ref[Any], tuple[str, ...]] | None] = weakref.WeakKeyDictionary()


def expect(module: object) -> None:
    """`module` has methods that are called back."""
    if isinstance(module, torch.nn.Module):
        _COMPILED.setdefault(module, None)


def note_compiled(module: object, root: Any, path: Sequence[str]) -> None:
    """The state of `module` is in the object that `path` leads to from `root`."""
    if isinstance(module, torch.nn.Module) and module in _COMPILED:
        _COMPILED[module] = (weakref.ref(root), tuple(path))


@contextmanager
def with_state_of_the_program(module: object) -> Iterator[None]:
    """While this lasts, `module` has the state that the compiled one has; then the other way round."""
    compiled = _compiled_object(module)
    if compiled is None or not isinstance(module, torch.nn.Module):
        yield
        return
    names = [name for name, kind, _ in compiled.attributes() if kind != "submodule"]
    given = {name: value for name in names if _is_plain(value := compiled.get(name))}
    for name, value in given.items():
        if hasattr(module, name) and not _is_same(getattr(module, name), value):
            _set(module, name, value)
    before = {name: _copied(getattr(module, name)) for name in given if hasattr(module, name)}
    try:
        yield
    finally:
        for name, value in before.items():
            now = getattr(module, name, value)
            if not _is_same(now, value) and _is_plain(now):
                compiled.set(name, now)


def _compiled_object(module: object) -> Any:
    known = _COMPILED.get(module) if isinstance(module, torch.nn.Module) else None
    target = known[0]() if known is not None else None
    if known is None or target is None:
        return None
    for name in known[1]:
        target = target.get_raw(name)
    return target


def _set(module: torch.nn.Module, name: str, value: Any) -> None:
    for held in (module._parameters, module._buffers):
        if name in held:
            held[name] = value
            return
    setattr(module, name, value)


def _is_plain(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return all(map(_is_plain, value))
    if isinstance(value, Mapping):
        return all(map(_is_plain, value.values()))
    return value is None or isinstance(value, (bool, int, float, str, torch.Tensor))


def _is_same(a: Any, b: Any) -> bool:
    if isinstance(a, torch.Tensor) or isinstance(b, torch.Tensor):
        return a is b
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(_is_same, a, b))
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return list(a) == list(b) and all(_is_same(a[k], b[k]) for k in a)
    return type(a) is type(b) and bool(a == b)


def _copied(value: Any) -> Any:
    if type(value) in (list, tuple):
        return type(value)([_copied(v) for v in value])
    return dict(value) if isinstance(value, Mapping) else value
