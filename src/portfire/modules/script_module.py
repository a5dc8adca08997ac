"""A compiled module as a `torch.nn.Module`: a thin view of an engine object.

The object holds the state: the very tensors (a parameter read twice is one Python object), the submodules, and attributes
such as `training`. `torch.nn.Module` does the rest (state_dict, to, train, hooks, ...) on dicts that read and write the
object's slots, so that what Python changes is what compiled code sees.

Comes before: `slots.py`, `script_function.py`. Comes after: `views.py`, the public API.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Iterator, Mapping
from types import FunctionType, MethodType
from typing import IO, TYPE_CHECKING, Any, NoReturn, Self

import torch
from torch.nn.modules import module as torch_module

from portfire import _engine
from portfire.ir.graph import Graph
from portfire.ir.state import HOOKLESS_FORWARD, ObjectState
from portfire.ir.types import ClassType
from portfire.modules.containers import Items, container_class
from portfire.modules.object_state import copy_object, object_state
from portfire.modules.script_function import ScriptMethod
from portfire.modules.slots import Slots, Submodules

if TYPE_CHECKING:
    from portfire.modules.views import Views

#: What the view itself keeps; all else in the instance's dict belongs to `torch.nn.Module` or the user.
_OWN = frozenset(
    (
        "__portfire_object__",
        "_views",
        "_slots",
        "_properties",
        "_accessors",
        "_parameters",
        "_buffers",
        "_modules",
        "_hooked",
    )
)


class ScriptModule(torch.nn.Module):
    """A compiled module. Made by `script`, `trace`, `capture` and `load`."""

    _views: Views
    _slots: dict[str, str]
    _properties: dict[str, tuple[str, str]]
    _accessors: dict[str, Any]
    #: The compiled `forward` without and with its hooks, if it has any.
    _hooked: tuple[ScriptMethod, ScriptMethod] | None

    def __init__(self) -> None:
        raise TypeError("a ScriptModule is made by script(), trace(), capture() or load()")

    @classmethod
    def of(cls, target: _engine.Object, views: Views) -> Self:
        """The view of an engine object."""
        self = cls.__new__(cls)
        torch.nn.Module.__init__(self)
        self._attach(target, views)
        return self

    def _attach(self, target: _engine.Object, views: Views) -> None:
        state = self.__dict__
        attributes = target.attributes()
        by_kind: dict[str, list[str]] = {"parameter": [], "buffer": [], "submodule": [], "attribute": []}
        for name, kind, _ in attributes:
            by_kind[kind].append(name)
        state["__portfire_object__"] = target
        state["_views"] = views
        state["_slots"] = {name: kind for name, kind, _ in attributes}
        state["_properties"] = views.properties(target)
        state["_parameters"] = Slots(target, by_kind["parameter"])
        state["_buffers"] = Slots(target, by_kind["buffer"])
        state["_modules"] = Submodules(target, by_kind["submodule"])
        if "training" in state["_slots"]:
            del state["training"]
        methods = views.methods(target)
        state["_accessors"] = {
            name: methods.get(name) for pair in state["_properties"].values() for name in pair if name
        }
        state.update((name, method) for name, method in methods.items() if name not in state["_accessors"])
        state["_hooked"] = None
        if HOOKLESS_FORWARD in methods and "forward" in methods:
            state["_hooked"] = (methods[HOOKLESS_FORWARD], methods["forward"])
            state["forward"] = state.pop(HOOKLESS_FORWARD)

    @property
    def _class(self) -> ClassType:
        return self._views.class_of(self.__portfire_object__)

    # Calling

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call `forward` with the compiled hooks: straight into the engine unless there are more hooks to be run."""
        state = self.__dict__
        if (
            state["_forward_hooks"] or state["_forward_pre_hooks"] or state["_backward_hooks"]
            or state["_backward_pre_hooks"] or torch_module._global_forward_hooks
            or torch_module._global_forward_pre_hooks or torch_module._global_backward_hooks
            or torch_module._global_backward_pre_hooks
        ):  # fmt: skip
            return self._with_hooks_of_python(args, kwargs)
        return (self._hooked_forward or self.forward)(*args, **kwargs)

    def _with_hooks_of_python(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Hooks that were registered here run around all of a compiled call, with the hooks in it."""
        hooked = self._hooked_forward
        if hooked is None:
            return super().__call__(*args, **kwargs)
        whole = type(self).__new__(type(self))
        whole.__dict__.update(self.__dict__, forward=hooked)
        return torch.nn.Module.__call__(whole, *args, **kwargs)

    @property
    def _hooked_forward(self) -> ScriptMethod | None:
        """What a call runs, where that is not `forward` itself."""
        state = self.__dict__
        if state["_hooked"] is None:
            return None
        hookless, hooked = state["_hooked"]
        return hooked if state.get("forward") is hookless else None

    # Attributes

    def __getattr__(self, name: str) -> Any:
        state = self.__dict__
        kind = state.get("_slots", {}).get(name)
        if kind == "submodule":
            return state["_modules"][name]
        if kind is not None:
            target = state["__portfire_object__"]
            convert = state["_views"].attribute_forms(target.class_name).get(name) if kind == "attribute" else None
            return target.get(name) if convert is None else convert(target.get(name))
        if name in state.get("_properties", ()):
            return state["_accessors"][state["_properties"][name][0]]()
        return self._python_attribute(name)

    def _python_attribute(self, name: str) -> Any:
        """Constants of the class, and methods that were marked to stay in Python."""
        if "_views" in self.__dict__ and not name.startswith("__"):
            cls = self._class
            if name in cls.constants:
                return copy.deepcopy(cls.constants[name])
            found = getattr(cls.python_class, name, None) if cls.python_class is not None else None
            if isinstance(found, FunctionType) and getattr(found, "_torchscript_modifier", None) is not None:
                return MethodType(found, self)
        if name in ("keys", "values", "items") and "_views" in self.__dict__:
            items = self._items()
            if items is not None and items.by_key:
                return items.methods[name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'")

    def __setattr__(self, name: str, value: Any) -> None:
        state = self.__dict__
        if name in state.get("_slots", ()):
            state["__portfire_object__"].set(name, value)
        elif name in state.get("_properties", ()):
            self._set_property(name, value)
        elif "_views" in state and name in self._class.constants:
            raise AttributeError(f"'{name}' is a constant of the compiled module: it cannot be set")
        else:
            super().__setattr__(name, value)

    def _set_property(self, name: str, value: Any) -> None:
        setter = self._properties[name][1]
        if setter:
            self._accessors[setter](value)
            return
        in_python = getattr(getattr(self._class.python_class, name, None), "fset", None)
        if in_python is None:
            raise AttributeError(f"property '{name}' has no setter")
        in_python(self, value)  # compiled code never sets it, so it was left to Python: it works on the same state

    def __delattr__(self, name: str) -> None:
        if name in self._slots:
            raise AttributeError(f"'{name}' is part of the compiled module: it cannot be deleted")
        super().__delattr__(name)

    def __dir__(self) -> list[str]:
        return sorted({*object.__dir__(self), *self._slots, *self._properties, *self._class.constants})

    # What people look at

    @property
    def original_name(self) -> str:
        """The name of the class this was compiled from."""
        name: str = self.__portfire_object__.class_name
        return name.rpartition(".")[2]

    @property
    def _forward(self) -> ScriptMethod:
        method = self._hooked_forward or self.__dict__.get("forward")
        if method is None:
            raise AttributeError(f"'{self.original_name}' has no compiled method forward")
        found: ScriptMethod = method
        return found

    @property
    def graph(self) -> Graph:
        """The graph of a call: `forward`, with the hooks that were compiled."""
        return self._forward.graph

    @property
    def inlined_graph(self) -> Graph:
        """The graph of `forward` with all calls inlined."""
        return self._forward.inlined_graph

    @property
    def code(self) -> str:
        """`forward` as TorchScript source."""
        return self._forward.code

    @property
    def code_with_constants(self) -> tuple[str, Any]:
        """`forward` as TorchScript source, and the constants that the source names."""
        return self._forward.code_with_constants

    def extra_repr(self) -> str:
        """The class this was compiled from."""
        return f"original_name={self.original_name}"

    # Saving and copying

    @property
    def portfire_state(self) -> ObjectState:
        """The module's state now, as the archive and the front ends take it."""
        return object_state(self)

    def save(
        self, path: str | os.PathLike[str] | IO[bytes], _extra_files: Mapping[str, str | bytes] | None = None
    ) -> None:
        """Write the module to an archive."""
        from portfire.archive.writer import save
        from portfire.pipeline import running_graph

        state = self.portfire_state
        save(state, path, body=running_graph, extra_files=_extra_files)

    def __copy__(self) -> ScriptModule:
        return self._copied({}, shallow=True)

    def __deepcopy__(self, memo: dict[int, Any]) -> ScriptModule:
        return self._copied(memo, shallow=False)

    def _copied(self, memo: dict[int, Any], *, shallow: bool) -> ScriptModule:
        target = self.__portfire_object__
        if shallow:
            made = target.program.make_object(target.class_name)
            for name in target.attribute_names():
                made.set(name, target.get_raw(name))
        else:
            made = copy_object(target, memo)
        view: ScriptModule = self._views.of(made)
        for name, value in self.__dict__.items():
            if name not in _OWN and not isinstance(value, _engine.Function):
                view.__dict__[name] = value if shallow else copy.deepcopy(value, memo)
        return view

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a ScriptModule cannot be pickled: save it with its save() method")

    # Containers, and modules whose class defines these itself

    def _items(self) -> Items | None:
        target = self.__dict__["__portfire_object__"]
        views = self.__dict__["_views"]
        known = views.classes.get(target.class_name)
        cls = container_class(None if known is None else known.python_class, target.class_name)
        return None if cls is None else Items(cls, self._modules, self._parameters)

    def _special(self, name: str, *args: Any) -> Any:
        """A special method: the compiled one, or what torch's containers do."""
        compiled = self.__dict__.get(name)
        if compiled is not None:
            return compiled(*args)
        items = self._items()
        if items is None:
            raise TypeError(f"'{self.original_name}' has no method {name}")
        return getattr(items, name)(*args)

    def __len__(self) -> int:
        length: int = self._special("__len__")
        return length

    def __getitem__(self, index: Any) -> Any:
        return self._special("__getitem__", index)

    def __contains__(self, item: object) -> bool:
        found: bool = self._special("__contains__", item)
        return found

    def __iter__(self) -> Iterator[Any]:
        items: Iterator[Any] = self._special("__iter__")
        return items

    def __bool__(self) -> bool:
        return True
