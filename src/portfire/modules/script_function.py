"""Compiled functions and methods as Python callables.

Both are subclasses of the engine's own callable type: a call goes from Python straight into the engine. What is added here
is for people: the graph, the source, saving.

Comes before: `ir/`, `archive/`. Comes after: `views.py`, `wrap.py`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import IO, Any, NoReturn

from portfire import _engine
from portfire.ir.graph import Function, Graph


class ScriptMethod(_engine.Function):
    """A compiled method, bound to its object.

    `source` is the front end's function, or, for a method out of an archive, what reads it there when it is asked for.
    """

    def __init__(self, target: _engine.Function, source: Function | Callable[[], Function]) -> None:
        self._source = source
        self.__name__ = target.qualified_name.rpartition(".")[2]
        self.__doc__ = source.doc if isinstance(source, Function) else None

    @property
    def function(self) -> Function:
        """The front end's function: what `.graph` and `.code` show."""
        if not isinstance(self._source, Function):
            self._source = self._source()
        return self._source

    @property
    def name(self) -> str:
        """The name, without its qualifiers."""
        return self.__name__

    @property
    def schema(self) -> str:
        """The signature: `forward(Tensor x, int n=2) -> Tensor`."""
        return str(self.function)

    @property
    def graph(self) -> Graph:
        """The graph the front end made; the engine runs an optimised copy."""
        assert self.function.graph is not None
        return self.function.graph

    @property
    def inlined_graph(self) -> Graph:
        """A copy of the graph with all calls inlined."""
        from portfire.ir.clone import clone_graph
        from portfire.passes.inline_calls import inline_calls

        graph = clone_graph(self.graph)
        inline_calls(graph)
        return graph

    @property
    def code(self) -> str:
        """The function as TorchScript source."""
        return self.code_with_constants[0]

    @property
    def code_with_constants(self) -> tuple[str, Any]:
        """The function as TorchScript source, and the constants that the source names."""
        from portfire.archive.code_files import print_code

        return print_code(self.function)

    def __copy__(self) -> ScriptMethod:
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> ScriptMethod:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a compiled function cannot be pickled: save it with its save() method")


class ScriptFunction(ScriptMethod):
    """A compiled function."""

    def save(
        self, path: str | os.PathLike[str] | IO[bytes], _extra_files: Mapping[str, str | bytes] | None = None
    ) -> None:
        """Write the function to an archive, as a module whose `forward` it is."""
        from portfire.archive.writer import save
        from portfire.pipeline import running_graph

        save(self.function, path, body=running_graph, extra_files=_extra_files)
