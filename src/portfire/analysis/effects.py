"""What a node does besides giving its results: prints, raises, draws random numbers, writes.

Everything not known to be harmless is an effect. Writes to memory are told apart from other effects, because whether a
write matters depends on who else sees the memory (`aliasing.py`).

Comes before: `ops/table.py`. Comes after: `passes/`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from portfire.ir.graph import Node, Value
from portfire.ir.types import (
    AnyType,
    DictType,
    FutureType,
    ListType,
    OptionalType,
    TensorType,
    TupleType,
    Type,
    VarType,
)
from portfire.ops.python_names import PYTHON_CALLS
from portfire.ops.schema import FunctionSchema, writes
from portfire.ops.table import schema_of

#: Kinds without a schema that only compute their outputs.
_PURE_KINDS = frozenset(
    f"prim::{name}"
    for name in (
        *("Constant", "GetAttr", "TupleConstruct", "TupleUnpack", "TupleIndex", "TupleSlice", "ListConstruct"),
        *("ListUnpack", "DictConstruct", "isinstance", "unchecked_cast", "Uninitialized", "CreateObject"),
        *("EmptyListLiteral",),
    )
)

#: Kinds whose effects are those of the nodes in their blocks.
_STRUCTURED = frozenset({"prim::If", "prim::Loop"})

#: Operators of torch that do what their schema does not say.
_EFFECTFUL = frozenset(
    {
        *("prim::Print", "prim::RaiseException", "prim::Reraise", "prim::EndTry", "prim::SetAttr", "prim::Guard"),
        *("prim::fork", "aten::wait", "prim::PrintText", "prim::enter_autocast", "prim::leave_autocast"),
        *("aten::warn", "portfire::warn", "aten::save", "aten::manual_seed", "aten::seed", "aten::set_grad_enabled"),
        *("aten::backward", "aten::_backward", "aten::Generator"),
        *("aten::grad", "aten::_assert_async", "aten::_assert_scalar", "aten::sym_constrain_range"),
        *("aten::_assert_tensor_metadata", "prim::TimePoint", "prim::AddStatValue"),
    }
)

#: Operators on numbers, strings and containers that raise for some arguments: Python programs rely on that.
_RAISING = frozenset(
    {
        *("aten::__getitem__", "aten::index.list_int", "aten::index.list_str", "aten::index.list_float"),
        *("aten::index.list_bool", "aten::index.list_Tensor", "aten::index.str", "aten::Int.str", "aten::Float.str"),
        *("aten::ord", "aten::chr", "aten::_unwrap_optional", "prim::ListUnpack", "aten::item", "aten::factorial"),
    }
)

_INERT_KINDS = _PURE_KINDS - _RAISING

_DIVISIONS = frozenset({"aten::div", "aten::floordiv", "aten::remainder", "aten::fmod", "aten::divmod", "aten::pow"})

#: Operators that draw random numbers without taking a generator; the index is that of the argument without which they
#: do not: a `train` flag, or a dropout probability.
_RANDOM: dict[str, str | None] = {
    "aten::dropout": "train",
    "aten::dropout_": "train",
    "aten::alpha_dropout": "train",
    "aten::alpha_dropout_": "train",
    "aten::feature_dropout": "train",
    "aten::feature_dropout_": "train",
    "aten::feature_alpha_dropout": "train",
    "aten::feature_alpha_dropout_": "train",
    "aten::native_dropout": "train",
    "aten::rrelu": "training",
    "aten::rrelu_": "training",
    "aten::lstm": "train",
    "aten::gru": "train",
    "aten::rnn_tanh": "train",
    "aten::rnn_relu": "train",
    "aten::scaled_dot_product_attention": "dropout_p",
    "aten::_scaled_dot_product_flash_attention": "dropout_p",
    "aten::_scaled_dot_product_flash_attention_for_cpu": "dropout_p",
    "aten::_scaled_dot_product_efficient_attention": "dropout_p",
    "aten::_scaled_dot_product_attention_math": "dropout_p",
    "aten::miopen_rnn": None,
    "aten::_cudnn_rnn": None,
    "aten::_cudnn_init_dropout_state": None,
    "aten::bernoulli": None,
    "aten::rand": None,
    "aten::randn": None,
    "aten::randint": None,
    "aten::randperm": None,
    "aten::rand_like": None,
    "aten::randn_like": None,
    "aten::randint_like": None,
    "aten::normal": None,
    "aten::_fill_mem_eff_dropout_mask_": None,
    **dict.fromkeys(
        (
            *("aten::_cudnn_attention_forward", "aten::_cudnn_attention_backward", "aten::_lstm_mps"),
            *("aten::_efficient_attention_forward", "aten::_flash_attention_forward", "aten::_fused_sdp_choice"),
            *("aten::_flash_attention_forward_no_dropout_inplace", "aten::_nested_tensor_softmax_with_shape"),
            *("aten::_scaled_dot_product_attention_math_for_mps", "aten::_scaled_dot_product_cudnn_attention"),
            *("aten::_scaled_dot_product_cudnn_attention_backward", "aten::_triton_scaled_dot_attention"),
            *("aten::_scaled_dot_product_fused_attention_overrideable",),
            *("aten::_scaled_dot_product_efficient_attention_backward",),
        )
    ),
}

#: Normalisations that update running statistics when the flag holds, which their schemas do not say.
_UPDATES_STATISTICS = {"aten::batch_norm": "training", "aten::instance_norm": "use_input_stats"}
_STATISTICS = ("running_mean", "running_var")


class OperatorFacts:
    """What the schema of an operator says of all its calls; made once per overload."""

    __slots__ = (
        *(
            "flag",
            "has_aliases",
            "is_effectful",
            "is_random",
            "may_raise",
            "schema",
            "statistics_flag",
            "takes_tensors",
        ),
        *("is_inert", "makes_memory", "written"),
    )

    def __init__(self, schema: FunctionSchema) -> None:
        self.schema = schema
        #: The arguments that are written: index, and whether it is their elements.
        self.written = tuple(
            (i, not a.alias.is_write) for i, a in enumerate(schema.arguments) if a.alias and writes(a.alias)
        )
        self.has_aliases = any(a.alias is not None for a in (*schema.arguments, *schema.returns))
        #: Whether all arguments are such as ATen's own schemas have, where lists of tensors are fully annotated.
        self.takes_tensors = all(_of_tensors(a.type) for a in schema.arguments)
        #: Whether what it returns is new, or has no memory, and it keeps and writes nothing of what it is given.
        self.makes_memory = (
            self.takes_tensors and not self.has_aliases and not schema.is_vararg and not schema.is_varret
            and schema.name not in _UPDATES_STATISTICS
        )  # fmt: skip
        self.may_raise = schema.name in _RAISING or schema.full_name in _RAISING
        self.statistics_flag = _UPDATES_STATISTICS.get(schema.name)
        self.is_random = schema.name in _RANDOM or schema.argument_index("generator") is not None
        #: The argument that says whether the operator draws random numbers at all.
        self.flag = _RANDOM.get(schema.name)
        if self.flag is not None and schema.argument_index(self.flag) is None:
            self.flag = None
        # An operator without results is there for what it does: if not for a write, then for something unsaid.
        is_silent = not schema.returns and not schema.is_varret and not self.written and self.statistics_flag is None
        self.is_effectful = schema.name in _EFFECTFUL or is_silent or schema.name.startswith(_PYTHON)
        #: Whether every call only computes its results.
        self.is_inert = not (
            self.is_effectful or self.is_random or self.may_raise or self.written or self.statistics_flag
        )


def _of_tensors(type_: Type) -> bool:
    if isinstance(type_, (OptionalType, ListType)):
        return _of_tensors(type_.contained()[0])
    return not isinstance(type_, (VarType, AnyType, DictType, TupleType, FutureType))


_facts: dict[tuple[str, str], OperatorFacts] = {}


def facts_of(node: Node) -> OperatorFacts | None:
    """What is known of the operator that the node calls; None where its kind has no schema."""
    overload = node.overload
    if overload is not None:
        known = _facts.get((node.kind, overload))
        if known is not None:
            return known
    schema = schema_of(node)
    if schema is None:
        return None
    key = (schema.name, schema.overload)
    known = _facts.get(key)
    if known is None:
        known = _facts[key] = OperatorFacts(schema)
    return known


def constant_argument(node: Node, schema: FunctionSchema, name: str) -> Any:
    """The constant passed for an argument; None if it is not constant or there is no such argument."""
    index = schema.argument_index(name)
    if index is None or index >= len(node.inputs):
        return None
    origin = node.inputs[index].node
    return origin.attributes.get("value") if origin is not None and origin.kind == "prim::Constant" else None


def is_nondeterministic(node: Node) -> bool:
    """Whether the node draws random numbers: two runs differ, and each run moves the generator on."""
    facts = facts_of(node)
    if facts is None or not facts.is_random:
        return False
    if facts.flag is None:
        return True
    value = constant_argument(node, facts.schema, facts.flag)
    return not (value is False or (facts.flag == "dropout_p" and value == 0))


class Write(NamedTuple):
    """A write to the memory of a value; to that of its elements if `to_contents`."""

    value: Value
    to_contents: bool


def writes_of(node: Node) -> Sequence[Write]:
    """The writes to memory that a node does, as far as its schema, or what is known of it, says."""
    if node.kind == "prim::SetAttr":
        return [Write(node.inputs[0], False)]
    facts = facts_of(node)
    if facts is None or not (facts.written or facts.statistics_flag):
        return ()
    inputs = node.inputs
    found = [Write(inputs[index], to_contents) for index, to_contents in facts.written if index < len(inputs)]
    flag = facts.statistics_flag
    if flag is not None and constant_argument(node, facts.schema, flag) is not False:
        indices = (facts.schema.argument_index(name) for name in _STATISTICS)
        found += [Write(inputs[i], False) for i in indices if i is not None]
    return found


def calls_python(node: Node) -> bool:
    """Whether the node, or one in its blocks, calls a function of Python's: that may do anything, also set attributes."""
    return node.kind.startswith(_PYTHON) or any(calls_python(n) for block in node.blocks for n in block.nodes)


