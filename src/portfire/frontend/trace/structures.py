"""Example inputs and outputs of a trace: nested Python structures of tensors and numbers, as typed values of a graph."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch

from portfire.errors import TraceError
from portfire.frontend.trace.numbers import traced_number
from portfire.frontend.trace.recording import Recording, number_node
from portfire.ir.graph import Value
from portfire.ir.types import BOOL, FLOAT, INT, NONE, STR, TENSOR, DictType, ListType, TupleType, Type

_NUMBER_TYPES: dict[type, Type] = {bool: BOOL, int: INT, float: FLOAT, str: STR, type(None): NONE}


def structure_type(example: Any, where: str) -> Type:
    """The type of an example input. Raises TraceError, naming `where`, for what a traced program cannot take."""
    if isinstance(example, torch.Tensor):
        return TENSOR
    plain = _NUMBER_TYPES.get(type(example))
    if plain is not None:
        return plain
    if isinstance(example, tuple):
        return TupleType(tuple(structure_type(e, f"{where}[{i}]") for i, e in enumerate(example)))
    if isinstance(example, (list, Mapping)):
        items = list(example) if isinstance(example, list) else list(example.values())
        if not items:
            raise TraceError(f"{where} is empty: the type of its items cannot be told from it")
        types = {structure_type(e, f"{where}[{i!r}]") for i, e in enumerate(items)}
        if len(types) > 1:
            raise TraceError(
                f"the items of {where} are of several types ({', '.join(sorted(map(str, types)))}); use a tuple"
            )
        element = types.pop()
        if isinstance(example, list):
            return ListType(element)
        keys = {structure_type(k, f"a key of {where}") for k in example}
        if len(keys) > 1:
            raise TraceError(f"the keys of {where} are of several types")
        return DictType(keys.pop(), element)
    raise TraceError(
        f"{where} is a {type(example).__qualname__}; a traced program takes tensors, numbers, strings, and tuples, lists "
        "and dicts of them"
    )


def copy_structure(example: Any) -> Any:
    """The same structure with tensors of its own, so that a run cannot change the user's."""
    if isinstance(example, torch.Tensor):
        return example.detach().clone(memory_format=torch.preserve_format).requires_grad_(example.requires_grad)
    if isinstance(example, tuple) and hasattr(example, "_fields"):
        return type(example)(*(copy_structure(e) for e in example))
    if isinstance(example, (list, tuple)):
        return type(example)(copy_structure(e) for e in example)
    if isinstance(example, dict):
        return type(example)((k, copy_structure(v)) for k, v in example.items())
    return example


def bind_input(recording: Recording, example: Any, value: Value) -> Any:
    """Make every tensor and number of an input known; returns what the model is called with."""
    builder = recording.frame.builder
    if isinstance(example, torch.Tensor):
        recording.bind(example, value)
        recording.ranks.add_input(example)
        return example
    if type(example) in (int, float):
        return traced_number(recording, example, value)
    if isinstance(example, (bool, str)):
        recording.guard_equal(value, example, f"the argument '{value.name}'", warns=False)
        return example
    if isinstance(example, tuple):
        node = builder.node("prim::TupleUnpack", [value], value.type.contained())
        items = [bind_input(recording, e, v) for e, v in zip(example, node.outputs, strict=True)]
        return type(example)(*items) if hasattr(example, "_fields") else tuple(items)
    if isinstance(example, list):
        count = recording.emit("aten::len", value)
        recording.guard_equal(count, len(example), f"the length of the list '{value.name}'", warns=False)
        node = builder.node("prim::ListUnpack", [value], list(value.type.contained()) * len(example))
        return [bind_input(recording, e, v) for e, v in zip(example, node.outputs, strict=True)]
    if isinstance(example, Mapping):
        taken = {k: recording.emit("aten::__getitem__", value, recording.constant(k)) for k in example}
        return {k: bind_input(recording, e, taken[k]) for k, e in example.items()}
    return example


def items_of_containers(value: Any) -> Any:
    """The same lists, dicts and tuples anew, with the same things in them."""
    if isinstance(value, (list, tuple)):
        return [items_of_containers(v) for v in value]
    if isinstance(value, Mapping):
        return {k: items_of_containers(v) for k, v in value.items()}
    return value


def note_written_containers(recording: Recording, before: Any, after: Any, name: str) -> None:
    """The model changed a list or dict that was passed to it: the program takes those apart, and does not write into them."""
    if not has_same_items(before, after):
        message = f"the model changes the argument '{name}'; the program leaves it as it is"
        recording.note_once(message, f"{message}. Return the changed one, or script the model.")


def has_same_items(before: Any, after: Any) -> bool:
    """Whether a container holds what it held: `before` was made by `items_of_containers`."""
    if isinstance(before, Mapping):
        is_same = isinstance(after, Mapping) and list(before) == list(after)
        return is_same and all(has_same_items(v, after[k]) for k, v in before.items())
    if isinstance(before, list):
        is_same = isinstance(after, (list, tuple)) and len(before) == len(after)
        return is_same and all(map(has_same_items, before, after))
    return before is after or (type(before) is type(after) and type(after) in _NUMBER_TYPES and bool(before == after))


def output_value(recording: Recording, output: Any, strict: bool) -> Value:
    """The value of what the model returned."""
    builder = recording.frame.builder
    if isinstance(output, torch.Tensor):
        return recording.value_of(output)
    node = number_node(output)
    if node is not None:
        traced: Value = node.as_value(recording)
        return traced
    if isinstance(output, tuple):
        items = [output_value(recording, o, strict) for o in output]
        return builder.insert("prim::TupleConstruct", items, TupleType(tuple(v.type for v in items)))
    if isinstance(output, (list, Mapping)) and strict:
        kind = "list" if isinstance(output, list) else "dict"
        raise TraceError(
            f"the model returned a {kind}: its length and keys would become part of the program. Return a tuple, or pass "
            "strict=False to allow it"
        )
    if isinstance(output, list):
        items = [output_value(recording, o, strict) for o in output]
        return builder.insert("prim::ListConstruct", items, ListType(_one_type(items, "list")))
    if isinstance(output, Mapping):
        keys = [recording.constant(k) for k in output]
        items = [output_value(recording, o, strict) for o in output.values()]
        type_ = DictType(_one_type(keys, "dict"), _one_type(items, "dict"))
        pairs = [v for pair in zip(keys, items, strict=True) for v in pair]
        return builder.insert("prim::DictConstruct", pairs, type_)
    if output is None or isinstance(output, (bool, int, float, str)):
        return recording.constant(output)
    if hasattr(output, "__dataclass_fields__") or hasattr(output, "to_tuple"):
        raise TraceError(
            f"the model returned a {type(output).__qualname__}; return a tuple of its tensors (for models of transformers: "
            "return_dict=False)"
        )
    raise TraceError(
        f"the model returned a {type(output).__qualname__}; a traced program returns tensors and tuples of them"
    )


def _one_type(values: Sequence[Value], kind: str) -> Type:
    types = {v.type for v in values}
    if len(types) != 1:
        raise TraceError(f"the model returned a {kind} whose items are of several types or none; return a tuple")
    return types.pop()
