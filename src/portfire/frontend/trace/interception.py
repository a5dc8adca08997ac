"""How a run is watched: operators through torch's dispatcher, metadata and conversions through a torch function mode.

Operators are caught at a dispatch key above autograd and autocast, by a fallback written in Python, so that one call of
`F.linear` is one `aten::linear`. While the operator itself runs, the key is masked: what it calls inside is not recorded.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial
from types import FunctionType
from typing import Any

import torch
from torch.overrides import TorchFunctionMode

from portfire.errors import TraceError
from portfire.frontend.trace.data_reads import DATA_READS, METADATA, data_of, plain
from portfire.frontend.trace.dispatch_key import KEY_NAME, key, unwatched
from portfire.frontend.trace.gradients import note_autograd_function, refuse_gradients
from portfire.frontend.trace.host_data import COPIES_OF_DATA, tensor_of_data
from portfire.frontend.trace.integer_arguments import (
    overload_for_numbers,
    takes_plain_integers,
    with_integers,
    with_numbers,
)
from portfire.frontend.trace.metadata_sources import MetadataSources
from portfire.frontend.trace.ranks import tensors_in
from portfire.frontend.trace.reading_code import use_in_user_code
from portfire.frontend.trace.recording import Recording, concrete, is_number
from portfire.ir.graph import MISSING, Value
from portfire.ir.types import BOOL, FLOAT, INT, NUMBER, TENSOR, ListType, OptionalType, Type
from portfire.ops.schema import FunctionSchema
from portfire.ops.table import op_table

_active = threading.local()
_library: torch.library.Library | None = None

#: Operators that return as many tensors as the sizes of their input say.
_COUNT_FROM_SIZES = frozenset(
    "aten::" + n
    for n in (
        "unbind", "split", "chunk", "tensor_split", "split_with_sizes", "hsplit", "vsplit", "dsplit", "unsafe_split",
        "unsafe_chunk", "nonzero_numpy",
    )
)  # fmt: skip

_RANDOM = frozenset(
    "aten::" + n
    for n in (
        "rand", "randn", "randint", "randperm", "rand_like", "randn_like", "randint_like", "normal", "bernoulli",
        "bernoulli_", "multinomial", "normal_", "uniform_", "random_", "exponential_", "poisson", "rrelu",
    )
)  # fmt: skip
_RANDOM_IN_TRAINING = frozenset(
    "aten::" + n for n in ("dropout", "dropout_", "feature_dropout", "alpha_dropout", "feature_alpha_dropout")
)


def active_recording() -> Recording | None:
    """The recording of the trace that runs in this thread."""
    return getattr(_active, "recording", None)


@contextmanager
def watching(recording: Recording) -> Iterator[None]:
    """Record everything this thread does with tensors."""
    if active_recording() is not None:
        raise TraceError("a trace cannot be started while another one runs")
    _install()
    _active.recording = recording
    try:
        with FunctionWatch(recording), torch._C._IncludeDispatchKeyGuard(key()):
            yield
    finally:
        _active.recording = None


def _install() -> None:
    global _library
    if _library is None:
        _library = torch.library.Library("_", "IMPL")  # type: ignore[no-untyped-call]
        _library.fallback(_record, KEY_NAME)  # type: ignore[no-untyped-call]


def _record(op: Any, *args: Any, **kwargs: Any) -> Any:
    """The fallback: run the operator as it is, and record it."""
    with unwatched():
        recording = active_recording()
        if recording is None:
            return op(*args, **kwargs)
        result = op(*concrete(args), **concrete(kwargs))
        record_operator(recording, op, args, kwargs, result)
        return result


def record_operator(recording: Recording, op: Any, args: Sequence[Any], kwargs: dict[str, Any], result: Any) -> None:
    """Emit the node for a call that gave `result`."""
    name = op._schema.name
    schema = op_table().find(name, op._schema.overload_name)
    if schema is None:
        raise TraceError(f"{recording.call_sites.current()}: operator {op} is not in the table of operators")
    if name == "aten::empty" and not recording.calls_in_progress:
        recording.made_by_host(result)  # a constructor such as torch.FloatTensor([0]), which no function mode sees
        return
    recording.autocast.check(recording.call_sites)
    refuse_gradients(recording, op)
    recording.is_in_autograd_function = note_autograd_function(recording)
    recording.mark_place()
    values = call_values(schema, args, kwargs)
    sources = MetadataSources.of(recording)
    if any(a.type == TENSOR and is_number(v) for a, v in zip(schema.arguments, values, strict=True)):
        schema = _scalar_overload(schema, values)
    inputs = []
    for argument, value in zip(schema.arguments, values, strict=True):
        taken = sources.value_of_option(value)
        inputs.append(taken if taken is not None else recording.argument(value, argument.type))
    if name in _RANDOM or (name in _RANDOM_IN_TRAINING and values[2] is True):
        recording.is_deterministic = False
    types = [r.type for r in schema.returns]
    node = recording.frame.builder.node(name, inputs, types)
    node.overload = schema.overload
    results = () if not types else (result,) if len(types) == 1 else tuple(result)
    bind_results(recording, name, node.outputs, types, results, values)


def bind_results(
    recording: Recording,
    name: str,
    outputs: Sequence[Value],
    types: Sequence[Type],
    results: Sequence[Any],
    operands: Sequence[Any],
) -> None:
    """Make all that an operator returned known to the recording."""
    for output, type_, item in zip(outputs, types, results, strict=True):
        bind_result(recording, name, output, type_, item)
    for tensor in tensors_in(results):
        recording.ranks.add_result(name, operands, tensor)


def _scalar_overload(schema: FunctionSchema, values: Sequence[Any]) -> FunctionSchema:
    """Python passes numbers as 0-d tensors that do not take part in type promotion; the overload for scalars says the same."""
    for other in op_table().overloads(schema.name):
        same_names = [a.name for a in other.arguments] == [a.name for a in schema.arguments]
        if same_names and all(
            (b.type == NUMBER) if a.type == TENSOR and is_number(v) else a.type == b.type
            for a, b, v in zip(schema.arguments, other.arguments, values, strict=True)
        ):
            return other
    raise TraceError(
        f"{schema.full_name} was called with a number where it takes a tensor, and there is no overload for numbers"
    )


def call_values(schema: FunctionSchema, args: Sequence[Any], kwargs: dict[str, Any]) -> list[Any]:
    """One value for each argument of the schema: given, or the default."""
    values = []
    for i, argument in enumerate(schema.arguments):
        if i < len(args) and not argument.kwarg_only:
            values.append(args[i])
        elif argument.name in kwargs:
            values.append(kwargs[argument.name])
        elif argument.default is not MISSING:
            values.append(argument.default)
        else:
            raise TraceError(f"a call of {schema.full_name} came without its argument '{argument.name}'")
    return values


def bind_result(recording: Recording, name: str, output: Value, type_: Type, item: Any) -> None:
    """Make what an operator returned known to the recording."""
    if isinstance(item, torch.Tensor):
        is_without = recording.has_gradients and not torch.is_grad_enabled() and not recording.is_in_autograd_function
        if is_without and not recording.is_known(item):
            output = recording.emit("aten::detach", output)  # the run is in `with torch.no_grad():`
        recording.bind(item, output)
    elif isinstance(type_, ListType) and isinstance(item, (list, tuple)):
        if name in _COUNT_FROM_SIZES:
            count = recording.emit("aten::len", output)
            recording.guard_equal(count, len(item), f"the number of tensors that {name} gives", warns=False)
        unpacked = recording.frame.builder.node("prim::ListUnpack", [output], [type_.element] * len(item))
        for value, tensor in zip(unpacked.outputs, item, strict=True):
            bind_result(recording, name, value, type_.element, tensor)
    elif isinstance(type_, OptionalType) and item is not None:
        bind_result(recording, name, output, type_.element, item)
    elif type_ in (BOOL, INT, FLOAT, NUMBER) and isinstance(item, (bool, int, float)):
        if type_ == NUMBER:  # read out of a tensor: as the number that it is
            read = output.node.inputs[0] if output.node is not None and name in _READS else output
            output = recording.emit(f"aten::{type(item).__name__.capitalize()}", read)
        recording.guard_equal(output, item, f"what {name} gives")


_READS = ("aten::item", "aten::_local_scalar_dense")


def call_with_numbers(
    recording: Recording, func: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any]
) -> Any:
    """Call a function of torch's whose binding takes plain ints only, and record it with the traced numbers."""
    with torch._C.DisableTorchFunction(), unwatched():
        result = func(*concrete(list(args)), **concrete(kwargs))
    recording.mark_place()
    match = overload_for_numbers(recording, func.__name__, args, kwargs)
    builder = recording.frame.builder
    node = builder.node(match.schema.name, match.inputs(builder), match.return_types)
    node.overload = match.schema.overload
    results = (result,) if len(node.outputs) == 1 else tuple(result)
    bind_results(recording, match.schema.name, node.outputs, match.return_types, results, (*args, *kwargs.values()))
    return result


