"""TorchScript source -> classes and functions.

A file is parsed when something in it is first asked for; a class gets its attributes and signatures at once, and a
function its graph when that is first looked at. Python's own parser reads the text (TorchScript source is a subset of
Python's grammar); nothing in it is ever executed.

Comes before: `code_types.py`, `function_reader.py`. Comes after: `reader.py`; `code_files.py` is the inverse.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from itertools import accumulate
from typing import Any

from portfire.archive.code_types import read_type
from portfire.archive.function_reader import MALFORMED, read_function
from portfire.archive.hooked_modules import add_hooked_forward
from portfire.archive.source_map import SourceMap
from portfire.errors import ArchiveError
from portfire.ir.graph import MISSING, Function, Graph, Parameter
from portfire.ir.source import SourceFile, SourceRange
from portfire.ir.types import NONE, TENSOR, ClassType, EnumType, InterfaceType, TupleType, Type

_MAX_SOURCE = 1 << 28


class CodeReader:
    """Finds types and functions by qualified name.

    `read_source` gives the text of a file below `code/`, or None. `constants` gives the constant of a number.
    """

    def __init__(
        self,
        read_source: Callable[[str], str | None],
        constants: Callable[[int], Any],
        version: int,
        read_map: Callable[[str], SourceMap | None] = lambda path: None,
        *,
        is_of_torch: bool = False,
    ) -> None:
        #: Whether the file is torch.jit's own.
        self.is_of_torch = is_of_torch
        self._read_source = read_source
        self._read_map = read_map
        self._line_starts: dict[str, list[int]] = {}
        self._maps: dict[str, SourceMap | None] = {}
        self.constant = constants
        self.version = version
        self._files: dict[str, dict[str, ast.ClassDef | ast.FunctionDef]] = {}
        self._sources: dict[str, SourceFile] = {}
        self.types: dict[str, Type] = {}
        #: The modules whose hooks their callers call: `forward` means the one without, in the source.
        self.hooked: set[str] = set()
        self.functions: dict[str, Function] = {}

    def find_type(self, name: str) -> Type | None:
        """The class, NamedTuple, enum or interface of that name."""
        known = self.types.get(name)
        if known is not None:
            return known
        definition = self._definition(name)
        if not isinstance(definition, ast.ClassDef):
            return None
        base = definition.bases[0] if definition.bases else None
        kind = base.id if isinstance(base, ast.Name) else None
        maker = _CLASS_KINDS.get(kind)
        if maker is None:
            raise ArchiveError(f"the archive is damaged: the class {name} has the base {kind}")
        try:
            return maker(self, name, definition)
        except MALFORMED as error:
            raise ArchiveError(f"the archive is damaged: the class {name} cannot be read ({error!r})") from error

    def find_function(self, name: str) -> Function | None:
        """The function of that name."""
        known = self.functions.get(name)
        if known is None:
            definition = self._definition(name)
            if not isinstance(definition, ast.FunctionDef):
                return None
            known = self.functions[name] = self.function(name, definition, None)
            owner, _, last = name.rpartition(".")
            if isinstance(
                self.find_type(owner), ClassType
            ):  # a hook: a class and its functions cannot be written again
                known.name = f"{owner}__{last}"
        return known

    def type(self, node: ast.expr) -> Type:
        """The type that an annotation spells."""
        return read_type(node, self.find_type)

    def _definition(self, name: str) -> ast.ClassDef | ast.FunctionDef | None:
        qualifier, _, last = name.rpartition(".")
        if not qualifier:
            return None
        if qualifier not in self._files:
            self._files[qualifier] = self._parse(qualifier)
        return self._files[qualifier].get(last)

    def _parse(self, qualifier: str) -> dict[str, ast.ClassDef | ast.FunctionDef]:
        path = f"{qualifier.replace('.', '/')}.py"
        text = self._read_source(path)
        if text is None:
            return {}
        if len(text) > _MAX_SOURCE:
            raise ArchiveError(f"the archive is damaged: code/{path} is too long")
        self._sources[qualifier] = SourceFile(f"code/{path}", text)
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
            raise ArchiveError(f"the archive is damaged: code/{path} is no TorchScript source ({error})") from error
        return {d.name: d for d in tree.body if isinstance(d, (ast.ClassDef, ast.FunctionDef))}

    def source_map(self, file: SourceFile) -> SourceMap | None:
        """Where the lines of a file of this archive came from."""
        path = file.path.removeprefix("code/")
        if path not in self._maps:
            self._maps[path] = self._read_map(path)
        return self._maps[path]

    def line_starts(self, file: SourceFile) -> list[int]:
        """The byte offset of every line."""
        if file.path not in self._line_starts:
            lengths = (len(line.encode()) for line in file.text.splitlines(keepends=True))
            self._line_starts[file.path] = [0, *accumulate(lengths)]
        return self._line_starts[file.path]

    def function(self, name: str, definition: ast.FunctionDef, owner: Type | None) -> Function:
        """A function whose graph is made when it is first asked for."""
        qualifier = name.rpartition(".")[0] if owner is None else str(getattr(owner, "name", "")).rpartition(".")[0]
        parameters = self._parameters(definition, owner)
        result = self.type(definition.returns) if definition.returns is not None else NONE
        return SourceFunction(self, name, parameters, result, definition, self._sources.get(qualifier))

    def _parameters(self, definition: ast.FunctionDef, owner: Type | None) -> list[Parameter]:
        arguments = definition.args
        defaults: list[Any] = [MISSING] * (len(arguments.args) - len(arguments.defaults))
        parameters: list[Parameter] = []
        for index, (argument, default) in enumerate(zip(arguments.args, [*defaults, *arguments.defaults], strict=True)):
            if argument.annotation is not None:
                type_ = self.type(argument.annotation)
            else:
                type_ = owner if index == 0 and owner is not None else TENSOR
            value = default if default is MISSING else self.literal(default)
            parameters.append(Parameter(argument.arg, type_, value))
        return parameters

    def literal(self, node: ast.expr) -> Any:
        """The value of a default or of a class's constant."""
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "annotate":
            return self.literal(node.args[1])
        if isinstance(node, ast.Name) and node.id in _SPECIAL_FLOATS:
            return _SPECIAL_FLOATS[node.id]
        if isinstance(node, (ast.List, ast.Tuple)):
            items = [self.literal(item) for item in node.elts]
            return items if isinstance(node, ast.List) else tuple(items)
        if isinstance(node, ast.Dict):
            return {self.literal(k): self.literal(v) for k, v in zip(node.keys, node.values, strict=True) if k}
        if isinstance(node, ast.Attribute):
            return self._named_literal(node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            return -self.literal(node.operand)
        if isinstance(node, ast.Call):
            return self._called_literal(node)
        try:
            value = ast.literal_eval(node)
        except (ValueError, TypeError, SyntaxError, RecursionError) as error:
            raise ArchiveError(f"the archive is damaged: {ast.unparse(node)} is no constant") from error
        return text_of(value) if isinstance(value, str) else value

    def _named_literal(self, node: ast.Attribute) -> Any:
        if isinstance(node.value, ast.Name) and node.value.id == "CONSTANTS":
            return self.constant_named(node.attr)
        type_ = self.type(node.value)
        if not isinstance(type_, EnumType) or node.attr not in type_.members:
            raise ArchiveError(f"the archive is damaged: {ast.unparse(node)} is no constant")
        return type_.member(node.attr)

    def _called_literal(self, node: ast.Call) -> Any:
        import torch

        if ast.unparse(node.func) == "torch.device" and len(node.args) == 1:
            return torch.device(self.literal(node.args[0]))
        values = tuple(self.literal(a) for a in node.args)
        type_ = self.type(node.func)
        if not isinstance(type_, TupleType) or len(values) != len(type_.elements):
            raise ArchiveError(f"the archive is damaged: {ast.unparse(node)} is no constant")
        return values

    def constant_named(self, name: str) -> Any:
        """The value of `CONSTANTS.c0`."""
        if not name[1:].isdigit():
            raise ArchiveError(f"the archive is damaged: there is no constant {name}")
        return self.constant(int(name[1:]))

    def _class(self, name: str, definition: ast.ClassDef, *, is_module: bool) -> Type:
        cls = ClassType(name, is_module=is_module)
        self.types[name] = cls
        kinds: dict[str, str] = {}
        hooks: dict[str, list[str]] = {}
        for statement in definition.body:
            if isinstance(statement, ast.Assign):
                self._class_assignment(cls, statement, kinds, hooks)
            elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                self._class_annotation(cls, statement, kinds)
        for statement in definition.body:
            if isinstance(statement, ast.FunctionDef):
                cls.methods[statement.name] = self.function(f"{name}.{statement.name}", statement, cls)
        before, after = (hooks.get(n, []) for n in ("__forward_pre_hooks__", "__forward_hooks__"))
        if before or after:
            add_hooked_forward(cls, before, after)
            self.hooked.add(name)
        return cls

    def _class_assignment(
        self, cls: ClassType, statement: ast.Assign, kinds: dict[str, str], hooks: dict[str, list[str]]
    ) -> None:
        """`__parameters__ = [...]`, or `__annotations__["0"] = T`."""
        target = statement.targets[0]
        if isinstance(target, ast.Subscript):
            self._attribute(cls, str(self.literal(target.slice)), self.type(statement.value), kinds)
        elif isinstance(target, ast.Name) and target.id in ("__parameters__", "__buffers__"):
            for name in self.literal(statement.value):
                kinds[name] = target.id.strip("_").removesuffix("s")
        elif isinstance(target, ast.Name) and target.id in ("__forward_pre_hooks__", "__forward_hooks__"):
            hooks[target.id] = [str(name) for name in self.literal(statement.value)]

    def _class_annotation(self, cls: ClassType, statement: ast.AnnAssign, kinds: dict[str, str]) -> None:
        assert isinstance(statement.target, ast.Name)
        name = statement.target.id
        if statement.value is not None:
            cls.constants[name] = self.literal(statement.value)
        else:
            self._attribute(cls, name, self.type(statement.annotation), kinds)

    def _attribute(self, cls: ClassType, name: str, type_: Type, kinds: dict[str, str]) -> None:
        is_submodule = isinstance(type_, (ClassType, InterfaceType)) and type_.is_module
        cls.add_attribute(name, type_, "submodule" if is_submodule else kinds.get(name, "attribute"))

    def _named_tuple(self, name: str, definition: ast.ClassDef) -> Type:
        fields = [s for s in definition.body if isinstance(s, ast.AnnAssign) and isinstance(s.target, ast.Name)]
        names = tuple(s.target.id for s in fields if isinstance(s.target, ast.Name))
        type_ = TupleType(tuple(self.type(s.annotation) for s in fields), name, names)
        self.types[name] = type_
        return type_

    def _enum(self, name: str, definition: ast.ClassDef) -> Type:
        members: dict[str, int | float | str] = {}
        for statement in definition.body:
            if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                members[statement.targets[0].id] = self.literal(statement.value)
        from portfire.ir.builder import constant_type

        value_type = constant_type(next(iter(members.values()))) if members else NONE
        type_ = EnumType(name, value_type, members)
        self.types[name] = type_
        return type_

    def _interface(self, name: str, definition: ast.ClassDef, *, is_module: bool) -> Type:
        type_ = InterfaceType(name, is_module=is_module)
        self.types[name] = type_
        for statement in definition.body:
            if isinstance(statement, ast.FunctionDef):
                parameters = self._parameters(statement, type_)
                result = self.type(statement.returns) if statement.returns is not None else NONE
                type_.methods[statement.name] = Function(f"{name}.{statement.name}", parameters, result)
        return type_


_CLASS_KINDS: dict[str | None, Callable[[CodeReader, str, ast.ClassDef], Type]] = {
    None: lambda r, n, d: r._class(n, d, is_module=False),
    "Module": lambda r, n, d: r._class(n, d, is_module=True),
    "NamedTuple": CodeReader._named_tuple,
    "Enum": CodeReader._enum,
    "Interface": lambda r, n, d: r._interface(n, d, is_module=False),
    "ModuleInterface": lambda r, n, d: r._interface(n, d, is_module=True),
}

_SPECIAL_FLOATS = {
    "inf": float("inf"), "nan": float("nan"), "infj": complex(0, float("inf")), "nanj": complex(0, float("nan")),
}  # fmt: skip


def text_of(literal: str) -> str:
    """A string literal whose bytes beyond ASCII are escapes of UTF-8."""
    if literal.isascii():
        return literal
    try:
        return literal.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return literal


class SourceFunction(Function):
    """A function whose graph is made from its source when it is first looked at."""

    __slots__ = ("_definition", "_file", "_graph", "_reader")

    def __init__(
        self,
        reader: CodeReader,
        name: str,
        parameters: list[Parameter],
        return_type: Type,
        definition: ast.FunctionDef,
        file: SourceFile | None,
    ) -> None:
        self._reader = reader
        self._definition: ast.FunctionDef | None = definition
        self._file = file
        range_ = None
        if file is not None:
            at = definition
            range_ = SourceRange(file, at.lineno, at.col_offset, at.lineno, at.col_offset + len("def"), at.name)
        super().__init__(name, parameters, return_type, None, range_)
        self.is_of_torch = reader.is_of_torch

    @property
    def graph(self) -> Graph | None:
        """The graph."""
        if self._definition is not None:
            self._graph: Graph | None = read_function(self._reader, self, self._definition, self._file)
            self._definition = None
        return self._graph

    @graph.setter
    def graph(self, graph: Graph | None) -> None:
        self._graph = graph
