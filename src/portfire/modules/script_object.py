"""Objects of script classes, as `script` gives them, or without a Python class in this process: a view with attributes and
methods.

Comes before: `views.py`. Comes after: the public API.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from portfire import _engine

if TYPE_CHECKING:
    from portfire.modules.views import Views


class ScriptObject:
    """An object of a script class: attributes and methods are the engine's."""

    def __init__(self, target: _engine.Object, views: Views) -> None:
        state = self.__dict__
        state["__portfire_object__"] = target
        state["_views"] = views
        state["_methods"] = views.methods(target)
        state["_properties"] = views.properties(target)

    @property
    def portfire_state(self) -> Any:
        """The object's state now, as the archive and the front ends take it."""
        from portfire.modules.object_state import object_state

        return object_state(self)

    def __getattr__(self, name: str) -> Any:
        state = self.__dict__
        if name in state["_properties"]:
            return state["_methods"][state["_properties"][name][0]]()
        if name in state["_methods"]:
            return state["_methods"][name]
        target = state["__portfire_object__"]
        convert = state["_views"].attribute_forms(target.class_name).get(name)
        return target.get(name) if convert is None else convert(target.get(name))

    def __setattr__(self, name: str, value: Any) -> None:
        state = self.__dict__
        setter = state["_properties"].get(name, ("", ""))[1]
        if setter:
            state["_methods"][setter](value)
        else:
            state["__portfire_object__"].set(name, value)

    # What Python looks for in the class

    def _special(self, name: str, *args: Any) -> Any:
        method = self._methods.get(name)
        if method is None:
            raise TypeError(f"'{self.__portfire_object__.class_name.rpartition('.')[2]}' has no compiled method {name}")
        return method(*args)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The compiled `__call__`."""
        method = self._methods.get("__call__")
        return self._special("__call__") if method is None else method(*args, **kwargs)

    def __len__(self) -> int:
        length: int = self._special("__len__")
        return length

    def __getitem__(self, key: Any) -> Any:
        return self._special("__getitem__", key)

    def __setitem__(self, key: Any, value: Any) -> None:
        self._special("__setitem__", key, value)

    def __contains__(self, item: Any) -> bool:
        found: bool = self._special("__contains__", item)
        return found

    def __bool__(self) -> bool:
        for name in ("__bool__", "__len__"):
            if name in self._methods:
                return bool(self._special(name))
        return True

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.__portfire_object__.attribute_names(), *self._methods, *self._properties]

    def __repr__(self) -> str:
        return f"<ScriptObject of {self.__portfire_object__.class_name}>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("an object of a compiled class cannot be pickled: save the module that holds it")
