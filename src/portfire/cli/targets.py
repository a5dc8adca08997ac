"""`MODULE:ATTR`: naming a model on the command line. An archive is a model too."""

from __future__ import annotations

import ast
import difflib
import importlib
import importlib.util
import inspect
import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import click
import torch

import portfire
from portfire.cli.user_code import UserCodeError, user_code


class Target(click.ParamType):  # type: ignore[type-arg] # generic since click 8.4
    """`package.module:attribute`, `path/to/file.py:attribute`, or an archive."""

    name = "MODULE:ATTR"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The object that the user named; fails with a usage error."""
        if not isinstance(value, str):
            return value
        if os.path.isfile(value) and not value.endswith(".py"):
            return portfire.load(value)
        name, bracket, arguments = value.partition("(")
        place, _, attribute = name.rpartition(":")
        if not place or not attribute:
            self.fail(
                f"{value!r} is not of the form MODULE:ATTR, as in mypackage.models:Net or model.py:net", param, ctx
            )
        found: Any = self._module(place, param, ctx)
        for part in attribute.split("."):
            if not hasattr(found, part):
                known = [n for n in dir(found) if not n.startswith("_")]
                near = difflib.get_close_matches(part, known, 1)
                hint = f"; did you mean '{near[0]}'?" if near else ""
                self.fail(f"{place} has no attribute '{attribute}'{hint}", param, ctx)
            found = getattr(found, part)
        return self._called(found, bracket + arguments, value, param, ctx) if bracket else found

    def _called(
        self, function: Any, arguments: str, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> Any:
        """What the target gives when it is called with the arguments behind it, which must be literals."""
        try:
            call = ast.parse(f"f{arguments}", mode="eval").body
            if not isinstance(call, ast.Call) or any(k.arg is None for k in call.keywords):
                raise ValueError
            args = [ast.literal_eval(a) for a in call.args]
            kwargs = {str(k.arg): ast.literal_eval(k.value) for k in call.keywords}
        except (SyntaxError, ValueError):
            self.fail(f"the arguments in {value!r} are not literals, as in model.py:Net(64, depth=3)", param, ctx)
        with user_code(value):
            made = function(*args, **kwargs)
        return made.eval() if isinstance(made, torch.nn.Module) else made

    def _module(self, place: str, param: click.Parameter | None, ctx: click.Context | None) -> ModuleType:
        if os.getcwd() not in sys.path:
            sys.path.insert(0, os.getcwd())
        if not place.endswith(".py"):
            try:
                with user_code(f"importing {place}"):
                    return importlib.import_module(place)
            except UserCodeError as e:
                if isinstance(e.__cause__, ModuleNotFoundError) and place.startswith(str(e.__cause__.name)):
                    self.fail(f"cannot import {place}: {e.__cause__}", param, ctx)
                raise
        if not os.path.exists(place):
            self.fail(f"there is no file {place}", param, ctx)
        name = os.path.splitext(os.path.basename(place))[0]
        spec = importlib.util.spec_from_file_location(name, place)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules.setdefault(name, module)
        sys.path.insert(0, os.path.dirname(os.path.abspath(place)))  # as `python FILE.py` has it
        with user_code(f"importing {place}"):
            spec.loader.exec_module(module)
        return module


def has_attribute(target: str) -> bool:
    """Whether a target names something in a module or file, or is an archive; not a module, file or folder alone."""
    place = target.partition("(")[0]
    if os.path.isdir(place) or (os.path.isfile(place) and place.endswith(".py")):
        return False
    return os.path.isfile(target) or ":" in place


def model_of(target: Any, *, is_function: bool = False) -> Callable[..., Any]:
    """The model a target means: a module as it is, a module class or a factory called without arguments, a function.

    A function counts as a factory if it can be called without arguments, unless `is_function`.
    """
    if isinstance(target, torch.nn.Module):
        return target
    if isinstance(target, type):
        if not issubclass(target, torch.nn.Module):
            raise click.UsageError(f"{target.__qualname__} is a class, but not of a torch.nn.Module")
        made: Callable[..., Any] = _called(target)
        return made.eval() if isinstance(made, torch.nn.Module) else made
    if not callable(target):
        raise click.UsageError(
            f"the target is an object of type {type(target).__qualname__}; give a module, a function, or what makes one"
        )
    if not is_function and _takes_nothing(target):
        with user_code(f"{getattr(target, '__qualname__', 'the target')}()"):
            made = target()
        if callable(made):
            return made
    return target  # type: ignore[no-any-return]


def _called(cls: type) -> Any:
    try:
        inspect.signature(cls).bind()
    except TypeError as e:
        raise click.UsageError(
            f"{cls.__qualname__} cannot be made without arguments ({e}); write them behind it, as in "
            f"'{cls.__qualname__}(64, depth=3)', or name a function that makes it"
        ) from e
    with user_code(f"{cls.__qualname__}()"):
        return cls()


def _takes_nothing(function: Callable[..., Any]) -> bool:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False
    return all(p.default is not p.empty or p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) for p in parameters)
