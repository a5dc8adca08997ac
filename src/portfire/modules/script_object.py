"""Objects of script classes that have no Python class in this process: a view with attributes and methods.

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

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self.__portfire_object__.attribute_names(), *self._methods, *self._properties]

    def __repr__(self) -> str:
        return f"<ScriptObject of {self.__portfire_object__.class_name}>"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("an object of a compiled class cannot be pickled: save the module that holds it")
