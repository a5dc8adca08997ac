"""Annotations as types: every spelling of Python's typing, as source, as strings, and as run-time objects.

`type_from_annotation` takes an `ast` expression (of a function body or a signature), a string (a forward reference, a type
comment), or the object Python made of an annotation. The first two are read without evaluating them, since names that only
type checkers import, and `List` or `Optional` without an import, are valid in TorchScript.

Comes before: `annotation_scope.py`, `class_registry.py` (classes, enums, named tuples). Comes after: `signatures.py`, statements.
"""

from __future__ import annotations

import ast
import collections
import collections.abc
import inspect
import re
import types
import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import torch

from portfire.frontend.script.types.annotation_scope import AnnotationScope
from portfire.frontend.script.types.keys import KEYS, is_key
from portfire.frontend.script.types.type_variables import is_self, stands_for_several
from portfire.ir import types as ir
from portfire.ir.builder import constant_type
from portfire.ir.graph import MISSING
from portfire.ir.library_types import SLICE
from portfire.ir.subtyping import optional_of, union_of


@dataclass(frozen=True, slots=True)
class Applied:
    """A generic with its arguments, before it is a type: `List[int]` is `Applied(List, (int,))`."""

    origin: Any
    arguments: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class BroadcastingList:
    """torch's `BroadcastingListN`: a list of N for which one value may stand. Known by its spelling, since at run time
    all N are one object."""

    size: int


_BROADCASTING: Final = re.compile(r"\bBroadcastingList(\d)$")


def type_from_annotation(annotation: Any, scope: AnnotationScope) -> ir.Type:
    """The type an annotation names. Raises CompileAbort where it names none."""
    return _type_of(_resolve(annotation, scope), scope)


def is_final(annotation: Any, scope: AnnotationScope) -> bool:
    """Whether the annotation says `Final` or `Final[T]`, in any spelling."""
    resolved = _resolve(annotation, scope)
    return resolved is Final or (isinstance(resolved, Applied) and resolved.origin is Final)


def is_class_variable(annotation: Any, scope: AnnotationScope) -> bool:
    """Whether the annotation says `ClassVar` or `ClassVar[T]`."""
    resolved = _resolve(annotation, scope)
    return resolved is typing.ClassVar or (isinstance(resolved, Applied) and resolved.origin is typing.ClassVar)


def is_unparametrised(annotation: Any, scope: AnnotationScope) -> bool:
    """Whether the annotation is a bare container (`list`, `Dict`, `Final`), or a named tuple without annotations, whose
    content must come from a value, or mentions a type variable or a protocol, which each value decides."""
    if stands_for_several(annotation, scope):
        return True
    resolved = _resolve(annotation, scope)
    if isinstance(resolved, Applied) and resolved.origin in (Final, typing.ClassVar, typing.Optional):
        return any(is_unparametrised(a, scope) for a in resolved.arguments)
    return any(resolved is bare for bare in _BARE) or _is_untyped_named_tuple(resolved)


def _is_untyped_named_tuple(resolved: Any) -> bool:
    is_named_tuple = isinstance(resolved, type) and issubclass(resolved, tuple) and hasattr(resolved, "_fields")
    return is_named_tuple and not any("__annotations__" in vars(base) for base in resolved.__mro__)


_BARE: tuple[Any, ...] = (
    list, dict, tuple, set, frozenset, Final, typing.ClassVar, collections.OrderedDict, collections.defaultdict,
    collections.deque, collections.Counter,
    collections.abc.Sequence, collections.abc.MutableSequence, collections.abc.Collection, collections.abc.Iterable,
    collections.abc.Mapping, collections.abc.MutableMapping,
)  # fmt: skip


def broadcast_size(annotation: Any, scope: AnnotationScope) -> int | None:
    """N of `BroadcastingListN[T]` (a list that one value may stand for), None of others."""
    resolved = _resolve(annotation, scope)
    if isinstance(resolved, Applied) and resolved.origin is typing.Optional:
        return broadcast_size(resolved.arguments[0], scope)
    if isinstance(resolved, Applied) and isinstance(resolved.origin, BroadcastingList):
        return resolved.origin.size
    return None


# From spelling to object


