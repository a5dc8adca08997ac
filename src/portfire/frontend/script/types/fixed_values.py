"""Values that must be known while compiling, so that the code around them compiles: attributes of modules, loop variables.

    self.flash = hasattr(F, "scaled_dot_product_attention")      # __init__
    if not self.flash: ... self.bias ...                         # forward: self.bias is there only without flash
    for i in range(self.depth): ... self.layers[i] ...           # forward: layers that are called differently

A compilation begins with every attribute a variable of the program, which a host may set, and every `range` a loop of the
program. Where a statement fails, the numbers, strings and flags that it and the statements around it had read from modules are
noted, and the loops it stands in; the compilation is done once more with these attributes as constants, as if they were
declared `Final`, and these loops unrolled if their ranges are known. If nothing more can be learned so, one last round fixes all
that was read before the failures, and counts if it leaves none. Branches that constants decide are not compiled. What
a program assigns stays a variable, and so does `training`.

Comes before: nothing. Comes after: `entry.py` (compiles again), `statements.py`, `loops.py`, `module_values.py`,
`module_types.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from portfire.ir.source import SourceRange


class _Attribute(NamedTuple):
    cls: type
    name: str


class FixedValues:
    """What is fixed, over all rounds of one compilation."""

    def __init__(self) -> None:
        #: Whether this round has learned something that the next one can use.
        self.has_learned = False
        #: What the statements that are being compiled have read so far, outermost first.
        self._read: list[_Attribute | SourceRange] = []
        #: What was read in this round at all, and what of it before something failed.
        self._read_before: set[_Attribute | SourceRange] = set()
        self._suspected: set[_Attribute | SourceRange] = set()
        self._fixed: set[_Attribute | SourceRange] = set()
        self._assigned: set[_Attribute] = set()

    def begin_round(self) -> None:
        """Before a compilation."""
        self.has_learned = False
        self._read.clear()
        self._read_before.clear()
        self._suspected.clear()

    @contextmanager
    def statement(self) -> Iterator[None]:
        """Around the compilation of a statement: what it has read is forgotten after it."""
        mark = len(self._read)
        try:
            yield
        finally:
            self._read_before.update(self._read[mark:])
            del self._read[mark:]

    def note_read(self, cls: type, name: str) -> None:
        """A plain value was read from a module of class `cls`."""
        if name != "training":
            self._read.append(_Attribute(cls, name))

    def note_assigned(self, cls: type, name: str) -> None:
        """A program assigns the attribute: it is a variable."""
        attribute = _Attribute(cls, name)
        self._assigned.add(attribute)
        if attribute in self._fixed:
            self.has_learned = True

    def note_loop(self, place: SourceRange | None) -> None:
        """The statement is a loop over a known range."""
        if place is not None:
            self._read.append(place)

    def note_failure(self) -> None:
        """A statement failed: what it and the statements around it have read is fixed in the next round."""
        new = set(self._read) - self._fixed - self._assigned
        self._fixed |= new
        self.has_learned = self.has_learned or bool(new)
        self._suspected |= self._read_before

    def fix_suspects(self) -> bool:
        """After a round that failed and learned nothing: fix what was read anywhere before the failures. Whether that is new."""
        new = {a for a in self._suspected if isinstance(a, _Attribute)} - self._fixed - self._assigned
        self._fixed |= new
        return bool(new)

    def attributes_of(self, cls: type) -> list[str]:
        """The names of the attributes of a class that are constants."""
        return sorted(a.name for a in self._fixed - self._assigned if isinstance(a, _Attribute) and a.cls is cls)

    def is_unrolled(self, place: SourceRange | None) -> bool:
        """Whether a loop over a known range is unrolled."""
        return place in self._fixed
