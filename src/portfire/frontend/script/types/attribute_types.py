"""Attributes whose first value does not tell their type: assignments anywhere in the program decide it.

    self.cache = None            # __init__
    self.cache = (x, n)          # forward: cache is Optional[Tuple[Tensor, int]]

A compilation begins with the types that the values of the attributes have. An assignment that does not fit is noted here, and
the compilation is done once more with a type that takes both; so is one of an attribute that no `__init__` gives a value,
which becomes an attribute that may be missing, and `del self.x`. Objects without methods are settings, whose attributes are
constants, until something is seen to change them. What is kept from one compilation to the next names no type
object of it: classes are those of Python.

Comes before: `inference.py`. Comes after: `entry.py` (compiles again), `module_types.py`, `object_attributes.py`.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TYPE_CHECKING

from portfire.frontend.script.types.inference import is_pending, joined, resolved
from portfire.ir import types as ir
from portfire.ir.subtyping import is_subtype, optional_of

if TYPE_CHECKING:
    from portfire.frontend.script.compiler import Compiler

#: A Python class, or one and what tells the versions of a generic class apart; and the name of the attribute.
Owner = type | tuple[type, Hashable]
_Key = tuple[Owner, str]

#: Compilations in which types may still grow.
MAX_ROUNDS = 12


class _PythonType(ir.Type):
    """Stands for the type of a Python class between two compilations. `fields`: what a named tuple holds."""

    __slots__ = ("cls", "fields")

    def __init__(self, cls: type, fields: tuple[ir.Type, ...] = ()) -> None:
        self.cls = cls
        self.fields = fields

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _PythonType) and (other.cls, other.fields) == (self.cls, self.fields)

    def __hash__(self) -> int:
        return hash((self.cls, self.fields))

    def __str__(self) -> str:
        return self.cls.__name__


class AttributeTypes:
    """What is known of the attributes of classes, by Python class and name, over all rounds of one compilation."""

    def __init__(self) -> None:
        #: Whether this round has learned something that the next one can use.
        self.has_learned = False
        self._types: dict[_Key, ir.Type] = {}
        self._guessed: set[_Key] = set()
        self._missing: set[_Key] = set()
        self._open: list[tuple[_Key, ir.Attribute]] = []
        self._state: set[type] = set()
        self._suspected: set[type] = set()

    def begin_round(self) -> None:
        """Before a compilation."""
        self.has_learned = False
        self._open.clear()
        self._suspected.clear()

    def end_round(self, compiler: Compiler) -> None:
        """After a compilation: what empty lists and dicts turned out to hold is known from the start of the next."""
        for (cls, name), attribute in self._open:
            if not is_pending(attribute.type) and (cls, name) not in self._types:
                self.note(compiler, cls, name, attribute.type)

    def note_open(self, cls: Owner, attribute: ir.Attribute) -> None:
        """An attribute was added whose type a use will decide."""
        self._open.append(((cls, attribute.name), attribute))

    def note(self, compiler: Compiler, cls: Owner, name: str, stored: ir.Type, *, is_guess: bool = False) -> bool:
        """A value of type `stored` was given to the attribute. Returns whether that is new. A guess (of a dict, the keys of
        which are known, but not yet the values) holds until something better is known."""
        found = _portable(compiler, resolved(stored))
        if found is None or is_pending(found):
            return False
        known = self._types.get((cls, name))
        is_better = known is None or (cls, name) in self._guessed
        wider = found if is_better or known is None else _joined(known, found)
        if known is not None and wider == known:
            return False
        self._types[cls, name] = wider
        self._guessed.discard((cls, name))
        if is_guess:
            self._guessed.add((cls, name))
        self.has_learned = True
        return True

    def note_missing(self, cls: Owner, name: str) -> None:
        """The attribute is not always there: it is set after `__init__`, or deleted."""
        if (cls, name) not in self._missing:
            self._missing.add((cls, name))
            self.has_learned = True

    def note_state(self, classes: Iterable[type]) -> None:
        """The program sets attributes of objects that looked like settings: they are state."""
        before = len(self._state)
        self._state.update(classes)
        self.has_learned |= len(self._state) > before

    def suspect_state(self, classes: Iterable[type]) -> None:
        """A list or dict was read from objects that looked like settings: the program may want to change it."""
        self._suspected.update(classes)

    def guess_state(self) -> bool:
        """Take all suspects for state. Returns whether there are any."""
        before = len(self._state)
        self._state |= self._suspected
        return len(self._state) > before

    def is_state(self, cls: type) -> bool:
        """Whether objects of a class without methods have been seen to be changed."""
        return cls in self._state

    def stored(self, compiler: Compiler, cls: Owner, name: str) -> ir.Type | None:
        """The type of what assignments give to the attribute, beside its first value; None if that is all there is."""
        known = self._types.get((cls, name))
        return None if known is None else _usable(compiler, known)

    def may_be_missing(self, cls: Owner, name: str) -> bool:
        """Whether the attribute is not always there."""
        return (cls, name) in self._missing

    def set_later(self, cls: Owner) -> list[str]:
        """The attributes of a class that assignments have been seen to make."""
        return [n for c, n in self._missing if c is cls]

    def widened(self, compiler: Compiler, cls: Owner, name: str, first: ir.Type) -> ir.Type:
        """The type of an attribute whose first value is a `first`."""
        stored = self.stored(compiler, cls, name)
        if stored is None:
            return first
        return optional_of(stored) if first == ir.NONE else _joined(first, stored)


def _joined(a: ir.Type, b: ir.Type) -> ir.Type:
    """What takes both; one list or dict that takes the items of both."""
    a, b = resolved(a), resolved(b)
    if isinstance(a, ir.ListType) and isinstance(b, ir.ListType):
        return ir.ListType(_joined(a.element, b.element), form=a.form if a.form == b.form else None)
    if isinstance(a, ir.DictType) and isinstance(b, ir.DictType):
        form = a.form if a.form == b.form else None
        key = b.key if a.key == ir.STR else _joined(a.key, b.key)  # what is taken for the keys of an empty dict
        return ir.DictType(key, _joined(a.value, b.value), form=form)
    return joined(a, b)


def takes(attribute: ir.Type, stored: ir.Type) -> bool:
    """Whether an undeclared attribute can hold a value: as it is, so that nobody sees another value than in Python."""
    attribute, stored = resolved(attribute), resolved(stored)
    return is_pending(attribute) or is_pending(stored) or is_subtype(stored, attribute)


def _portable(compiler: Compiler, type_: ir.Type) -> ir.Type | None:
    """`type_` without the classes of this compilation; None where it has one that Python does not know."""
    if isinstance(type_, ir.ClassType):
        return None if type_.is_module or type_.python_class is None else _PythonType(type_.python_class)
    if isinstance(type_, ir.EnumType):
        return None if type_.python_class is None else _PythonType(type_.python_class)
    if isinstance(type_, ir.TupleType) and type_.name is not None:
        named = compiler.python_tuples.get(type_.name)
        fields = [_portable(compiler, t) for t in type_.elements]
        known = tuple(f for f in fields if f is not None)
        return None if named is None or len(known) != len(fields) else _PythonType(named, known)
    if isinstance(type_, (ir.InterfaceType, ir.FunctionType)):
        return None
    if isinstance(type_, ir.TensorType):
        return ir.TENSOR
    parts = [_portable(compiler, t) for t in type_.contained()]
    kept = tuple(p for p in parts if p is not None)
    if len(kept) != len(parts):
        return None
    return type_.with_contained(kept) if kept else type_


def _usable(compiler: Compiler, type_: ir.Type) -> ir.Type:
    if isinstance(type_, _PythonType) and type_.fields:
        return compiler.classes.named_tuple_of(type_.cls, tuple(_usable(compiler, f) for f in type_.fields))
    if isinstance(type_, _PythonType):
        return compiler.classes.type_of(type_.cls)
    parts = type_.contained()
    return type_.with_contained(tuple(_usable(compiler, p) for p in parts)) if parts else type_