_PYTHON = f"{PYTHON_CALLS}::"


def has_side_effects(node: Node) -> bool:
    """Whether running the node does something that a later node, or the world, could see, other than writing memory."""
    if node.kind in _STRUCTURED:
        return any(has_side_effects(n) for block in node.blocks for n in block.nodes)
    if node.kind in _PURE_KINDS:
        return False
    if node.kind in _EFFECTFUL:
        return True
    facts = facts_of(node)
    return facts is None or facts.is_effectful or (facts.is_random and is_nondeterministic(node))


def is_inert(node: Node) -> bool:
    """Whether it is plain that the node only computes its results: has no side effects, writes nothing, and nobody relies
    on it to raise. A quick answer: where it is no, the others tell more."""
    if node.kind in _INERT_KINDS:
        return True
    if node.blocks or node.kind in _DIVISIONS:
        return False
    facts = facts_of(node)
    return facts is not None and facts.is_inert


def may_raise(node: Node) -> bool:
    """Whether the node is one that programs rely on to raise: `d["missing"]`, `int("x")`, division by zero.

    Tensor operators are not: their misuse is an error of the program, and an unused one may go.
    """
    if node.kind in _RAISING:
        return True
    if node.kind in _DIVISIONS:
        return all(not isinstance(v.type, TensorType) for v in node.inputs) and not _has_constant_divisor(node)
    facts = facts_of(node)
    return facts is not None and facts.may_raise


