"""Graph to graph, one pass per file. Their order is `pipeline.py`'s."""

from portfire.passes.eliminate_common_subexpressions import eliminate_common_subexpressions
from portfire.passes.eliminate_dead_code import eliminate_dead_code
from portfire.passes.fold_batch_norm import fold_batch_norm
from portfire.passes.fold_constants import Evaluate, fold_constants
from portfire.passes.freeze_module import freeze_module
from portfire.passes.inline_calls import inline_calls
from portfire.passes.normalize_operators import normalize_operators
from portfire.passes.remove_dropout import remove_dropout
from portfire.passes.simplify import simplify

__all__ = [
    "Evaluate",
    "eliminate_common_subexpressions",
    "eliminate_dead_code",
    "fold_batch_norm",
    "fold_constants",
    "freeze_module",
    "inline_calls",
    "normalize_operators",
    "remove_dropout",
    "simplify",
]