class FunctionWatch(TorchFunctionMode):
    """Sees what Python asks of tensors that never reaches the dispatcher: sizes, devices, dtypes, conversions to Python."""

    def __init__(self, recording: Recording) -> None:
        super().__init__()
        self.recording = recording
        self._running: set[Callable[..., Any]] = set()

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Sequence[Any] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        recording = self.recording
        refuse_gradients(recording, func)
        tensor = args[0] if args else None
        if isinstance(tensor, torch.Tensor) and recording.is_known(tensor):
            name = _descriptor_name(func)
            metadata = METADATA.get(name)
            if metadata is not None and not recording.is_attribute(tensor):
                return metadata(recording, tensor, args[1:], kwargs)
            if name in _TEXTS:
                recording.note_once("the text of a tensor was taken as it was in the traced run")
                return plain(partial(func, *args, **kwargs))
            if name == "__deepcopy__":
                return tensor.clone()
            if name == "data":
                return data_of(recording, tensor)
            if name in ("dtype", "device"):
                return MetadataSources.of(recording).read(tensor, name)
            read = DATA_READS.get(name)
            if read is not None:
                return read(recording, tensor)
            if name in ("__getitem__", "__setitem__"):
                args = (tensor, with_numbers(recording, args[1]), *args[2:])
                if _names_rank(args[1]) and use_in_user_code() is not None:
                    recording.ranks.fix(tensor)
                if _has_symbolic_int(args[1]):
                    return _index(tensor, args[1]) if name == "__getitem__" else _assign(tensor, *args[1:])
        name = getattr(func, "__name__", "")
        if name in COPIES_OF_DATA and not isinstance(func, FunctionType):
            made = tensor_of_data(recording, func, args, kwargs)
            if made is not None:
                return made
        if not isinstance(func, FunctionType):
            args, kwargs = with_integers(recording, name, args, kwargs)
            if takes_plain_integers(name, args, kwargs):
                return call_with_numbers(recording, func, args, kwargs)
        with MetadataSources.of(recording).call(name, args, kwargs):
            result = self._run(func, args, kwargs)
        if isinstance(result, torch.Tensor):
            recording.adopt(result)
        return result

    def _run(self, func: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        """Run a function of torch's. torch leaves a mode while its handler runs; what a Python function does inside must be
        seen too, so that runs within the mode, as a copy that does not ask for handlers again."""
        recording = self.recording
        func = _chosen(func, args, kwargs)
        outer = recording.calls_in_progress
        if not isinstance(func, FunctionType) or func in self._running:
            recording.calls_in_progress += 1
            try:
                return func(*args, **kwargs)
            finally:
                recording.calls_in_progress = outer
        self._running.add(func)
        recording.calls_in_progress = 0
        try:
            with self:
                return _without_override_check(func)(*args, **kwargs)
        finally:
            recording.calls_in_progress = outer
            self._running.discard(func)


def _chosen(func: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any]) -> Callable[..., Any]:
    """The function behind one of torch's pairs between which a flag chooses, such as `F.max_pool2d`."""
    pair: Any = torch._jit_internal.boolean_dispatched.get(func) if isinstance(func, FunctionType) else None
    if pair is None:
        return func
    given = args[pair["index"]] if len(args) > pair["index"] else kwargs.get(pair["arg_name"], pair["default"])
    chosen: Callable[..., Any] = pair["if_true"] if given else pair["if_false"]
    return chosen


