"""Between engine objects and `ObjectState`: reading the state back for saving, and copying objects.

Comes before: `script_module.py`, `script_object.py`. Comes after: `ir/state.py`.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from portfire import _engine
from portfire.ir.state import ObjectState
from portfire.ir.types import FunctionType

if TYPE_CHECKING:
    from portfire.modules.views import Views


def object_state(view: Any) -> ObjectState:
    """The state behind a ScriptModule or ScriptObject, as it is now; what is shared stays shared."""
    return _StateReader(view._views).read(view.__portfire_object__)


class _StateReader:
    def __init__(self, views: Views) -> None:
        self.views = views
        self.known: dict[int, ObjectState] = {}

    def read(self, target: _engine.Object) -> ObjectState:
        state = self.known.get(target.identity)
        if state is None:
            state = self.known[target.identity] = ObjectState(self.views.class_of(target))
            for attribute in state.cls.attributes.values():
                if isinstance(attribute.type, FunctionType):
                    state.values[attribute.name] = attribute.type.function
                else:
                    state.values[attribute.name] = self.value(target.get_raw(attribute.name))
        return state

    def value(self, value: Any) -> Any:
        if isinstance(value, _engine.Object):
            return self.read(value)
        if isinstance(value, list):
            return [self.value(v) for v in value]
        if isinstance(value, dict):
            return {self.value(k): self.value(v) for k, v in value.items()}
        if isinstance(value, tuple):
            items = [self.value(v) for v in value]
            return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
        return value


def copy_object(target: _engine.Object, memo: dict[int, Any]) -> _engine.Object:
    """A deep copy of an engine object and all it holds. `memo` is `copy.deepcopy`'s."""
    made: dict[int, _engine.Object] = memo.setdefault(id(copy_object), {})
    known = made.get(target.identity)
    if known is None:
        known = made[target.identity] = target.program.make_object(target.class_name)
        for name in target.attribute_names():
            value = target.get_raw(name)
            if value is not None:
                known.set(name, _copied(value, memo))
    return known


def _copied(value: Any, memo: dict[int, Any]) -> Any:
    if isinstance(value, _engine.Object):
        return copy_object(value, memo)
    if isinstance(value, list):
        return [_copied(v, memo) for v in value]
    if isinstance(value, dict):
        return {_copied(k, memo): _copied(v, memo) for k, v in value.items()}
    if isinstance(value, tuple):
        items = [_copied(v, memo) for v in value]
        return type(value)(*items) if hasattr(value, "_fields") else tuple(items)
    return copy.deepcopy(value, memo)
