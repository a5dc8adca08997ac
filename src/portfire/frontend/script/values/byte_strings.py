"""`bytes`. In a program they are a str of the characters below 256, whose type notes that Python has bytes there
(`ir/forms.py`).

Comes before: `scalar_values.py`, `python_library/byte_strings.py`. Comes after: `expressions.py`, `behaviours.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from portfire.frontend.script.builtins.python_library import byte_strings
from portfire.frontend.script.types.conversion import static_type
from portfire.frontend.script.values.constant_values import FALSE_VALUE, NONE_VALUE, TRUE_VALUE, ConstantValue
from portfire.frontend.script.values.runtime_value import MethodValue, RuntimeValue
from portfire.frontend.script.values.scalar_values import StringBehaviour
from portfire.frontend.script.values.static_values import Iteration, StaticValue
from portfire.ir.forms import form_kind
from portfire.ir.graph import Value
from portfire.ir.types import BYTES, INT, STR, ListType

if TYPE_CHECKING:
    from portfire.frontend.script.emitter import Emitter

Arguments = list[StaticValue]
Keywords = dict[str, StaticValue]
Method = Callable[["Emitter", StaticValue, Arguments, Keywords], StaticValue]


def known_bytes(emitter: Emitter, value: bytes) -> StaticValue:
    """`b"..."`."""
    return RuntimeValue(emitter.builder.constant(value.decode("latin-1"), BYTES))


def make_bytes(emitter: Emitter, args: Sequence[StaticValue], kwargs: Keywords) -> StaticValue:
    """`bytes([1, 2])`, `bytes(3)`, `bytes("text", "utf-8")`."""
    from portfire.frontend.script.builtins.builtin_iteration import to_list

    if not args:
        return known_bytes(emitter, b"")
    type_ = static_type(args[0])
    if type_ == STR and len(args) > 1:
        return encode(emitter, args[0], list(args[1:]), kwargs)
    if type_ == STR:
        return args[0]
    if type_ == INT:
        zero = ConstantValue("\x00")
        text = emitter.insert("prim::ListConstruct", [emitter.runtime(zero)], ListType(STR))
        return _as_bytes(
            emitter.builtin("aten::join", [ConstantValue(""), emitter.builtin("aten::mul", [text, args[0]])])
        )
    items = args[0] if isinstance(type_, ListType) else to_list(emitter, args[0])
    return _called(emitter, byte_strings.from_numbers, [items])


def encode(emitter: Emitter, text: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    """`text.encode(encoding, errors)`."""
    return _called(emitter, byte_strings.encoded, _coding(text, args, kwargs))


def _coding(text: StaticValue, args: Arguments, kwargs: Keywords) -> Arguments:
    given = dict(zip(("encoding", "errors"), args, strict=False)) | kwargs
    return [text, given.get("encoding", ConstantValue("utf-8")), given.get("errors", ConstantValue("strict"))]


def _called(emitter: Emitter, function: Callable[..., object], args: Arguments) -> StaticValue:
    return _as_bytes(emitter.compiler.function_value(function).call(emitter, args, {}))


def _as_bytes(text: StaticValue) -> StaticValue:
    if isinstance(text, RuntimeValue):
        text.value.type = BYTES
    return text


def _is_bytes(value: StaticValue) -> bool:
    type_ = static_type(value)
    return type_ is not None and form_kind(type_) == "bytes"


class BytesBehaviour(StringBehaviour):
    """`bytes`."""

    def attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> StaticValue:
        """See the base class."""
        if name in _METHODS:
            return MethodValue(value, name, _METHODS[name])
        if name in _OF_TEXTS:
            return MethodValue(value, name, self._of_texts(name))
        raise emitter.fail("no-attribute", f"bytes have no attribute '{name}' in a program", help="decode them first")

    def has_attribute(self, emitter: Emitter, value: RuntimeValue, name: str) -> bool:
        """See the base class."""
        return name in _METHODS or name in _OF_TEXTS

    def index(self, emitter: Emitter, value: RuntimeValue, key: StaticValue) -> StaticValue:
        """One byte is an int."""
        found = super().index(emitter, value, key)
        is_slice = not isinstance(static_type(key), type(INT))
        return _as_bytes(found) if is_slice else emitter.builtin("aten::ord", [found])

    def iterate(self, emitter: Emitter, value: RuntimeValue) -> Iteration:
        """See the base class."""
        numbers = emitter.compiler.function_value(byte_strings.numbers_of).call(emitter, [value], {})
        return Iteration(source=numbers)

    def item(self, emitter: Emitter, value: RuntimeValue, index: Value) -> StaticValue:
        """See the base class."""
        return emitter.builtin("aten::ord", [super().item(emitter, value, index)])

    def unpack(self, emitter: Emitter, value: RuntimeValue, count: int | None) -> Sequence[StaticValue]:
        """See the base class."""
        source = self.iterate(emitter, value).source
        assert source is not None
        return source.unpack(emitter, count)

    def _of_texts(self, name: str) -> Method:
        """A method that does with the characters what it does with bytes."""

        def emit(emitter: Emitter, value: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
            text = RuntimeValue(emitter.runtime(value))
            found = StringBehaviour.attribute(self, emitter, text, name).call(emitter, args, kwargs)
            return _formed_like_bytes(emitter, found)

        return emit


def _formed_like_bytes(emitter: Emitter, found: StaticValue) -> StaticValue:
    """The texts in a result are bytes."""
    from portfire.frontend.script.values.tuple_values import TupleValue

    type_ = static_type(found)
    if type_ == STR:
        return _as_bytes(found)
    if type_ == ListType(STR) and isinstance(found, RuntimeValue):
        found.value.type = ListType(BYTES)
    elif type_ is not None and type_.contained() and not isinstance(type_, ListType):
        return TupleValue([_formed_like_bytes(emitter, i) for i in found.unpack(emitter, None)])
    return found


def _contains(emitter: Emitter, value: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    wanted = args[0]
    if static_type(wanted) == INT:
        wanted = emitter.builtin("aten::chr", [wanted])
    return emitter.builtin("aten::ge", [emitter.builtin("aten::find", [value, wanted]), ConstantValue(0)])


def _compared(operator: str, otherwise: StaticValue) -> Method:
    def emit(emitter: Emitter, value: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
        return emitter.builtin(operator, [value, args[0]]) if _is_bytes(args[0]) else otherwise

    return emit


def _concatenated(emitter: Emitter, value: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    if not _is_bytes(args[0]):
        raise emitter.fail(
            "no-overload", f"bytes cannot be added to {args[0].describe()}", help="encode the text first"
        )
    return _as_bytes(emitter.builtin("aten::add", [value, args[0]]))


def _repeated(emitter: Emitter, value: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    parts = emitter.insert("prim::ListConstruct", [emitter.runtime(value)], ListType(STR))
    return _as_bytes(emitter.builtin("aten::join", [ConstantValue(""), emitter.builtin("aten::mul", [parts, args[0]])]))


def _joined(emitter: Emitter, value: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    from portfire.frontend.script.builtins.builtin_iteration import to_list

    items = args[0] if isinstance(static_type(args[0]), ListType) else to_list(emitter, args[0])
    return _as_bytes(emitter.builtin("aten::join", [value, items]))


def _library(function: Callable[..., object]) -> Method:
    return lambda emitter, value, args, kwargs: _called(emitter, function, [value, *args])


def _stripping(*, left: bool, right: bool) -> Method:
    def emit(emitter: Emitter, value: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
        characters = args[0] if args else NONE_VALUE
        return _called(emitter, byte_strings.stripped, [value, characters, ConstantValue(left), ConstantValue(right)])

    return emit


def _text(function: Callable[..., object]) -> Method:
    return lambda emitter, value, args, kwargs: emitter.compiler.function_value(function).call(emitter, [value], {})


def _decode(emitter: Emitter, value: StaticValue, args: Arguments, kwargs: Keywords) -> StaticValue:
    return emitter.compiler.function_value(byte_strings.decoded).call(emitter, _coding(value, args, kwargs), {})


#: Methods that mean the same for the characters of a str.
_OF_TEXTS = frozenset(
    (
        "split", "rsplit", "startswith", "endswith", "find", "rfind", "index", "rindex", "count", "replace", "partition",
        "rpartition", "zfill", "ljust", "rjust", "center", "removeprefix", "removesuffix", "splitlines",
    )
)  # fmt: skip

_METHODS: dict[str, Method] = {
    "decode": _decode, "hex": _text(byte_strings.in_hex), "join": _joined,
    "upper": _library(byte_strings.upper), "lower": _library(byte_strings.lower),
    "strip": _stripping(left=True, right=True), "lstrip": _stripping(left=True, right=False),
    "rstrip": _stripping(left=False, right=True),
    "__contains__": _contains, "__add__": _concatenated, "__mul__": _repeated, "__rmul__": _repeated,
    "__eq__": _compared("aten::eq", FALSE_VALUE), "__ne__": _compared("aten::ne", TRUE_VALUE),
    **{
        f"__{name}__": _compared(f"aten::{name}", FALSE_VALUE) for name in ("lt", "le", "gt", "ge")
    },
}  # fmt: skip