def _resolve(annotation: Any, scope: AnnotationScope) -> Any:
    """The object an annotation stands for: a class, a special form, an `Applied`, a tuple of them, or a constant."""
    if isinstance(annotation, ast.AST):
        resolver = _RESOLVERS.get(type(annotation))
        if resolver is None:
            raise scope.abort(
                "unknown-type",
                f"'{ast.unparse(annotation)}' does not name a type",
                annotation,
                help="write a type: Tensor, int, float, bool, str, List[int], Dict[str, Tensor], Optional[int], or a class",
            )
        return resolver(annotation, scope)
    if isinstance(annotation, str):
        return _resolve_text(annotation, scope)
    if isinstance(annotation, typing.ForwardRef):
        return _resolve_text(annotation.__forward_arg__, scope)
    return _flat(annotation, scope)


def _flat(annotation: Any, scope: AnnotationScope) -> Any:
    """Run-time generics as `Applied`; aliases and `NewType`s as what they stand for."""
    if isinstance(annotation, (Applied, ir.Type)):
        return annotation
    if isinstance(annotation, typing.NewType):
        return _resolve(annotation.__supertype__, scope)
    if isinstance(annotation, typing.TypeVar):
        return _resolve_type_variable(annotation, scope)
    if type(annotation).__name__ == "TypeAliasType":
        return _resolve(annotation.__value__, scope)
    origin = typing.get_origin(annotation)
    if origin is None:
        return annotation
    if type(annotation).__name__ in ("_SpecialGenericAlias", "_TupleType", "_CallableType"):
        return origin  # a bare `typing.List`
    if origin is types.UnionType:
        origin = typing.Union
    return Applied(origin, typing.get_args(annotation))


def _resolve_type_variable(variable: typing.TypeVar, scope: AnnotationScope) -> Any:
    bound = variable.__bound__
    if bound is None:
        raise scope.abort(
            "unsupported-type",
            f"the type variable '{variable.__name__}' stands for no one type",
            help="annotate with the type that is meant; or give `example_inputs`",
        )
    return _resolve(bound, scope)


def _resolve_text(text: str, scope: AnnotationScope) -> Any:
    try:
        node = ast.parse(text.strip(), mode="eval").body
    except SyntaxError:
        raise scope.abort(
            "unknown-type",
            f"'{text}' does not name a type",
            help="write a type: Tensor, int, float, bool, str, List[int], Dict[str, Tensor], Optional[int], or a class",
        ) from None
    # Columns of a string's content are not those of the file.
    return _resolve(node, replace(scope, range_of=None))


def _resolve_name(node: ast.Name, scope: AnnotationScope) -> Any:
    found = scope.lookup(node.id)
    if found is MISSING:
        found = _WELL_KNOWN.get(node.id, MISSING)
    if found is MISSING:
        raise scope.abort(
            "unknown-type",
            f"'{node.id}' is not defined",
            node,
            help="import it, or define it before the function is compiled",
        )
    return _resolve(found, scope) if not isinstance(found, str) else _resolve_text(found, scope)


def _resolve_attribute(node: ast.Attribute, scope: AnnotationScope) -> Any:
    owner = _resolve(node.value, scope)
    found = getattr(owner, node.attr, MISSING)
    if found is MISSING:
        raise scope.abort(
            "unknown-type",
            f"'{ast.unparse(node)}' is not defined",
            node,
            help="import it, or define it before the function is compiled",
        )
    return _resolve(found, scope)


def _resolve_subscript(node: ast.Subscript, scope: AnnotationScope) -> Any:
    size = _BROADCASTING.search(ast.unparse(node.value))
    if size is not None:
        return Applied(BroadcastingList(int(size[1])), (_resolve(node.slice, scope),))
    origin = _resolve(node.value, scope)
    if origin is typing.Literal:
        return Applied(origin, tuple(_literals(node.slice)))
    items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if origin is typing.Annotated:
        return _resolve(items[0], scope)
    if isinstance(origin, Applied):  # a generic alias: `_size_2_t = _scalar_or_tuple_2_t[int]`
        return _substitute(origin, tuple(_resolve(i, scope) for i in items))
    if isinstance(node.slice, ast.Tuple) and not items:
        return Applied(origin, ())
    return Applied(typing.get_origin(origin) or origin, tuple(_resolve(i, scope) for i in items))