@cache
def _without_override_check(function: FunctionType) -> FunctionType:
    """A function of torch's Python code that takes no part in `__torch_function__`."""
    names = {**function.__globals__, **dict.fromkeys(_OVERRIDE_CHECKS, lambda *args: False)}
    copy = FunctionType(function.__code__, names, function.__name__, function.__defaults__, function.__closure__)
    copy.__kwdefaults__ = function.__kwdefaults__
    return copy


_OVERRIDE_CHECKS = ("has_torch_function", "has_torch_function_unary", "has_torch_function_variadic")


#: Methods that make text of a tensor.
_TEXTS = ("__repr__", "__str__", "__format__")


def _descriptor_name(func: Any) -> str:
    """`shape` for the getter of `Tensor.shape`, `size` for the method."""
    name = getattr(func, "__name__", "")
    if name == "__get__":
        return str(getattr(func.__self__, "__name__", ""))
    return str(name)


def _names_rank(key: Any) -> bool:
    """Whether an index counts dimensions from the end: `x[..., 0]`."""
    return isinstance(key, tuple) and any(k is Ellipsis for k in key)


def _assign(tensor: torch.Tensor, key: Any, value: Any) -> None:
    """`tensor[key] = value` where some ints of the key are traced."""
    view = _index(tensor, key)
    if isinstance(value, torch.Tensor):
        view.copy_(value)
    else:
        view.fill_(value)


def _has_symbolic_int(key: Any) -> bool:
    if isinstance(key, tuple):
        plain = all(k is None or k is Ellipsis or isinstance(k, (int, slice, torch.SymInt)) for k in key)
        return plain and any(isinstance(k, torch.SymInt) for k in key)
    return isinstance(key, torch.SymInt)


def _index(tensor: torch.Tensor, key: Any) -> torch.Tensor:
    """`tensor[key]` where some ints of the key are traced: torch's own indexing would ask them for plain numbers."""
    keys = key if isinstance(key, tuple) else (key,)
    taken = sum(k is not None and k is not Ellipsis for k in keys)
    result = tensor
    dim = 0
    for k in keys:
        if k is Ellipsis:
            dim += tensor.dim() - taken
        elif k is None:
            result = result.unsqueeze(dim)
            dim += 1
        elif isinstance(k, slice):
            result = result[(slice(None),) * dim + (k,)]
            dim += 1
        else:
            result = torch.select(result, dim, k)
    return result
