"""`*args` and `**kwargs` of what is called from outside: a list and a dict, or nothing.

    def forward(self, x, *masks): ...               masks: List[Tensor]
    def forward(self, *sizes: int): ...             sizes: List[int]
    def forward(self, x, **more: Tensor): ...       more: Dict[str, Tensor]
    def forward(self, x, **kwargs): ...             kwargs is empty: no other names are taken

See `docs/decisions/variadic-entries.md`.

Comes before: `signatures.py`, `calls.py`. Comes after: `methods.py` (`as_declared`), `compiler.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

from portfire.frontend.script.functions.calls import Specialised
from portfire.frontend.script.types.signatures import Signature
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_dicts import StaticDict
from portfire.frontend.script.values.static_values import StaticValue
from portfire.ir.graph import Parameter, Value, Variadic
from portfire.ir.types import ANY, STR, TENSOR, DictType, ListType


def add_variadic(specialised: Specialised, signature: Signature) -> None:
    """Give the version that is called from outside the parameters that stand for `*args` and `**kwargs`."""
    positional = [p for p in specialised.parameters if not p.kwarg_only]
    named = specialised.parameters[len(positional) :]
    position = len(positional) - signature.has_self
    keywords = None if signature.kwarg_type in (None, ANY) else signature.kwarg_type
    if signature.vararg is not None:
        element = TENSOR if signature.vararg_type in (None, ANY) else signature.vararg_type
        assert element is not None
        positional.append(Parameter(signature.vararg, ListType(element), []))
    if signature.kwarg is not None and keywords is not None:
        named.append(Parameter(signature.kwarg, DictType(STR, keywords), {}, kwarg_only=True))
    specialised.parameters = [*positional, *named]
    specialised.locals = {p.name: _take for p in specialised.parameters}
    if signature.kwarg is not None and keywords is None:
        specialised.locals[signature.kwarg] = _no_keywords
    if signature.vararg is not None or keywords is not None:
        specialised.variadic = Variadic(position, signature.vararg, signature.kwarg if keywords is not None else None)


def _take(values: Iterator[Value]) -> StaticValue:
    return RuntimeValue(next(values))


def _no_keywords(values: Iterator[Value]) -> StaticValue:
    return StaticDict([])
