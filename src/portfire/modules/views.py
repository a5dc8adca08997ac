"""Engine objects as Python objects: one view for one object, and the Python classes that named types stand for.

Comes before: `script_module.py`, `script_object.py`. Comes after: `wrap.py`.
"""

from __future__ import annotations

import enum
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from weakref import WeakValueDictionary

from portfire import _engine
from portfire.ir.enum_members import enum_members
from portfire.ir.forms import form_text
from portfire.ir.library_types import PYTHON_TUPLES
from portfire.ir.types import ClassType, EnumType, TupleType, Type
from portfire.modules.python_forms import Convert, converter
from portfire.modules.script_function import ScriptMethod, method_of


class Views:
    """The views of one program's objects."""

    def __init__(self, classes: Iterable[ClassType]) -> None:
        self.classes = {cls.name: cls for cls in classes}
        self._alive: WeakValueDictionary[int, Any] = WeakValueDictionary()
        #: Modules compiled before may lie in one of this program: their objects belong to programs of their own, which have
        #: names of their own. By the identity of the program, which its objects keep alive: a reference from here would
        #: close a circle through the engine, where the collector does not see it.
        self._of_other_programs: dict[int, Views] = {}
        self._forms_of_attributes: dict[str, dict[str, Convert]] = {}

    def bind(self, program: _engine.Program, types: Iterable[Type]) -> None:
        """Tell the program what its named types are in Python."""
        for cls in self.classes.values():
            program.bind_type(cls.name, Factory(self, cls))
        for type_ in types:
            if isinstance(type_, EnumType):
                program.bind_type(type_.name, type_.python_class or enum_class(type_.name, type_.members))
            elif isinstance(type_, TupleType) and type_.name is not None:
                known = named_tuple_maker(type_.name, type_.fields or ())
                if known is not None:
                    program.bind_type(type_.name, known)

    def of(self, target: _engine.Object) -> Any:
        """The view of an engine object: the same one as long as it lives."""
        owner = self._owner(target)
        if owner is not self:
            return owner.of(target)
        view = self._alive.get(target.identity)
        if view is None:
            view = self._module(target) if target.is_module else self._object(target)
            self._alive[target.identity] = view
        return view

    def class_of(self, target: _engine.Object) -> ClassType:
        """The IR's class of an engine object."""
        return self._owner(target).classes[target.class_name]

    def adopt(self, target: _engine.Object, views: Views) -> None:
        """An object of another program lies among those of this one, with what lies in it."""
        self._of_other_programs.update({**views._of_other_programs, id(target.program): views})

    def _owner(self, target: _engine.Object) -> Views:
        others = self._of_other_programs
        return others.get(id(target.program), self) if others else self

    def methods(self, target: _engine.Object) -> dict[str, ScriptMethod]:
        """The object's methods, bound."""
        methods = self.class_of(target).methods
        return {name: method_of(target.method(name), methods[name]) for name in target.method_names if name in methods}

    def properties(self, target: _engine.Object) -> dict[str, tuple[str, str]]:
        """Name -> the methods that get and set it (empty: read only).

        A property that only compiled code asked for is a method of its own name; the Python class tells it is none.
        """
        found = {name: (getter, setter) for name, getter, setter in target.properties}
        cls = self.class_of(target)
        for name in cls.methods:
            if isinstance(getattr(cls.python_class, name, None), property):
                setter = f"{name}__setter"
                found.setdefault(name, (name, setter if setter in cls.methods else ""))
        return found

    def attribute_forms(self, class_name: str) -> dict[str, Convert]:
        """What makes the attributes of a class what Python has there, for those that are something else in a program."""
        known = self._forms_of_attributes.get(class_name)
        if known is None:
            found = {name: converter(form) for name, form in self._forms_in(class_name).items()}
            known = self._forms_of_attributes[class_name] = {n: c for n, c in found.items() if c is not None}
        return known

    def _forms_in(self, class_name: str) -> dict[str, str]:
        return {name: form_text(a.type) for name, a in self.classes[class_name].attributes.items()}

    def _module(self, target: _engine.Object) -> Any:
        from portfire.modules.script_module import ScriptModule

        return ScriptModule.of(target, self)

    def _object(self, target: _engine.Object) -> Any:
        from portfire.modules.script_object import ScriptObject

        return ScriptObject(target, self)


