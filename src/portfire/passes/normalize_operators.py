"""Call operators that have several names by one of them.

Before::

    graph(%x : Tensor, %y : Tensor):
      %a : Tensor = aten::absolute(%x)
      %b : Tensor = aten::less(%a, %y)
      return (%b)

After::

    graph(%x : Tensor, %y : Tensor):
      %a : Tensor = aten::abs(%x)
      %b : Tensor = aten::lt(%a, %y)
      return (%b)

ATen keeps synonyms for NumPy's and SciPy's sake. Passes and kernels need to know one.

Comes before: `ops/table.py`. Comes after: `pipeline.py`, which starts with it.
"""

from __future__ import annotations

from functools import cache

from portfire.ir.graph import Graph, Node
from portfire.ops.schema import FunctionSchema
from portfire.ops.table import op_table, schema_of

_SYNONYMS: dict[str, str] = {
    **{
        f"{synonym}{suffix}": f"{name}{suffix}"
        for synonym, name in (
            ("absolute", "abs"),
            ("arccos", "acos"),
            ("arccosh", "acosh"),
            ("arcsin", "asin"),
            ("arcsinh", "asinh"),
            ("arctan", "atan"),
            ("arctan2", "atan2"),
            ("arctanh", "atanh"),
            ("clip", "clamp"),
            ("divide", "div"),
            ("true_divide", "div"),
            ("fix", "trunc"),
            ("greater", "gt"),
            ("greater_equal", "ge"),
            ("less", "lt"),
            ("less_equal", "le"),
            ("multiply", "mul"),
            ("negative", "neg"),
            ("not_equal", "ne"),
            ("subtract", "sub"),
            ("moveaxis", "movedim"),
            ("swapaxes", "transpose"),
            ("swapdims", "transpose"),
        )
        for suffix in ("", "_")
    },
    "adjoint": "mH",
    "concat": "cat",
    "concatenate": "cat",
    "det": "linalg_det",
    "ger": "outer",
    "inverse": "linalg_inv",
    "matrix_exp": "linalg_matrix_exp",
    "matrix_power": "linalg_matrix_power",
    "orgqr": "linalg_householder_product",
    "row_stack": "vstack",
    "special_digamma": "digamma",
    "special_erf": "erf",
    "special_erfc": "erfc",
    "special_erfinv": "erfinv",
    "special_exp2": "exp2",
    "special_expit": "sigmoid",
    "special_expm1": "expm1",
    "special_gammainc": "igamma",
    "special_gammaincc": "igammac",
    "special_gammaln": "lgamma",
    "special_i0": "i0",
    "special_log1p": "log1p",
    "special_log_softmax": "log_softmax",
    "special_logit": "logit",
    "special_logsumexp": "logsumexp",
    "special_polygamma": "polygamma",
    "special_psi": "digamma",
    "special_round": "round",
    "special_sinc": "sinc",
    "special_softmax": "softmax",
    "special_xlogy": "xlogy",
}


def normalize_operators(graph: Graph) -> bool:
    """Rename synonyms. Returns whether there were any."""
    changed = False
    for node in graph.walk():
        changed |= _normalize(node)
    return changed


def _normalize(node: Node) -> bool:
    name = _SYNONYMS.get(node.kind.removeprefix("aten::"))
    if name is None:
        return False
    schema = schema_of(node)
    same = _same_under(schema, f"aten::{name}") if schema is not None else None
    if same is None:
        return False
    node.kind, node.overload = same.name, same.overload
    return True


@cache
def _same_under(schema: FunctionSchema, name: str) -> FunctionSchema | None:
    """The overload of `name` that takes and gives the same as `schema`."""
    for candidate in op_table().overloads(name):
        if [a.type for a in candidate.arguments] == [a.type for a in schema.arguments] and [
            a.kwarg_only for a in candidate.arguments
        ] == [a.kwarg_only for a in schema.arguments]:
            return candidate
    return None
