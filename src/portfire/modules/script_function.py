"""Compiled functions and methods as Python callables.

Both are subclasses of the engine's own callable type: a call goes from Python straight into the engine. What is added here
is for people: the graph, the source, saving.

Comes before: `ir/`, `archive/`. Comes after: `views.py`, `wrap.py`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import IO, Any, NoReturn, TypeVar

from portfire import _engine
from portfire.ir.forms import form_text, mentions
from portfire.ir.graph import Function, Graph
from portfire.modules.python_forms import Convert, converter, texts_of_bytes, unchanged

Made = TypeVar("Made", bound="ScriptMethod")


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


class VariadicMethod(ScriptMethod):
    """A compiled method with parameters that stand for `*args` and `**kwargs`: what a call gives beyond the others is
    put into a list and a dict."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it as the Python function is called."""
        function = self.function
        variadic = function.variadic
        assert variadic is not None
        if variadic.args is not None:
            if variadic.args in kwargs:
                raise TypeError(f"{self.__name__}() got an unexpected keyword argument '{variadic.args}'")
            kwargs[variadic.args] = list(args[variadic.position :])
            args = args[: variadic.position]
        if variadic.kwargs is not None:
            named = {p.name for p in function.parameters} - {variadic.kwargs}
            kwargs[variadic.kwargs] = {name: kwargs.pop(name) for name in list(kwargs) if name not in named}
        return super().__call__(*args, **kwargs)


class FormedMethod(ScriptMethod):
    """A compiled method whose results are something else in Python than in the program: dtypes, tuples of any length."""

    _convert: Convert
    #: Whether arguments hold bytes.
    _takes_bytes = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it, and give the result as Python has it."""
        if self._takes_bytes:
            args, kwargs = texts_of_bytes(args), texts_of_bytes(kwargs)
        return self._convert(super().__call__(*args, **kwargs))


class FormedVariadicMethod(FormedMethod, VariadicMethod):
    """Both."""


def program_arguments(method: ScriptMethod, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Positional arguments of a call from Python as those that the program takes."""
    variadic = method.function.variadic
    if variadic is None or variadic.args is None:
        return args
    return (*args[: variadic.position], list(args[variadic.position :]))


def method_of(target: _engine.Function, function: Function) -> ScriptMethod:
    """A compiled method as a Python callable."""
    kinds = (ScriptMethod, FormedMethod) if function.variadic is None else (VariadicMethod, FormedVariadicMethod)
    return callable_of(kinds, target, function, form_text(function.return_type), takes_bytes=takes_bytes(function))


def takes_bytes(function: Function) -> bool:
    """Whether arguments of the function hold bytes."""
    return any(mentions(p.type, "bytes") for p in function.parameters)


def callable_of(
    kinds: tuple[type[Made], type[Made]],
    target: _engine.Function,
    source: Function | Callable[[], Function],
    form: str,
    *,
    takes_bytes: bool = False,
) -> Made:
    """An object of the first class, or, where results have a form, of the second."""
    convert = converter(form)
    made = kinds[convert is not None or takes_bytes](target, source)
    if isinstance(made, FormedMethod):
        made._convert, made._takes_bytes = convert or unchanged, takes_bytes
    return made


class ScriptFunction(ScriptMethod):
    """A compiled function."""

    def save(
        self, path: str | os.PathLike[str] | IO[bytes], _extra_files: Mapping[str, str | bytes] | None = None
    ) -> None:
        """Write the function to an archive, as a module whose `forward` it is."""
        from portfire.archive.writer import save
        from portfire.pipeline import running_graph

        save(self.function, path, body=running_graph, extra_files=_extra_files)


class VariadicFunction(VariadicMethod, ScriptFunction):
    """A compiled function with `*args` or `**kwargs`."""


class FormedFunction(FormedMethod, ScriptFunction):
    """A compiled function whose results are something else in Python than in the program."""


class FormedVariadicFunction(FormedMethod, VariadicFunction):
    """Both."""


def function_of(target: _engine.Function, function: Function) -> ScriptFunction:
    """A compiled function as a Python callable."""
    plain = (ScriptFunction, FormedFunction)
    kinds: tuple[type[ScriptFunction], type[ScriptFunction]] = (
        plain if function.variadic is None else (VariadicFunction, FormedVariadicFunction)
    )
    return callable_of(kinds, target, function, form_text(function.return_type), takes_bytes=takes_bytes(function))
