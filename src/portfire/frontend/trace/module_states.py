"""Modules of a trace: a class and a state for each module, methods out of the frames that were recorded for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook

from portfire.frontend.trace.compiled_calls import is_compiled
from portfire.frontend.trace.frames import Frame, ModuleTree
from portfire.frontend.trace.recording import Recording
from portfire.ir.graph import Function, Graph, Parameter, Value
from portfire.ir.printer import print_graph
from portfire.ir.state import ObjectState
from portfire.ir.types import BOOL, NONE, TENSOR, ClassType, TupleType, Type


def lay_out(root: torch.nn.Module) -> tuple[ModuleTree, dict[torch.nn.Module, ObjectState]]:
    """A class and a state for every module below `root`, with parameters, buffers, other tensors, and `training`."""
    states: dict[torch.nn.Module, ObjectState] = {}
    names: dict[str, int] = {}
    for module in root.modules():
        if module in states:
            continue
        if is_compiled(module):
            _take_compiled(module, module.portfire_state, states)  # type: ignore[arg-type]
            continue
        cls = ClassType(_class_name(type(module), names), is_module=True)
        cls.python_class = type(module)
        states[module] = ObjectState(cls, {}, module)
    for module, state in states.items():
        if not is_compiled(module):
            _lay_out_attributes(module, state, states)
    return ModuleTree(root, {m: s.cls for m, s in states.items()}), states


def _take_compiled(module: torch.nn.Module, state: ObjectState, states: dict[torch.nn.Module, ObjectState]) -> None:
    """A compiled module keeps its class, its methods and its state."""
    states[module] = state
    for name, child in module.named_children():
        if child not in states:
            _take_compiled(child, state.values[name], states)


def _class_name(cls: type, names: dict[str, int]) -> str:
    """`__torch__.package.module.Class`, with TorchScript's mangling where several modules of a trace are of one class."""
    qualified = f"{cls.__module__}.{cls.__qualname__}".replace("<locals>.", "")
    number = names.get(qualified, 0)
    names[qualified] = number + 1
    head, _, tail = f"__torch__.{qualified}".rpartition(".")
    return f"{head}.{tail}" if number == 0 else f"{head}.___torch_mangle_{number - 1}.{tail}"


def _lay_out_attributes(
    module: torch.nn.Module, state: ObjectState, states: dict[torch.nn.Module, ObjectState]
) -> None:
    cls = state.cls

    def add(name: str, value: Any, kind: str) -> None:
        type_: Type
        if value is None:
            type_ = NONE
        elif kind == "submodule":
            type_ = value.cls
        else:
            type_ = BOOL if isinstance(value, bool) else TENSOR
        cls.add_attribute(name, type_, kind)
        state.values[name] = value

    for name, parameter in module._parameters.items():
        if parameter is not None:
            add(name, parameter, "parameter")
    for name, buffer in module._buffers.items():
        if buffer is not None:
            add(name, buffer, "buffer")
    add("training", module.training, "attribute")
    for name, value in vars(module).items():
        if isinstance(value, torch.Tensor):
            add(name, value, "attribute")
    for name, child in module._modules.items():
        if child is not None:
            add(name, states[child], "submodule")


def own_tensors(recording: Recording, states: dict[torch.nn.Module, ObjectState]) -> None:
    """Tell the recording which tensors are attributes of which module."""
    for module, state in states.items():
        for name, value in state.values.items():
            if isinstance(value, torch.Tensor):
                recording.own(value, module, name)


@contextmanager
def module_frames(recording: Recording, tree: ModuleTree) -> Iterator[None]:
    """Give every call of a module below the root a frame of its own."""

    def enter(module: torch.nn.Module, args: tuple[Any, ...]) -> None:
        if module is tree.root or is_compiled(module) or recording.frame.module_value(module) is None:
            return
        frame = Frame("forward", recording.frame, tree, module)
        frame.argument_names = _argument_names(module, args)
        recording.mark_place()
        frame.builder.range = recording.frame.builder.range
        recording.frame = frame

    def leave(module: torch.nn.Module, args: tuple[Any, ...], output: Any) -> None:
        frame = recording.frame
        if frame.module is not module or frame.parent is None:
            return
        # What the call gives is first brought into its own frame (from calls inside it), then into the caller's.
        for tensor in _tensors(output):
            if recording.is_known(tensor) and not recording.is_attribute(tensor):
                recording.value_of(tensor)
        _close(recording, frame)
        for tensor in _tensors(output):
            if id(tensor) in frame.values and not recording.is_attribute(tensor):
                recording.value_of(tensor)

    handles = [register_module_forward_pre_hook(enter), register_module_forward_hook(leave)]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _close(recording: Recording, frame: Frame) -> None:
    """Insert the call of a finished frame into its parent."""
    parent = frame.parent
    assert parent is not None and frame.module is not None
    recording.frame = parent
    module = parent.module_value(frame.module)
    assert module is not None
    arguments = [
        recording_value
        for thing in frame.lifted
        if (
            recording_value := (
                parent.module_value(thing) if isinstance(thing, torch.nn.Module) else recording.value_of(thing)
            )
        )
        is not None
    ]
    recording.mark_place()
    frame.call = parent.builder.node("prim::CallMethod", [module, *arguments], [], name="forward")
    frame.is_closed = True
    parent.children.append(frame)