def _has_constant_divisor(node: Node) -> bool:
    divisor = node.inputs[1].node if len(node.inputs) > 1 else None
    return divisor is not None and divisor.kind == "prim::Constant" and divisor.attributes.get("value") not in (0, None)


#: What depends on a state of the process that other nodes, or the host, may change.
_READS_ENVIRONMENT = frozenset(
    {
        *("aten::is_grad_enabled", "aten::is_autocast_enabled", "aten::is_autocast_cpu_enabled"),
        *("aten::get_autocast_dtype", "aten::_get_cpu_capability", "aten::_get_tracing_state", "aten::initial_seed"),
        *("prim::TimePoint", "aten::cudnn_is_acceptable", "aten::has_torch_function", "aten::from_file"),
        *("prim::grad", "aten::is_leaf", "prim::requires_grad", "aten::retains_grad", "aten::_version", "prim::id"),
    }
)


def reads_environment(node: Node) -> bool:
    """Whether the outputs depend on more than the inputs: grad mode, autocast, the machine."""
    return node.kind in _READS_ENVIRONMENT


def is_pure(node: Node) -> bool:
    """Whether the node's outputs depend on its inputs alone, and nothing else happens."""
    return is_inert(node) or (not node.blocks and not has_side_effects(node) and not writes_of(node))
