"""Fold batch normalisation with fixed statistics into the convolution or matrix product before it.

Before::

    graph(%x : Tensor, %w : Tensor, %g : Tensor, %b : Tensor, %mean : Tensor, %var : Tensor):
      ...
      %c : Tensor = aten::conv2d(%x, %w, %none, %stride, %padding, %dilation, %groups)
      %y : Tensor = aten::batch_norm(%c, %g, %b, %mean, %var, %no, %momentum, %eps, %no)

After::

      %scale = g / sqrt(var + eps), %v = w * scale (along the channels that come out), %d = b - mean * scale
      %y : Tensor = aten::conv2d(%x, %v, %d, %stride, %padding, %dilation, %groups)

where all but %x are constants. The new weight and bias are written as nodes; `fold_constants` computes them. Results agree
with the unfolded ones up to rounding only, which is why this is done on request.

Comes before: `ops/emit.py`. Comes after: `freeze_module.py`, which turns weights into constants.
"""

from __future__ import annotations

from portfire.ir.builder import Builder
from portfire.ir.graph import Block, Graph, Node, Value
from portfire.ir.types import INT, ListType
from portfire.ops.composition import UNKNOWN, constant_of
from portfire.ops.emit import emit_builtin

#: The dimension of the weight that runs over the channels that come out; None where groups split it.
_OUTPUT_DIMENSION = {
    "aten::conv1d": 0,
    "aten::conv2d": 0,
    "aten::conv3d": 0,
    "aten::conv_transpose1d": 1,
    "aten::conv_transpose2d": 1,
    "aten::conv_transpose3d": 1,
    "aten::linear": 0,
}

#: The position of `groups` among the inputs of transposed convolutions.
_GROUPS_OF_TRANSPOSED = 6


def fold_batch_norm(graph: Graph) -> bool:
    """Fold every batch normalisation that can be. Returns whether there was any."""
    return _block(graph.block, graph)


def _block(block: Block, graph: Graph) -> bool:
    changed = False
    for node in list(block.nodes):
        for nested in node.blocks:
            changed |= _block(nested, graph)
        product = _product_before(node)
        if product is not None:
            _fold(graph, product, node)
            changed = True
    return changed


def _product_before(node: Node) -> Node | None:
    """The convolution or linear node that is there only for `node`, a batch normalisation that can be folded into it."""
    if node.kind != "aten::batch_norm" or constant_of(node.inputs[5]) is not False:
        return None
    product = node.inputs[0].node
    if product is None or product.kind not in _OUTPUT_DIMENSION or not _only_needs(product.output, node):
        return None
    weight = constant_of(product.inputs[1])
    parameters = [weight, *(constant_of(v) for v in (product.inputs[2], *node.inputs[1:5]))]
    if any(p is UNKNOWN for p in parameters) or parameters[-1] is None or parameters[-2] is None:
        return None
    if not weight.is_floating_point() or any(p is not None and p.dtype != weight.dtype for p in parameters):
        return None
    if product.kind == "aten::linear":
        return product if _is_two_dimensional(product, node) else None
    if "transpose" in product.kind and constant_of(product.inputs[_GROUPS_OF_TRANSPOSED]) != 1:
        return None
    return product


#: What they ask for is the same before and after normalisation.
_ASKS_FOR_SHAPE = frozenset({"aten::dim", "aten::size", "prim::dtype", "prim::device"})


def _only_needs(value: Value, norm: Node) -> bool:
    return all(user is norm or (isinstance(user, Node) and user.kind in _ASKS_FOR_SHAPE) for user, _ in value.uses)


def _is_two_dimensional(linear: Node, norm: Node) -> bool:
    """After a linear layer, batch normalisation runs over dimension 1: the features only if there are two dimensions.

    The number of dimensions is not known here, so that it must follow from the statistics: never.
    """
    sizes = getattr(linear.inputs[0].type, "sizes", None)
    return sizes is not None and len(sizes) == 2


def _fold(graph: Graph, product: Node, norm: Node) -> None:
    builder = Builder(graph, before=product)
    builder.range, builder.scope = norm.range, norm.scope
    dimension = _OUTPUT_DIMENSION[product.kind]
    _, gamma, beta, mean, variance = norm.inputs[:5]
    epsilon = norm.inputs[7]
    deviation = _call(
        builder, "aten::sqrt", _call(builder, "aten::add", _here(builder, variance), _here(builder, epsilon))
    )
    scale = _call(builder, "aten::reciprocal", deviation)
    if constant_of(gamma) is not None:
        scale = _call(builder, "aten::mul", scale, _here(builder, gamma))
    weight, bias = product.inputs[1:3]
    rank = constant_of(weight).dim()
    shape = builder.constant([-1 if i == dimension else 1 for i in range(rank)], ListType(INT))
    product.set_input(
        1, _call(builder, "aten::mul", _here(builder, weight), _call(builder, "aten::reshape", scale, shape))
    )
    centre = _here(builder, mean)
    if constant_of(bias) is not None:
        centre = _call(builder, "aten::sub", centre, _here(builder, bias))
    shift = _call(builder, "aten::neg", _call(builder, "aten::mul", centre, scale))
    if constant_of(beta) is not None:
        shift = _call(builder, "aten::add", shift, _here(builder, beta))
    product.set_input(2, shift)
    norm.output.replace_all_uses_with(product.output)
    norm.destroy()


def _call(builder: Builder, name: str, *args: Value) -> Value:
    return emit_builtin(builder, name, args)


def _here(builder: Builder, constant: Value) -> Value:
    """A constant that may stand after the place of insertion, made anew."""
    return builder.constant(constant_of(constant))