def _substitute(generic: Applied, arguments: tuple[Any, ...]) -> Any:
    """The generic alias with its type variables replaced, in the order they first appear."""
    variables: list[Any] = []

    def collect(form: Any) -> None:
        if isinstance(form, typing.TypeVar) and form not in variables:
            variables.append(form)
        for part in form.arguments if isinstance(form, Applied) else typing.get_args(form):
            collect(part)

    def replaced(form: Any) -> Any:
        if isinstance(form, typing.TypeVar):
            return dict(zip(variables, arguments, strict=False)).get(form, form)
        if isinstance(form, Applied):
            return Applied(form.origin, tuple(map(replaced, form.arguments)))
        parts = typing.get_args(form)
        return Applied(typing.get_origin(form), tuple(map(replaced, parts))) if parts else form

    collect(generic)
    return replaced(generic)


def _literals(node: ast.expr) -> Sequence[Any]:
    items = node.elts if isinstance(node, ast.Tuple) else [node]
    return [i.value for i in items if isinstance(i, ast.Constant)]


def _resolve_union(node: ast.BinOp, scope: AnnotationScope) -> Any:
    if not isinstance(node.op, ast.BitOr):
        raise scope.abort(
            "unknown-type",
            f"'{ast.unparse(node)}' does not name a type",
            node,
            help="write a type: Tensor, int, float, bool, str, List[int], Dict[str, Tensor], Optional[int], or a class",
        )
    return Applied(typing.Union, (_resolve(node.left, scope), _resolve(node.right, scope)))


def _resolve_constant(node: ast.Constant, scope: AnnotationScope) -> Any:
    if node.value is None or node.value is ...:
        return node.value
    if isinstance(node.value, str):
        return _resolve_text(node.value, scope.at(scope.place(node)))
    raise scope.abort(
        "unknown-type",
        f"'{node.value!r}' does not name a type",
        node,
        help="write a type: Tensor, int, float, bool, str, List[int], Dict[str, Tensor], Optional[int], or a class",
    )


def _resolve_items(node: ast.Tuple | ast.List, scope: AnnotationScope) -> Any:
    return tuple(_resolve(e, scope) for e in node.elts)


_RESOLVERS: dict[type[ast.AST], Callable[[Any, AnnotationScope], Any]] = {
    ast.Name: _resolve_name,
    ast.Attribute: _resolve_attribute,
    ast.Subscript: _resolve_subscript,
    ast.BinOp: _resolve_union,
    ast.Constant: _resolve_constant,
    ast.Tuple: _resolve_items,
    ast.List: _resolve_items,
    ast.Expression: lambda node, scope: _resolve(node.body, scope),
}

#: Names that mean what they mean in `typing` even where the user's file does not import them, as in TorchScript.
_WELL_KNOWN: dict[str, Any] = {
    **{
        name: getattr(typing, name)
        for name in ("List", "Dict", "Tuple", "Optional", "Union", "Any", "Final", "NamedTuple", "Callable", "Set")
    },
    "Tensor": torch.Tensor, "torch": torch, "typing": typing, "Future": torch.futures.Future, "number": ir.NUMBER,
    "Device": ir.DEVICE, "Generator": ir.GENERATOR, "NoneType": type(None),
}  # fmt: skip


# From object to type


def _type_of(resolved: Any, scope: AnnotationScope) -> ir.Type:
    if isinstance(resolved, ir.Type):
        return resolved
    if isinstance(resolved, Applied):
        return _applied_type(resolved, scope)
    if isinstance(resolved, (str, typing.ForwardRef, ast.AST)) or typing.get_origin(resolved) is not None:
        return type_from_annotation(resolved, scope)
    try:
        simple = _SIMPLE.get(resolved)
    except TypeError:  # not hashable
        simple = None
    if simple is not None:
        return simple
    if isinstance(resolved, (typing.NewType, typing.TypeVar)):
        return _type_of(_flat(resolved, scope), scope)
    if is_self(resolved) and scope.self_type is not None:
        return scope.self_type
    if isinstance(resolved, tuple):
        return ir.TupleType(tuple(_type_of(r, scope) for r in resolved))
    if resolved in (collections.abc.Callable, callable):
        raise _callable(scope)
    if any(resolved is bare for bare in _BARE):
        raise scope.abort(
            "unknown-type",
            f"what a '{_spelling(resolved)}' holds is not said",
            help="say it: Tuple[int, ...], Set[str], Deque[int]; or give `example_inputs`",
        )
    if inspect.isclass(resolved):
        return _class_type(resolved, scope)
    raise scope.no_value(
        "unknown-type",
        f"'{_spelling(resolved)}' does not name a type a program can hold",
        help="write a type: Tensor, int, float, bool, str, List[int], Dict[str, Tensor], Optional[int], or a class",
    )


