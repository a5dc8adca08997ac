"""The signature of a Python function as types: annotations, type comments, defaults.

A parameter's type is, in this order: its annotation, its type in a `# type:` comment, the type of its default (None means
an optional tensor), else Tensor. A return type that is not written is inferred from the body.

Comes before: `annotations.py`, `source.py`. Comes after: the compiler, which asks before it compiles a body.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from portfire.diagnostics import CompileAbort, Diagnostic
from portfire.frontend.script.functions.renaming import is_generator
from portfire.frontend.script.source import FunctionSource, NoSourceError, behind_librarys_wrappers, source_of
from portfire.frontend.script.types.annotation_scope import AnnotationScope, NoValueOfType, function_lookup
from portfire.frontend.script.types.annotations import broadcast_size, is_unparametrised, type_from_annotation
from portfire.frontend.script.types.inference import settle
from portfire.frontend.script.types.type_comments import TypeComment, type_comment_of
from portfire.frontend.script.types.value_types import UntypedValueError, type_of_value
from portfire.ir.graph import MISSING, Parameter
from portfire.ir.subtyping import optional_of
from portfire.ir.types import ANY, ANY_CLASS, NONE, TENSOR, Type

if TYPE_CHECKING:
    from portfire.frontend.script.classes.class_registry import ClassRegistry


@dataclass(slots=True)
class Signature:
    """What a function takes and gives, `self` of methods included. `return_type` None: inferred from the body."""

    parameters: list[Parameter]
    return_type: Type | None
    source: FunctionSource
    #: The names of `*args` and `**kwargs`, and the types annotated for their items (None: not annotated).
    vararg: str | None = None
    kwarg: str | None = None
    vararg_type: Type | None = None
    kwarg_type: Type | None = None
    #: Parameters for which one value may stand for a list of N (`BroadcastingListN`).
    broadcast: dict[str, int] = field(default_factory=dict)
    #: Parameters that have no run-time type: bound to a function, module or class while compiling, or else an error.
    untyped: dict[str, Diagnostic] = field(default_factory=dict)
    #: Parameters with neither annotation nor default, whose type Tensor is only a convention.
    unannotated: frozenset[str] = frozenset()
    #: Those, parameters whose type their default tells, and containers of which nobody says what they hold.
    undeclared: frozenset[str] = frozenset()
    #: Whether a `# type:` comment gives the types.
    has_comment: bool = False
    #: Whether the first parameter is the object of a method.
    has_self: bool = False


def signature_of(
    function: Callable[..., Any],
    classes: ClassRegistry,
    *,
    self_type: Type | None = None,
    names: Mapping[str, Any] | None = None,
) -> Signature:
    """The signature of a Python function.

    `self_type` is the type of the first parameter of a method; `names` holds further names for annotations (the locals
    where a class was defined). A bound method is read as its function.
    """
    function = getattr(function, "__func__", function)
    try:
        source = source_of(function)
    except NoSourceError as error:
        name = getattr(function, "__qualname__", repr(function))
        raise CompileAbort(
            Diagnostic(
                "no-source", f"there is no source of '{name}' to compile: {error}", help="define the function in a file"
            )
        ) from None
    scope = AnnotationScope(classes, function_lookup(function, names), source.head, source.range, self_type)
    given = getattr(function, "__annotations__", {})
    signature = _Reader(source, scope, _default_values(function), given).read(self_type)
    if signature.return_type == ANY and str(getattr(function, "__module__", "")).startswith("torch."):
        signature.return_type = None  # torch writes it where it leaves the type open; the body tells
    return signature


def signature_of_source(
    source: FunctionSource, scope: AnnotationScope, defaults: Mapping[str, Any], self_type: Type | None = None
) -> Signature:
    """The signature of a definition that may have no function object (a nested `def`): names come from `scope`."""
    return _Reader(source, scope, defaults).read(self_type)


class _Reader:
    def __init__(
        self,
        source: FunctionSource,
        scope: AnnotationScope,
        defaults: Mapping[str, Any],
        annotations: Mapping[str, Any] | None = None,
    ) -> None:
        self.source = source
        #: Those of the function object, which count where the source has none.
        self.annotations = annotations or {}
        self.scope = scope
        self.arguments = source.node.args
        self.defaults = defaults
        self.signature = Signature([], None, source)

    def read(self, self_type: Type | None) -> Signature:
        rows = list(self._rows())
        comment = self._comment(rows, self_type is not None)
        self.signature.has_comment = bool(comment.parameters)
        self.signature.has_self = self_type is not None
        if self_type is not None and not rows and self.arguments.vararg is None:
            raise CompileAbort(
                Diagnostic(
                    "bad-call",
                    f"'{self.source.name}' is a method, and has no parameter for its object",
                    self.source.head,
                    help="give it a first parameter, `self`, or mark it with @staticmethod",
                )
            )
        unannotated, undeclared = set(), set()
        for i, (argument, kwarg_only) in enumerate(rows):
            default = self.defaults.get(argument.arg, MISSING)
            if i == 0 and self_type is not None:
                type_ = self_type
            else:
                written = argument.annotation or comment.parameters.get(argument.arg)
                if written is None:
                    written = self.annotations.get(argument.arg)
                type_ = self._parameter_type(argument, written, default)
                if written is None or self._is_bare(written):
                    undeclared.add(argument.arg)
                if written is None and default is MISSING:
                    unannotated.add(argument.arg)
            self.signature.parameters.append(Parameter(argument.arg, type_, default, kwarg_only))
        self.signature.unannotated, self.signature.undeclared = frozenset(unannotated), frozenset(undeclared)
        self._read_variadic()
        self.signature.return_type = self._return_type(comment)
        return self.signature

    def _rows(self) -> Iterator[tuple[ast.arg, bool]]:
        for argument in (*self.arguments.posonlyargs, *self.arguments.args):
            yield argument, False
        for argument in self.arguments.kwonlyargs:
            yield argument, True

    def _comment(self, rows: list[tuple[ast.arg, bool]], is_method: bool) -> TypeComment:
        definition = self.source.node
        if isinstance(definition, ast.Lambda) or any(a.annotation is not None for a, _ in rows):
            return TypeComment({}, None)
        names = [a.arg for a, _ in rows]
        if self.arguments.vararg is not None:
            names.append(self.arguments.vararg.arg)
        return type_comment_of(self.source, definition, names, has_self=is_method)

    def _parameter_type(self, argument: ast.arg, written: Any, default: Any) -> Type:
        if written is None:
            return self._type_from_default(argument, default)
        place = self.source.range(argument)
        try:
            scope = self.scope.at(place)
            size = broadcast_size(written, scope)
            if size is not None:
                self.signature.broadcast[argument.arg] = size
            if is_unparametrised(written, scope) and default is not MISSING and default:
                return self._type_from_default(argument, default)
            type_ = type_from_annotation(written, scope)
        except CompileAbort as abort:
            self.signature.untyped[argument.arg] = abort.diagnostic
            return ANY
        if type_ == ANY_CLASS or type_ == optional_of(ANY_CLASS):
            self.signature.untyped[argument.arg] = Diagnostic(
                "unsupported-type",
                f"the parameter '{argument.arg}' is a module, which cannot be passed in from outside a program",
                place,
                help="make it a submodule, or declare an interface (@portfire.interface) as its type",
            )
            return ANY
        # `def f(x: Tensor = None)`: what people write for an optional.
        return optional_of(type_) if default is None and not _is_optional(type_) else type_

    def _is_bare(self, written: Any) -> bool:
        """Whether an annotation names a container without what it holds."""
        try:
            return is_unparametrised(written, self.scope)
        except CompileAbort:
            return False

    def _type_from_default(self, argument: ast.arg, default: Any) -> Type:
        if default is MISSING:
            return TENSOR
        if default is None:
            return optional_of(TENSOR)
        try:
            return settle(type_of_value(default, self.scope.classes))
        except UntypedValueError as error:
            self.signature.untyped[argument.arg] = Diagnostic(
                "unsupported-type",
                f"the type of parameter '{argument.arg}' cannot be told from its default: {error}",
                self.source.range(argument),
                help=f"annotate '{argument.arg}'",
            )
            return ANY

    def _read_variadic(self) -> None:
        for attribute, argument in (("vararg", self.arguments.vararg), ("kwarg", self.arguments.kwarg)):
            if argument is None:
                continue
            setattr(self.signature, attribute, argument.arg)
            if argument.annotation is not None:
                try:
                    setattr(self.signature, f"{attribute}_type", type_from_annotation(argument.annotation, self.scope))
                except CompileAbort as abort:
                    self.signature.untyped[argument.arg] = abort.diagnostic

    def _return_type(self, comment: TypeComment) -> Type | None:
        definition = self.source.node
        if is_generator(definition):
            return None
        written = getattr(definition, "returns", None) or comment.returns or self.annotations.get("return")
        if written is None or is_unparametrised(written, self.scope):
            return None
        if isinstance(written, ast.Name) and written.id in ("NoReturn", "Never"):
            return NONE
        try:
            return type_from_annotation(written, self.scope)
        except NoValueOfType:
            return None  # a function, a context manager: what the body returns tells


def _is_optional(type_: Type) -> bool:
    return optional_of(type_) == type_


def _default_values(function: Callable[..., Any]) -> dict[str, Any]:
    """Defaults by parameter, as the Python objects they are."""
    try:
        parameters = inspect.signature(behind_librarys_wrappers(function), follow_wrapped=False).parameters
    except (TypeError, ValueError):
        return {}
    return {n: p.default for n, p in parameters.items() if p.default is not inspect.Parameter.empty}
