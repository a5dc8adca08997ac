"""What of Python and torch can be compiled: one table, which `docs/language.md` shows and the tests run.

A row that is wrong fails `tests/diagnostics/test_language.py`: a construct that has become supported must be said to be.

Comes before: `codes.py`. Comes after: `tools/language_table.py`.
"""

from __future__ import annotations

from typing import Final

from portfire.diagnostics.language import (
    attributes,
    class_features,
    classes,
    containers,
    data_classes,
    functions,
    generators,
    module_access,
    modules,
    operators,
    patterns,
    returns,
    statements,
    types,
    values,
)
from portfire.diagnostics.language.construct import PRELUDE, Construct

SECTIONS: Final[dict[str, tuple[Construct, ...]]] = {
    "Types": types.CONSTRUCTS,
    "Classes": classes.CONSTRUCTS,
    "Dataclasses, enums, named tuples": data_classes.CONSTRUCTS,
    "More on classes": class_features.CONSTRUCTS,
    "Modules": modules.CONSTRUCTS,
    "Reaching modules": module_access.CONSTRUCTS,
    "Attributes of modules": attributes.CONSTRUCTS,
    "Functions": functions.CONSTRUCTS,
    "Generators": generators.CONSTRUCTS,
    "Statements": statements.CONSTRUCTS,
    "match": patterns.CONSTRUCTS,
    "Values": values.CONSTRUCTS,
    "More on lists and dicts": containers.CONSTRUCTS,
    "Return types that vary": returns.CONSTRUCTS,
    "torch": operators.CONSTRUCTS,
}

__all__ = ["PRELUDE", "SECTIONS", "Construct"]