def _class_type(cls: type, scope: AnnotationScope) -> ir.Type:
    if issubclass(cls, torch.Tensor) or type(cls).__name__ == "tensortype":
        return ir.TENSOR
    if issubclass(cls, torch.nn.Module) and not scope.classes.is_interface(cls):
        return ir.ANY_CLASS
    return scope.classes.type_of(cls, scope.range)


def _applied_type(applied: Applied, scope: AnnotationScope) -> ir.Type:
    origin = applied.origin
    if isinstance(origin, BroadcastingList):
        return ir.ListType(_type_of(applied.arguments[0], scope))
    builder = _GENERICS.get(origin)
    if builder is None and inspect.isclass(origin) and issubclass(origin, typing.Generic):
        return _class_type(origin, scope)
    if builder is None:
        raise scope.no_value(
            "unknown-type",
            f"'{_spelling(applied)}' does not name a type a program can hold",
            help="write a type: Tensor, int, float, bool, str, List[int], Dict[str, Tensor], Optional[int], or a class",
        )
    return builder(applied.arguments, scope)


def _list(arguments: tuple[Any, ...], scope: AnnotationScope) -> ir.Type:
    return ir.ListType(_type_of(arguments[0], scope)) if arguments else ir.ListType(ir.TENSOR)


def _dict(arguments: tuple[Any, ...], scope: AnnotationScope) -> ir.Type:
    if not arguments:
        return ir.DictType(ir.STR, ir.TENSOR)
    if len(arguments) != 2:
        raise scope.abort(
            "unknown-type", "a dict type has two parameters, of the keys and of the values", help="Dict[str, Tensor]"
        )
    key = _type_of(arguments[0], scope)
    if not is_key(key):
        raise scope.abort(
            "unsupported-type",
            f"keys of a dict must be {KEYS}, not {key.annotation}",
            help="use a str or a tuple made of it as the key, or a list of pairs",
        )
    return ir.DictType(key, _type_of(arguments[1], scope))


def _ordered_dict(arguments: tuple[Any, ...], scope: AnnotationScope) -> ir.Type:
    type_ = _dict(arguments, scope)
    assert isinstance(type_, ir.DictType)
    return ir.DictType(type_.key, type_.value, form="OrderedDict")


def _default_dict(arguments: tuple[Any, ...], scope: AnnotationScope) -> ir.Type:
    from portfire.frontend.script.values.default_dicts import annotated_default_dict

    type_ = _dict(arguments, scope)
    assert isinstance(type_, ir.DictType)
    return annotated_default_dict(type_.key, type_.value)


def _counter(arguments: tuple[Any, ...], scope: AnnotationScope) -> ir.Type:
    type_ = _dict((*arguments, int), scope)
    assert isinstance(type_, ir.DictType)
    return ir.DictType(type_.key, ir.INT, form="Counter")


def _deque(arguments: tuple[Any, ...], scope: AnnotationScope) -> ir.Type:
    return ir.ListType(_type_of(arguments[0], scope), form="deque")


def _set(form: str) -> Callable[[tuple[Any, ...], AnnotationScope], ir.Type]:
    def build(arguments: tuple[Any, ...], scope: AnnotationScope) -> ir.Type:
        type_ = _dict((*arguments, bool), scope)
        assert isinstance(type_, ir.DictType)
        return ir.DictType(type_.key, ir.BOOL, form=form)

    return build


def _tuple(arguments: tuple[Any, ...], scope: AnnotationScope) -> ir.Type:
    if arguments == ((),):
        arguments = ()
    if len(arguments) == 2 and arguments[1] is ...:
        return ir.ListType(_type_of(arguments[0], scope), form="tuple")
    return ir.TupleType(tuple(_type_of(a, scope) for a in arguments))


