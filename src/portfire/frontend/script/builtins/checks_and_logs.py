"""Calls that check and tell: `torch._check` and its kin, `print` to other ends than a line, loggers.

A program has no logger: what one would log, as its level stands while compiling, becomes a warning; what it would not log
is left out.

Comes before: `exceptions.py`, `strings.py`. Comes after: `torch_library.py`, `python_values.py`, `builtin_functions.py`.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from portfire.frontend.script.builtins.builtin_parameters import Parameters
from portfire.frontend.script.statements.control_flow import emit_if_value
from portfire.frontend.script.statements.exceptions import as_text
from portfire.frontend.script.statements.exits import Flow
from portfire.frontend.script.values.constant_values import NONE_VALUE, ConstantValue
from portfire.frontend.script.values.runtime_value import RuntimeValue
from portfire.frontend.script.values.static_values import StaticValue
from portfire.frontend.script.values.tuple_values import TupleValue
from portfire.ir.graph import MISSING

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Arguments = Sequence[StaticValue]
Keywords = dict[str, StaticValue]
Emit = Callable[["Emitter", Arguments, Keywords], StaticValue]

#: What torch says of a check without a message.
_NO_MESSAGE = (
    "Expected cond to be True, but got False. (Could this error message be improved? If so, please report an "
    "enhancement request to PyTorch.)"
)


def _check(exception: str, called: str = "_check") -> Emit:
    """`torch._check(cond, message)`: the message may be a function, called where the check fails."""
    parameters = Parameters(1, 2, ("cond", "message"))

    def emit(emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        given, _ = parameters.bind(emitter, called, list(args), kwargs)
        condition = given[0].truth(emitter)
        message = given[1] if len(given) > 1 else NONE_VALUE

        def fail() -> Flow:
            text = ConstantValue(_NO_MESSAGE) if message.constant() is None else _message(emitter, message)
            inputs = [emitter.runtime(text), emitter.constant_value(f"builtins.{exception}")]
            emitter.node("prim::RaiseException", inputs)
            emitter.frame.is_dead = True
            return Flow.RAISES

        known = condition.constant()
        if known is MISSING:
            emit_if_value(emitter, condition, lambda: Flow.FALLS, fail)
        elif not known:
            emit_if_value(emitter, RuntimeValue(emitter.constant_value(False)), lambda: Flow.FALLS, fail)
        return NONE_VALUE

    return emit


def _message(emitter: Emitter, message: StaticValue) -> StaticValue:
    from portfire.frontend.script.types.conversion import static_type

    if static_type(message) is None:
        message = message.call(emitter, [], {})
    return as_text(emitter, message)


#: The functions of torch that check, by qualified name.
CHECKS: Final[dict[str, Emit]] = {
    "torch._check": _check("RuntimeError"),
    "torch._check_value": _check("ValueError", "_check_value"),
    "torch._check_index": _check("IndexError", "_check_index"),
    "torch._check_type": _check("TypeError", "_check_type"),
    "torch._check_not_implemented": _check("NotImplementedError", "_check_not_implemented"),
}


# Print


def check_print_file(emitter: Emitter, file: StaticValue) -> None:
    """Where `print` may go: a program prints to where its host lets it."""
    if file.constant() is None or isinstance(file, StandardStream):
        return
    raise emitter.fail(
        "unsupported-argument",
        "a program cannot print to a file",
        notes=("what it prints goes to one place, which the program's host chooses",),
        help="leave 'file' out, or return the text and write it in Python",
    )


class StandardStream(StaticValue):
    """`sys.stdout` or `sys.stderr`."""

    def __init__(self, name: str) -> None:
        self.name = name

    def describe(self) -> str:
        """See the base class."""
        return f"'sys.{self.name}'"

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """`write` and `flush`."""
        if name == "write":
            return _Method("write", lambda e, args, kwargs: _write(e, args))
        if name == "flush":
            return _Method("flush", lambda e, args, kwargs: NONE_VALUE)
        return super().attribute(emitter, name)


def standard_stream(python_object: object) -> StandardStream | None:
    """What `sys.stdout` or `sys.stderr` is in a program; None for other objects."""
    for name in ("stdout", "stderr"):
        if python_object is getattr(sys, name) or python_object is getattr(sys, f"__{name}__"):
            return StandardStream(name)
    return None


class _Method(StaticValue):
    """A method of an object that exists only while compiling."""

    def __init__(self, name: str, emit: Emit) -> None:
        self.name = name
        self.emit = emit

    def describe(self) -> str:
        """See the base class."""
        return f"the method '{self.name}'"

    def call(self, emitter: Emitter, args: Arguments, kwargs: Keywords) -> StaticValue:
        """See the base class."""
        return self.emit(emitter, args, kwargs)


def _write(emitter: Emitter, args: Arguments) -> StaticValue:
    emitter.builtin("prim::PrintText", [args[0]])
    return emitter.builtin("aten::len", [args[0]])


def emit_print_text(emitter: Emitter, args: Arguments, kwargs: Keywords) -> None:
    """`print(*args, sep=..., end=...)` with an end that is not a newline."""
    texts = [as_text(emitter, a) for a in args]
    separator = _or_default(kwargs.get("sep", NONE_VALUE), " ")
    end = _or_default(kwargs.get("end", NONE_VALUE), "\n")
    parts = [p for i, text in enumerate(texts) for p in ((text,) if i == 0 else (separator, text))]
    text: StaticValue = ConstantValue("")
    for part in [*parts, end]:
        text = emitter.builtin("aten::add", [text, part])
    emitter.builtin("prim::PrintText", [text])


def _or_default(value: StaticValue, default: str) -> StaticValue:
    return ConstantValue(default) if value.constant() is None else value


# Loggers

_LEVELS: Final[dict[str, int]] = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "warn": logging.WARNING,
    "error": logging.ERROR,
    "exception": logging.ERROR,
    "critical": logging.CRITICAL,
    "fatal": logging.CRITICAL,
}


class LoggerValue(StaticValue):
    """A `logging.Logger`, or the module `logging` itself with its functions."""

    def __init__(self, logger: logging.Logger) -> None:
        self.logger = logger

    @property
    def identity(self) -> object:
        """What tells this value from others."""
        return ("logger", self.logger.name)

    def describe(self) -> str:
        """See the base class."""
        return f"the logger '{self.logger.name}'"

    def has_attribute(self, emitter: Emitter, name: str) -> bool:
        """See the base class."""
        return hasattr(self.logger, name)

    def attribute(self, emitter: Emitter, name: str) -> StaticValue:
        """See the base class."""
        if name in _LEVELS:
            return _Method(name, lambda e, args, kwargs: self._log(e, _LEVELS[name], args))
        if name == "log":
            return _Method(name, lambda e, args, kwargs: self._log(e, _known_level(e, args[0]), args[1:]))
        if name == "isEnabledFor":
            return _Method(
                name, lambda e, args, kwargs: ConstantValue(self.logger.isEnabledFor(_known_level(e, args[0])))
            )
        if name in ("name", "level"):
            return ConstantValue(getattr(self.logger, name))
        raise emitter.fail(
            "unsupported-call",
            f"'{name}' of a logger is not for programs",
            notes=("a program only logs: what a logger does with it is set up in Python",),
            help=f"call '{name}' before the model is compiled",
        )

    def _log(self, emitter: Emitter, level: int, args: Arguments) -> StaticValue:
        if not args or not self.logger.isEnabledFor(level):
            return NONE_VALUE
        emitter.builtin("aten::warn", [_formatted(emitter, args), ConstantValue(2)])
        return NONE_VALUE


def logging_function(name: str) -> StaticValue | None:
    """A function of the module `logging`, such as `logging.info`; None for other names."""
    prefix, _, function = name.rpartition(".")
    if prefix != "logging" or function not in _LEVELS:
        return None
    logger = LoggerValue(logging.getLogger())
    return _Method(function, lambda e, args, kwargs: logger._log(e, _LEVELS[function], args))


def _known_level(emitter: Emitter, level: StaticValue) -> int:
    known = level.constant()
    if not isinstance(known, int):
        raise emitter.fail(
            "not-a-constant", "the level of a log must be known while compiling", help="name it: `logging.WARNING`"
        )
    return known


def _formatted(emitter: Emitter, args: Arguments) -> StaticValue:
    from portfire.frontend.script.values.strings import emit_percent_format

    if len(args) == 1:
        return as_text(emitter, args[0])
    return emit_percent_format(emitter, args[0], TupleValue(args[1:]))
