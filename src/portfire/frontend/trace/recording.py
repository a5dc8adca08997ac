"""A recording in progress: frames, what is known of every tensor and number, and the notes for the user.

Comes before: `ir/`, `ops/`. Comes after: `numbers.py` and `interception.py`, which write into it; `tracer.py`, which owns it.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from portfire.errors import TraceError
from portfire.frontend.trace.call_sites import CallSites
from portfire.frontend.trace.dispatch_key import unwatched
from portfire.frontend.trace.frames import Frame
from portfire.frontend.trace.modes import Autocast
from portfire.frontend.trace.ranks import Ranks
from portfire.ir.builder import constant_type
from portfire.ir.dtypes import torch_enum_number
from portfire.ir.graph import Value
from portfire.ir.source import SourceRange
from portfire.ir.types import ANY, BOOL, FLOAT, INT, TENSOR, DictType, ListType, OptionalType, TupleType, Type
from portfire.ops.emit import emit_builtin


class TracerWarning(UserWarning):
    """Something of the traced run became part of the program; another input may need another program."""


@dataclass(frozen=True, slots=True)
class TraceNote:
    """One thing the trace fixed. `guarded`: the program checks it and raises; otherwise it is only listed here."""

    message: str
    range: SourceRange | None
    guarded: bool

    def __str__(self) -> str:
        return f"{self.range or '<unknown>'}: {self.message}"


class Recording:
    """What one trace has seen so far.

    Tensors and traced numbers are known by identity; the recording keeps them alive so that identities stay unique.
    """

    def __init__(self, root: Frame) -> None:
        self.root = root
        self.frame = root
        self.call_sites = CallSites()
        self.notes: list[TraceNote] = []
        self._origin: dict[int, Frame] = {}
        self._alive: list[Any] = []
        self._owners: dict[int, tuple[torch.nn.Module, str]] = {}
        #: Whether gradients are recorded around the trace: a stretch of the run without them is one without in the program.
        self.has_gradients = torch.is_grad_enabled()
        #: Whether a `torch.autograd.Function` runs, in which torch switches gradients off.
        self.is_in_autograd_function = False
        #: Whether the run drew random numbers.
        self.is_deterministic = True
        self._last_bound: torch.Tensor | None = None
        self.ranks = Ranks(self)
        self.autocast = Autocast()
        #: How many of torch's own functions are under way, of those that Python calls directly.
        self.calls_in_progress = 0
        self._made_by_host: dict[int, torch.Tensor] = {}
        self._noted: set[str] = set()

    # Identities

    def bind(self, thing: object, value: Value) -> None:
        """`thing` (a tensor or a number's node) is `value` in the current frame from now on."""
        self._alive.append(thing)
        self._origin[id(thing)] = self.frame
        self.frame.values[id(thing)] = value
        if isinstance(thing, torch.Tensor):
            self._last_bound = thing

    def adopt(self, tensor: torch.Tensor) -> None:
        """A call gave `tensor`, which no operator did: torch's factories wrap the operator's tensor in a new object."""
        last = self._last_bound
        if last is not None and not self.is_known(tensor) and _is_same_memory(last, tensor):
            self.bind(tensor, self.value_of(last))

    def made_by_host(self, tensor: torch.Tensor) -> None:
        """Python fills `tensor` with data of its own, out of sight: what is in it when it is first used is recorded."""
        self._alive.append(tensor)
        self._made_by_host[id(tensor)] = tensor

    def own(self, tensor: torch.Tensor, module: torch.nn.Module, name: str) -> None:
        """`tensor` is an attribute of `module`: it is read from there."""
        self._alive.append(tensor)
        self._owners.setdefault(id(tensor), (module, name))

    def is_known(self, thing: object) -> bool:
        """Whether `thing` is a value of this trace."""
        return id(thing) in self._origin or id(thing) in self._owners

    def is_attribute(self, thing: object) -> bool:
        """Whether `thing` is an attribute of a module that nothing has computed anew."""
        return id(thing) in self._owners and id(thing) not in self._origin

    def value_of(self, thing: object) -> Value:
        """The value of a known tensor or number in the current frame."""
        made = self._made_by_host.pop(id(thing), None)
        if made is not None:
            with torch._C.DisableTorchFunction(), unwatched():
                data = made.detach().clone()
            self.bind(made, self.emit("aten::clone", self.frame.builder.constant(data, TENSOR)))
        return self._value_in(self.frame, thing)

    def _value_in(self, frame: Frame, thing: object) -> Value:
        key = id(thing)
        found = frame.values.get(key)
        if found is not None:
            return found
        owner = self._owners.get(key)
        if owner is not None and key not in self._origin:
            value = frame.attribute(*owner)
            if value is None and frame.parent is not None:
                value = frame.lift(thing, self._value_in(frame.parent, thing).type)
            if value is None:
                value = self._captured(frame, thing)
            frame.values[key] = value
            return value
        origin = self._origin.get(key)
        if origin is None:
            value = self._captured(frame, thing)
            frame.values[key] = value
            return value
        while origin.is_closed:
            origin = origin.publish(key)
            self._origin[key] = origin
        if origin is frame:
            return frame.values[key]
        assert frame.parent is not None, "a value from a frame that is not on the stack"
        return frame.lift(thing, self._value_in(frame.parent, thing).type)

    def _captured(self, frame: Frame, thing: object) -> Value:
        """A tensor that came from neither the inputs nor the module: it is baked in as a constant."""
        if not isinstance(thing, torch.Tensor):
            raise TraceError(f"a number of another trace is used here: {self.call_sites.current()}")
        self._alive.append(thing)
        if thing.numel() > 1 or thing.requires_grad:
            self.note_once("a tensor that is neither an input nor an attribute of the module became a constant")
        return frame.builder.constant(thing.detach() if not thing.requires_grad else thing, TENSOR)

    # Emission

    def argument(self, value: Any, type_: Type) -> Value:
        """The value of one argument of an operator whose schema says `type_`."""
        element = type_.element if isinstance(type_, OptionalType) else type_
        if isinstance(value, torch.Tensor):
            return self.value_of(value)
        node = number_node(value)
        if node is not None:
            traced: Value = node.as_value(self)
            if element == FLOAT and traced.type == INT:
                traced = self.emit("aten::Float", traced)
            return traced
        if isinstance(value, (list, tuple)) and isinstance(element, ListType):
            items = [self.argument(v, element.element) for v in value]
            return self.frame.builder.insert("prim::ListConstruct", items, element)
        if isinstance(value, tuple) and isinstance(element, TupleType):
            items = [self.argument(v, t) for v, t in zip(value, element.elements, strict=True)]
            return self.frame.builder.insert("prim::TupleConstruct", items, element)
        if isinstance(value, Mapping) and isinstance(element, DictType):
            types = (element.key, element.value)
            items = [self.argument(v, t) for pair in value.items() for v, t in zip(pair, types, strict=True)]
            return self.frame.builder.insert("prim::DictConstruct", items, element)
        if isinstance(value, (list, tuple, Mapping)) and self._holds_known(value):
            return self._structure(value)
        return self.constant(value, element)

    def _holds_known(self, value: Any) -> bool:
        if isinstance(value, Mapping):
            return any(map(self._holds_known, value.values()))
        if isinstance(value, (list, tuple)):
            return any(map(self._holds_known, value))
        return isinstance(value, torch.Tensor) or number_node(value) is not None

    def _structure(self, value: Any) -> Value:
        """A container for a parameter whose type does not say what it holds (Any, a Union)."""
        builder = self.frame.builder
        if isinstance(value, Mapping):
            keys, items = ([self.argument(v, ANY) for v in vs] for vs in (value.keys(), value.values()))
            pairs = [v for pair in zip(keys, items, strict=True) for v in pair]
            return builder.insert("prim::DictConstruct", pairs, DictType(keys[0].type, items[0].type))
        items = [self.argument(v, ANY) for v in value]
        if isinstance(value, tuple):
            return builder.insert("prim::TupleConstruct", items, TupleType(tuple(v.type for v in items)))
        return builder.insert("prim::ListConstruct", items, ListType(items[0].type))

    def constant(self, value: Any, type_: Type | None = None) -> Value:
        """A constant in the current frame. Raises TraceError for what cannot be one."""
        if type_ == FLOAT and isinstance(value, (int, bool)):
            value = float(value)
        number = torch_enum_number(value)
        if number is not None:
            value = number
        if type_ == BOOL and type(value) is int:
            value = bool(value)
        if isinstance(value, torch.Generator):
            self.note("a torch.Generator was used; the program draws from the default one", guarded=False)
            value = None
        try:
            return self.frame.builder.constant(value, constant_type(value))
        except (TypeError, ValueError) as e:
            raise TraceError(f"{self.call_sites.current()}: {value!r} cannot be part of a trace: {e}") from e

    def emit(self, name: str, *args: Value) -> Value:
        """A call of an operator in the current frame, at the line that runs."""
        self.mark_place()
        return emit_builtin(self.frame.builder, name, list(args))

    def mark_place(self) -> None:
        """New nodes belong to the user's line that runs now."""
        self.frame.builder.range = self.call_sites.current() or self.frame.builder.range

    # What the trace fixes

    def guard(self, condition: Value, message: str, warning: str | None = None) -> None:
        """The program raises GuardError with `message` unless `condition`. Warn the user now if `warning` is given."""
        self.mark_place()
        self.frame.builder.node("prim::Guard", [condition], message=message)
        self.note(message, guarded=True)
        if warning is not None:
            self.warn(warning)

    def guard_equal(self, value: Value, recorded: Any, what: str, *, warns: bool = True) -> None:
        """The program raises unless `value` is what it was in the traced run."""
        self.mark_place()
        condition = self.emit("aten::eq", value, self.constant(recorded))
        message = f"{what} was {recorded!r} when this was traced"
        self.guard(condition, message, f"{message}; the program raises for any other value" if warns else None)

    def note(self, message: str, *, guarded: bool) -> None:
        """List something that the trace fixed."""
        self.notes.append(TraceNote(message, self.call_sites.current(), guarded))

    def note_once(self, message: str, warning: str | None = None) -> None:
        """List something that the program does not check, once for each line; warn of it if `warning` is given."""
        key = f"{self.call_sites.current()} {message}"
        if key not in self._noted:
            self._noted.add(key)
            self.note(message, guarded=False)
            if warning is not None:
                self.warn(warning)

    def warn(self, message: str) -> None:
        """A TracerWarning at the user's own line."""
        where = self.call_sites.current()
        if where is None:
            warnings.warn(message, TracerWarning, stacklevel=2)
        else:
            warnings.warn_explicit(message, TracerWarning, where.file.path, where.line)


def _is_same_memory(a: torch.Tensor, b: torch.Tensor) -> bool:
    with torch._C.DisableTorchFunction(), unwatched():
        if a.layout != torch.strided or b.layout != torch.strided:
            return False
        same_storage = a.untyped_storage()._cdata == b.untyped_storage()._cdata
        return same_storage and a.shape == b.shape and a.stride() == b.stride() and a.dtype == b.dtype


def number_node(value: object) -> Any:
    """The traced number behind a SymInt, SymFloat or SymBool; None for anything else."""
    if isinstance(value, (torch.SymInt, torch.SymFloat, torch.SymBool)):
        return value.node
    return None


def is_number(value: object) -> bool:
    """Whether `value` is a Python number, traced or not."""
    return isinstance(value, (bool, int, float, complex)) or number_node(value) is not None


def concrete(value: Any) -> Any:
    """`value` with every traced number, at any depth of lists, tuples and dicts, replaced by what it is in this run."""
    node = number_node(value)
    if node is not None:
        return node.concrete
    if type(value) in (list, tuple, torch.Size):
        return type(value)([concrete(v) for v in value])
    if type(value) is dict:
        return {k: concrete(v) for k, v in value.items()}
    return value


def has_number(values: Sequence[Any]) -> bool:
    """Whether a traced number is among `values`, lists and tuples included."""
    return any(has_number(v) if isinstance(v, (list, tuple)) else number_node(v) is not None for v in values)