def _optional(arguments: tuple[Any, ...], scope: AnnotationScope) -> ir.Type:
    return optional_of(_type_of(arguments[0], scope))


def _union(arguments: tuple[Any, ...], scope: AnnotationScope) -> ir.Type:
    members = [_type_of(a, scope) for a in arguments]
    numbers = {m for m in members if isinstance(m, (ir.IntType, ir.FloatType, ir.ComplexType))}
    if len(numbers) == 3:  # Union[int, float, complex] is TorchScript's spelling of Scalar
        members = [m for m in members if m not in numbers] + [ir.NUMBER]
    return union_of(members)


def _future(arguments: tuple[Any, ...], scope: AnnotationScope) -> ir.Type:
    return ir.FutureType(_type_of(arguments[0], scope))


def _first(arguments: tuple[Any, ...], scope: AnnotationScope) -> ir.Type:
    return _type_of(arguments[0], scope)


def _literal(arguments: tuple[Any, ...], scope: AnnotationScope) -> ir.Type:
    return union_of(constant_type(a) for a in arguments)


def _callable_form(arguments: tuple[Any, ...], scope: AnnotationScope) -> ir.Type:
    raise _callable(scope)


def _callable(scope: AnnotationScope) -> Exception:
    return scope.no_value(
        "unsupported-type",
        "a function is not a run-time value of a program",
        notes=("which function is called must be known while compiling",),
        help="drop the annotation: a function given at the call is then compiled in; or pass a module or an object",
    )


_GENERICS: dict[Any, Callable[[tuple[Any, ...], AnnotationScope], ir.Type]] = {
    list: _list, collections.abc.Sequence: _list, collections.abc.MutableSequence: _list,
    collections.abc.Iterable: _list, collections.abc.Collection: _list,
    dict: _dict, collections.abc.Mapping: _dict, collections.abc.MutableMapping: _dict, collections.OrderedDict: _ordered_dict,
    collections.defaultdict: _default_dict, collections.Counter: _counter, collections.deque: _deque,
    set: _set("set"), frozenset: _set("frozenset"), collections.abc.Set: _set("set"),
    collections.abc.MutableSet: _set("set"), typing.NotRequired: _first,
    tuple: _tuple,
    typing.Optional: _optional, typing.Union: _union,
    torch.futures.Future: _future, torch._C.Future: _future,
    Final: _first, typing.ClassVar: _first, typing.Annotated: _first, typing.Required: _first,
    typing.Literal: _literal,
    collections.abc.Callable: _callable_form,
}  # fmt: skip

#: Also functions that people write where they mean a type: `torch.tensor`, `any`.
_SIMPLE: dict[Any, ir.Type] = {
    None: ir.NONE, type(None): ir.NONE, bool: ir.BOOL, int: ir.INT, float: ir.FLOAT, complex: ir.COMPLEX, str: ir.STR, bytes: ir.BYTES,
    typing.Any: ir.ANY, object: ir.ANY, any: ir.ANY, torch.tensor: ir.TENSOR, torch.autograd.Variable: ir.TENSOR, inspect.Signature.empty: ir.TENSOR,
    torch.device: ir.DEVICE, torch.Generator: ir.GENERATOR, torch.Stream: ir.STREAM,
    torch.dtype: ir.DTYPE, torch.layout: ir.IntType(form="layout"), torch.memory_format: ir.IntType(form="memory_format"), torch.qscheme: ir.IntType(form="qscheme"), torch.SymInt: ir.INT,
    torch.Size: ir.SIZE, slice: SLICE, torch.futures.Future: ir.FutureType(ir.TENSOR),
    **dict.fromkeys((list, collections.abc.Sequence, collections.abc.MutableSequence, collections.abc.Collection), ir.ListType(ir.TENSOR)),
    collections.abc.Iterable: ir.ListType(ir.TENSOR),
    **dict.fromkeys((dict, collections.abc.Mapping, collections.abc.MutableMapping), ir.DictType(ir.STR, ir.TENSOR)),
}  # fmt: skip


def _spelling(resolved: Any) -> str:
    if isinstance(resolved, Applied):
        return f"{_spelling(resolved.origin)}[{', '.join(map(_spelling, resolved.arguments))}]"
    return getattr(resolved, "__name__", None) or str(resolved).replace("typing.", "")
