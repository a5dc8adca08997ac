"""The engine's op table is TorchScript's, word for word, so that archives are interchangeable; what it leaves out is named here."""

from __future__ import annotations

import re

import torch

from portfire import _engine

#: What torch.jit's executor writes into graphs of its own, distributed computing, and its Python interpreter: never in a file.
LEFT_OUT = re.compile(
    r"prim::(rpc_|PythonOp|IgnoredPythonOp|BailOut|BailoutTemplate|Guard|FallbackGraph|TypeCheck|RequiresGradCheck|ChunkSizes"
    r"|ConstantChunk|FusionGroup|FusedConcat|profile|MMTreeReduce|MMBatchSide|DifferentiableGraph|StaticSubgraph"
    r"|StaticRuntimeCopyOuts|TensorExpr|oneDNN|mkldnn_|MKLDNN|BroadcastMKLDNN|ConstantMKLDNN|VarStack|VarConcat"
    r"|BroadcastSizes|ReductionSizes|TimePoint|AddStatValue|awaitable_|ModuleContainerIndex)"
    r"|onnx::|profiler::|static_runtime::|_test::"
    r"|aten::(dist_backward|to_here|local_value|is_owner|owner|owner_name|confirmed_by_owner)\("
)


#: What portfire's language has and TorchScript's has not: only the engine runs it (`archive/engine_only.py`). And torch's
#: arithmetic beside Python's (`passes/keep_torchscript_arithmetic.py`).
OWN = re.compile(
    r"torchscript::|portfire::(cbrt|exp2|imag|log2|real|warn)\(|prim::(Exception(Arguments|Repr|Text)|PrintText|(enter|leave)_autocast)\("
    r"|aten::\w+\.(tKey|Dict_tKey|default_tKey|Dict_default_tKey)\("
)


def full_name(schema: str) -> str:
    return schema[: schema.index("(")]


def torch_schemas() -> dict[str, str]:
    return {full_name(text): text for text in map(str, torch._C._jit_get_all_schemas())}


def test_every_schema_is_torchs() -> None:
    theirs = torch_schemas()
    for schema in _engine.engine_schemas():
        assert theirs.get(full_name(schema)) == (None if OWN.match(schema) else schema)


def test_no_schema_twice() -> None:
    names = [full_name(schema) for schema in _engine.engine_schemas()]
    assert len(names) == len(set(names))


def test_nothing_is_missing() -> None:
    """Every op of torch.jit is the engine's, a kernel library's by declaration, or the dispatcher's."""
    dispatcher = set(torch._C._dispatch_get_all_op_names())
    engine = {full_name(schema) for schema in _engine.engine_schemas()}
    missing = sorted(set(torch_schemas()) - engine - dispatcher)
    assert [name for name in missing if not LEFT_OUT.match(name + "(")] == []