class Factory:
    """Makes the Python object for an engine object of one class.

    A module becomes its view. An object of a class that was compiled from a Python class becomes a new instance of that
    class with the same attributes, as TorchScript has it; any other object becomes a view.
    """

    def __init__(self, views: Views, cls: ClassType) -> None:
        self.views = views
        self.cls = cls
        #: What the engine compares arguments' classes with.
        self.python_class = cls.python_class
        self._rebuilding = threading.local()

    def __call__(self, target: _engine.Object) -> Any:
        """The Python object that stands for an engine object."""
        python_class = self.python_class
        if self.cls.is_module or python_class is None:
            return self.views.of(target)
        return self._rebuild(target, python_class)

    def _rebuild(self, target: _engine.Object, python_class: type[Any]) -> Any:
        """Objects that refer to themselves are met again while they are being filled."""
        started: dict[int, Any] = self._rebuilding.__dict__.setdefault("started", {})
        if target.identity in started:
            return started[target.identity]
        make = python_class.__new__ if issubclass(python_class, BaseException) else object.__new__
        instance = started[target.identity] = make(python_class)
        try:
            forms = self.views.attribute_forms(target.class_name)
            for name in target.attribute_names():
                value = target.get(name)
                object.__setattr__(instance, name, forms[name](value) if name in forms else value)
        finally:
            del started[target.identity]
        return instance


def enum_class(name: str, members: Mapping[str, Any]) -> type:
    """The user's enum of that qualified name, if it is imported and still has the same members, else a new one."""
    found = _imported(name)
    if issubclass(found, enum.Enum) and enum_members(found)[1] == members:
        return found
    make: Any = enum.Enum
    made: type = make(name.rpartition(".")[2], dict(members))
    return made


def named_tuple_maker(name: str, fields: Sequence[str]) -> Any:
    """What makes tuples of the user's NamedTuple of that qualified name out of their fields, if it is imported and still has
    the same: the class itself, but for one whose `__new__` would do more."""
    if name in PYTHON_TUPLES:
        return PYTHON_TUPLES[name]
    cls: Any = _imported(name)
    if getattr(cls, "_fields", None) != tuple(fields):
        return None
    for base in cls.__mro__:
        if "_fields" in vars(base):
            break
        if "__new__" in vars(base):
            return lambda *items: tuple.__new__(cls, items)
    return cls


def exception_class(name: str) -> type[Exception] | None:
    """The user's exception of that qualified name, if it is imported."""
    found = _imported(name)
    return found if issubclass(found, Exception) else None


class ExceptionFactory:
    """Makes exceptions of a class of the user's out of the objects that a program raises."""

    def __init__(self, python_class: type[Exception]) -> None:
        #: What the engine makes exceptions without an object of.
        self.python_class = python_class

    def __call__(self, target: _engine.Object) -> Exception:
        """The exception that stands for an engine object. Its `__init__` does not run: the attributes are set."""
        made = self.python_class.__new__(self.python_class)
        for name in target.attribute_names():
            setattr(made, name, target.get(name))
        return made


def _imported(name: str) -> type:
    """The class of a qualified name, `object` if there is none. Nothing is imported: the name may come out of a file. Names
    of the program that was started have no module's name in them."""
    module_name, _, class_name = name.removeprefix("__torch__.").rpartition(".")
    found = getattr(sys.modules.get(module_name or "__main__"), class_name, None)
    return found if isinstance(found, type) else object
