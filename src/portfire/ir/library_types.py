"""Types of programs that stand for classes of Python's own: in a file they are the classes of `portfire.library`.

libtorch reads them as the plain NamedTuples and classes they are; in Python they are what they stand for.

Comes before: `types.py`. Comes after: `frontend/script`, `modules/views.py`.
"""

from __future__ import annotations

from typing import Any, Final

from portfire.ir.types import INT, OptionalType, TupleType

#: What stands before the names of all of them.
PACKAGE: Final = "__torch__.portfire.library"

#: `slice`.
SLICE: Final = TupleType((OptionalType(INT),) * 3, f"{PACKAGE}.Slice", ("start", "stop", "step"))

#: The Python class behind a NamedTuple of the library, by qualified name.
PYTHON_TUPLES: Final[dict[str, Any]] = {f"{PACKAGE}.Slice": slice}
