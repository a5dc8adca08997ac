"""`complex(...)`: of numbers, tensors, texts, and of complex parts.

Comes before: `python_library/complex_texts.py`. Comes after: `builtin_functions.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from portfire.frontend.script.builtins.python_library import complex_texts
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.values.constant_values import ConstantValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.types import COMPLEX, STR, TENSOR

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter


def make_complex(emitter: Emitter, args: Sequence[StaticValue], kwargs: dict[str, StaticValue]) -> StaticValue:
    """`complex()`, `complex(x)`, `complex(real, imag)`."""
    given = dict(zip(("real", "imag"), args, strict=False)) | kwargs
    if not given:
        return ConstantValue(0j)
    real, imag = given.get("real"), given.get("imag")
    if imag is None and real is not None:
        if static_type(real) == STR:
            return emitter.compiler.function_value(complex_texts.of_text).call(emitter, [real], {})
        number = emitter.builtin("aten::item", [real]) if static_type(real) == TENSOR else real
        return emitter.builtin("aten::Complex", [number], called="complex")
    parts = [real or ConstantValue(0.0), imag or ConstantValue(0.0)]
    makers = {
        (True, True): complex_texts.of_parts, (True, False): complex_texts.of_real, (False, True): complex_texts.of_imaginary,
    }  # fmt: skip
    make = makers.get((static_type(parts[0]) == COMPLEX, static_type(parts[1]) == COMPLEX))
    if make is not None:
        return emitter.compiler.function_value(make).call(emitter, parts, {})
    return emitter.builtin("aten::Complex", parts, called="complex")