def _argument_names(module: torch.nn.Module, args: tuple[Any, ...]) -> dict[int, str]:
    code = getattr(getattr(type(module), "forward", None), "__code__", None)
    if code is None:
        return {}
    names = code.co_varnames[1 : code.co_argcount]
    return {id(a): n for a, n in zip(args, names, strict=False) if isinstance(a, torch.Tensor)}


def _tensors(output: Any) -> Iterator[torch.Tensor]:
    if isinstance(output, torch.Tensor):
        yield output
    elif isinstance(output, (list, tuple)):
        for item in output:
            yield from _tensors(item)
    elif isinstance(output, dict):
        for item in output.values():
            yield from _tensors(item)


class _Methods:
    """Methods by module: frames of the same graph share one."""

    def __init__(self) -> None:
        self._by_class: dict[ClassType, dict[str, str]] = {}

    def add(self, cls: ClassType, function: Function) -> str:
        assert function.graph is not None
        known = self._by_class.setdefault(cls, {})
        text = print_graph(function.graph)
        name = known.get(text)
        if name is None:
            name = "forward" if not known else f"forward{len(known)}"
            known[text] = name
            function.name = f"{cls.name}.{name}"
            cls.methods[name] = function
        return name


def make_methods(root: Frame, method: str = "forward") -> None:
    """Turn the frames below `root` into methods of their modules' classes, innermost first."""
    methods = _Methods()
    _make_children(root, methods)
    assert root.module is not None and root.tree is not None
    cls = root.tree.classes[root.module]
    cls.methods[method] = frame_function(root, f"{cls.name}.{method}")


def _make_children(frame: Frame, methods: _Methods) -> None:
    for child in frame.children:
        _make_children(child, methods)
        assert child.module is not None and child.tree is not None and child.call is not None
        cls = child.tree.classes[child.module]
        _single_return(child)
        child.call.attributes["name"] = methods.add(cls, frame_function(child, f"{cls.name}.forward"))


def _single_return(frame: Frame) -> None:
    """A method returns one value: none, the only output, or a tuple of the outputs."""
    call, graph = frame.call, frame.graph
    assert call is not None and frame.parent is not None
    outputs = list(graph.outputs)
    if len(outputs) == 1:
        return
    if not outputs:
        graph.block.add_input(frame.builder.constant(None))
        call.add_output(NONE)
        return
    type_ = TupleType(tuple(v.type for v in outputs))
    graph.block.set_inputs([frame.builder.insert("prim::TupleConstruct", outputs, type_)])
    old = list(call.outputs)
    call.outputs = []
    whole = call.add_output(type_)
    builder = frame.parent.builder
    position = call.block.nodes.index(call)
    following = call.block.nodes[position + 1] if position + 1 < len(call.block.nodes) else None
    with builder.at(call.block, following), builder.ranged(call.range):
        unpack = builder.node("prim::TupleUnpack", [whole], type_.elements)
    for before, after in zip(old, unpack.outputs, strict=True):
        after.name = before.name
        before.replace_all_uses_with(after)


def frame_function(frame: Frame, name: str) -> Function:
    """The function that a frame's graph is."""
    graph: Graph = frame.graph
    parameters = [Parameter(n, v.type) for n, v in zip(unique_names(graph.inputs), graph.inputs, strict=True)]
    (output,) = graph.outputs
    return Function(name, parameters, output.type, graph)


def unique_names(values: list[Value]) -> list[str]:
    """Names of parameters: the given ones, made up where there is none, different from one another."""
    names: list[str] = []
    for i, value in enumerate(values):
        name = value.name or f"argument_{i}"
        while name in names:
            name += "_"
        names.append(name)
        value.name = name
    return names
