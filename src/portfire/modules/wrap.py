"""From the front ends' results to callables: build the program, and give its entry as a view.

Comes before: `pipeline.py`, `views.py`. Comes after: the public API.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portfire import _engine
from portfire.ir.graph import Function
from portfire.ir.reachable import Reachable
from portfire.ir.state import ObjectState
from portfire.modules.script_function import ScriptFunction, function_of
from portfire.modules.script_module import ScriptModule
from portfire.modules.script_object import ScriptObject
from portfire.modules.views import Views
from portfire.ops import called_modules


def wrap_function(function: Function, libraries: Sequence[str] = ("aten",)) -> ScriptFunction:
    """A compiled function, ready to be called."""
    from portfire.pipeline import build_program

    reachable = Reachable()
    reachable.add_function(function)
    program = build_program([function], libraries=libraries)
    Views(reachable.classes).bind(program, reachable.types)
    return function_of(program.function(function.name), function)


def wrap_module(state: ObjectState, libraries: Sequence[str] = ("aten",)) -> ScriptModule:
    """A compiled module, ready to be called. Its tensors are those of the state."""
    module: ScriptModule = _root_of(state, libraries)
    _note_persistence(module, state)
    return module


def wrap_object(state: ObjectState, libraries: Sequence[str] = ("aten",)) -> ScriptObject:
    """An object of a compiled class, ready to be used."""
    made: ScriptObject = _root_of(state, libraries)
    return made


def _root_of(state: ObjectState, libraries: Sequence[str]) -> Any:
    from portfire.pipeline import build_program

    reachable = Reachable()
    reachable.add_value(state)
    program = build_program(list(state.cls.methods.values()), root=state, libraries=libraries)
    views = Views(reachable.classes)
    views.bind(program, reachable.types)
    root = program.root
    assert root is not None
    share_compiled(root, state, views)
    _note_modules(root, state, (), set())
    return views.of(root)


def _note_modules(root: _engine.Object, state: ObjectState, path: tuple[str, ...], seen: set[int]) -> None:
    """Tell where the states of Python modules are, for methods of theirs that the program calls back."""
    if id(state) in seen:
        return
    seen.add(id(state))
    called_modules.note_compiled(state.python_object, root, path)
    for name, child in state.values.items():
        if isinstance(child, ObjectState) and child.cls.is_module:
            _note_modules(root, child, (*path, name), seen)


def share_compiled(root: _engine.Object, state: ObjectState, views: Views) -> None:
    """Let the slots of modules that were compiled before hold those very objects, so that what changes in one changes in
    the other. One whose class has another name here, because two have the same there, shares its tensors only."""
    seen = {id(state)}
    pending = [(root, state)]
    while pending:
        target, of = pending.pop()
        for name, child in of.values.items():
            if not isinstance(child, ObjectState):
                continue
            compiled = getattr(child.python_object, "__portfire_object__", None)
            if compiled is not None and compiled.class_name == target.get_raw(name).class_name:
                target.set(name, compiled)
                views.adopt(compiled, child.python_object._views)
            elif id(child) not in seen:
                seen.add(id(child))
                pending.append((target.get_raw(name), child))


def _note_persistence(module: Any, state: ObjectState) -> None:
    """Buffers that the Python module keeps out of its state_dict stay out of the view's."""
    original = state.python_object
    if original is None:
        return
    module._non_persistent_buffers_set.update(getattr(original, "_non_persistent_buffers_set", ()))
    for name, child in state.values.items():
        if isinstance(child, ObjectState) and child.cls.is_module and name in module._modules:
            _note_persistence(module._modules[name], child)
