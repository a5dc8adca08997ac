"""Calls that no single overload serves: which composition of operators stands for them.

Names in the namespace `portfire` are such compositions and nothing else: they are what a Python function means where the
operator of the same name means something else, and they never stand in a graph.

Comes before: `number_composites.py`, `function_composites.py`. Comes after: `emit.py`, which asks here first.
"""

from __future__ import annotations

from collections.abc import Sequence

from portfire.ir.graph import Value
from portfire.ir.types import NONE
from portfire.ops import function_composites, number_composites
from portfire.ops.composition import Composite, Recipe


def is_composite(name: str) -> bool:
    """Whether `name` is known only here, and not an operator of the table."""
    return name in _RECIPES


def composite_of(name: str, args: Sequence[Value], kwargs: dict[str, Value]) -> Composite | None:
    """The composition of a call; `args` has the receiver of a method call in front."""
    if "out" in kwargs and kwargs["out"].type == NONE:
        return _without(name, args, kwargs, "out")
    if "requires_grad" in kwargs and name in _FACTORIES:
        return lambda call: call(
            "aten::requires_grad_", _without(name, args, kwargs, "requires_grad")(call), kwargs["requires_grad"]
        )
    with_bool = number_composites.bool_operand(name, args, kwargs)
    if with_bool is not None:
        return with_bool
    recipe = _RECIPES.get(name)
    return recipe(args, kwargs) if recipe is not None else None


def _without(name: str, args: Sequence[Value], kwargs: dict[str, Value], dropped: str) -> Composite:
    return lambda call: call(name, *args, **{n: v for n, v in kwargs.items() if n != dropped})


#: Factories whose `requires_grad=` is an argument of the Python binding, not of the operator.
_FACTORIES = frozenset(
    f"aten::{name}{like}"
    for name in (
        "zeros", "ones", "empty", "full", "rand", "randn", "randint", "eye", "arange", "linspace", "logspace",
        "randperm", "empty_strided", "new_zeros", "new_ones", "new_empty", "new_full", "scalar_tensor", "empty_permuted",
        "new_empty_strided", "tril_indices", "triu_indices", "bartlett_window", "blackman_window", "hamming_window",
        "hann_window", "kaiser_window", "range", "fft_fftfreq", "fft_rfftfreq",
    )
    for like in ("", "_like")
)  # fmt: skip

_RECIPES: dict[str, Recipe] = {**number_composites.RECIPES, **function_composites.RECIPES}
