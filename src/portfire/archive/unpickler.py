"""An unpickler that builds what TorchScript archives contain, and nothing else.

It interprets the opcodes of protocol 2 itself. A global is one of a fixed list or a class of the archive's own code;
anything else is refused by name. No import happens and no callable is ever called on behalf of the file.

Comes before: `tensor_reader.py`. Comes after: `reader.py`; `pickler.py` is the inverse.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from portfire.archive.tensor_reader import TensorReader, dtype_of_storage, strided_view
from portfire.archive.value_types import fits
from portfire.errors import ArchiveError
from portfire.ir.state import ObjectState
from portfire.ir.types import ClassType, EnumType, FunctionType, Type

_QSCHEMES = ("per_tensor_affine", "per_channel_affine", "per_channel_affine_float_qparams")


@dataclass(frozen=True, slots=True)
class _Global:
    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


@dataclass(frozen=True, slots=True)
class _Storage:
    storage: Any
    dtype: str
    device: str


@dataclass(slots=True)
class _Instance:
    """An object between NEWOBJ and BUILD."""

    state: ObjectState


class Unpickler:
    """Reads one pickle. `resolve` finds a type of the archive's code by qualified name, or gives None."""

    def __init__(
        self,
        data: bytes,
        resolve: Callable[[str], Type | None],
        tensors: TensorReader | None,
        device: str | None = None,
    ) -> None:
        self._data = data
        self._position = 0
        self._resolve = resolve
        self._tensors = tensors
        self._device = device
        self._stack: list[Any] = []
        self._marks: list[int] = []
        self._memo: dict[int, Any] = {}

    def load(self) -> Any:
        """The value. Raises ArchiveError for anything but a well-formed pickle of known content."""
        try:
            if self._take(2) != b"\x80\x02":
                raise ArchiveError("the archive is damaged: a pickle does not begin as protocol 2 does")
            while (opcode := self._take(1)) != b".":
                action = _OPCODES.get(opcode)
                if action is None:
                    raise ArchiveError(f"the archive holds a pickle with the opcode {opcode!r}, which no model needs")
                action(self)
            (value,) = self._stack
            if self._marks:
                raise ArchiveError("the archive is damaged: a pickle has a mark that nothing takes")
        except (IndexError, ValueError, TypeError, KeyError, struct.error, AttributeError, OverflowError) as error:
            raise ArchiveError(f"the archive is damaged: a pickle cannot be read ({error})") from error
        return value

    def _take(self, count: int) -> bytes:
        end = self._position + count
        if end > len(self._data):
            raise ArchiveError("the archive is damaged: a pickle is cut off")
        data = self._data[self._position : end]
        self._position = end
        return data

    def _number(self, form: str) -> Any:
        return struct.unpack(form, self._take(struct.calcsize(form)))[0]

    def _line(self) -> str:
        end = self._data.index(b"\n", self._position)
        line = self._data[self._position : end].decode()
        self._position = end + 1
        return line

    def _pop_mark(self) -> list[Any]:
        start = self._marks.pop()
        items = self._stack[start:]
        del self._stack[start:]
        return items

    def _put(self, index: int) -> None:
        self._memo[index] = self._stack[-1]

    def _get(self, index: int) -> None:
        self._stack.append(self._memo[index])

    def _long(self) -> None:
        size = self._number("<B")
        self._stack.append(int.from_bytes(self._take(size), "little", signed=True))

    def _text(self) -> None:
        self._stack.append(self._take(self._number("<I")).decode("utf-8", "surrogatepass"))

    def _tuple(self, count: int) -> None:
        if count > len(self._stack):
            raise ArchiveError("the archive is damaged: a pickle's stack is empty")
        items = tuple(self._stack[len(self._stack) - count :])
        del self._stack[len(self._stack) - count :]
        self._stack.append(items)

    def _append(self) -> None:
        item = self._stack.pop()
        _expect(self._stack[-1], list).append(item)

    def _appends(self) -> None:
        items = self._pop_mark()
        _expect(self._stack[-1], list).extend(items)

    def _set_item(self) -> None:
        value, key = self._stack.pop(), self._stack.pop()
        _expect(self._stack[-1], dict)[_key(key)] = value

    def _set_items(self) -> None:
        items = self._pop_mark()
        target = _expect(self._stack[-1], dict)
        for key, value in zip(items[::2], items[1::2], strict=True):
            target[_key(key)] = value

    def _dict(self) -> None:
        items = self._pop_mark()
        self._stack.append({_key(k): v for k, v in zip(items[::2], items[1::2], strict=True)})

    def _global(self) -> None:
        module, name = self._line(), self._line()
        found = _Global(module, name)
        if module == "torch" and name.endswith("Storage"):
            self._stack.append(dtype_of_storage(name))
        elif str(found) in _CALLABLES or (module == "torch" and name in _QSCHEMES):
            self._stack.append(found)
        else:
            self._stack.append(self._class(found))

    def _class(self, name: _Global) -> Type:
        type_ = self._resolve(str(name)) if name.module.partition(".")[0] == "__torch__" else None
        if name.module == "torch._utils" and name.name.startswith("_rebuild_sparse"):
            raise ArchiveError("the archive holds a sparse tensor, which portfire keeps in no file")
        if type_ is None:
            raise ArchiveError(f"the archive refers to {name}, which a model may not contain; it is refused")
        return type_

    def _new_object(self) -> None:
        arguments, cls = self._stack.pop(), self._stack.pop()
        if arguments != () or not isinstance(cls, ClassType):
            raise ArchiveError("the archive is damaged: a pickle makes an object of no class")
        self._stack.append(_Instance(ObjectState(cls)))

    def _build(self) -> None:
        state = self._stack.pop()
        instance = _expect(self._stack[-1], _Instance)
        target = instance.state
        if not isinstance(state, dict):
            raise ArchiveError(
                f"an object of {target.cls.name} is stored through __getstate__, which is not supported yet"
            )
        _check_state(target.cls, state)
        target.values.update(state)
        self._stack[-1] = target

    def _reduce(self) -> None:
        argument, function = self._stack.pop(), self._stack.pop()
        if isinstance(function, EnumType):
            member = next((n for n, v in function.members.items() if v == argument), None)
            if member is None:
                raise ArchiveError(f"the archive is damaged: {function.name} has no member with the value {argument!r}")
            self._stack.append(function.member(member))
            return
        action = _CALLABLES.get(str(function)) if isinstance(function, _Global) else None
        if action is None:
            raise ArchiveError("the archive is damaged: a pickle calls what cannot be called")
        self._stack.append(action(self, _expect(argument, tuple)))

    def _persistent(self) -> None:
        kind, dtype, key, device, count = _expect(self._stack.pop(), tuple)
        if kind != "storage" or not isinstance(key, str) or not isinstance(count, int) or count < 0:
            raise ArchiveError("the archive is damaged: a pickle names an unknown kind of record")
        if self._tensors is None:
            raise ArchiveError("the archive is damaged: a pickle without tensors names a record")
        storage = self._tensors.storage(key, count * _item_size(dtype))
        self._stack.append(_Storage(storage, dtype, self._device or _expect(device, str)))

    def rebuild_tensor(self, arguments: tuple[Any, ...]) -> Any:
        """`torch._utils._rebuild_tensor_v2`."""
        source, offset, sizes, strides, requires_grad = arguments[:5]
        tensor = strided_view(_expect(source, _Storage).storage, source.dtype, offset, sizes, strides, source.device)
        return tensor.requires_grad_() if requires_grad else tensor

    def rebuild_quantized(self, arguments: tuple[Any, ...]) -> Any:
        """`torch._utils._rebuild_qtensor`."""
        import torch

        source, offset, sizes, strides, (scheme, *values) = arguments[:5]
        _expect(source, _Storage)
        strided_view(source.storage, source.dtype, offset, sizes, strides, "cpu")  # its checks
        dtype = getattr(torch, source.dtype)
        if scheme.name == "per_tensor_affine":
            empty = torch._empty_affine_quantized(sizes, scale=values[0], zero_point=values[1], dtype=dtype)
        else:
            empty = torch._empty_per_channel_affine_quantized(
                sizes, scales=values[0], zero_points=values[1], axis=values[2], dtype=dtype
            )
        return empty.set_(source.storage, offset, sizes, strides)


def _check_state(cls: ClassType, state: dict[Any, Any]) -> None:
    """Exactly the attributes that the class declares, with values of their types."""
    for name, attribute in cls.attributes.items():
        if name not in state and not isinstance(attribute.type, FunctionType):
            raise ArchiveError(f"the archive is damaged: an object of {cls.name} lacks its attribute {name!r}")
    for name, value in state.items():
        declared = cls.attributes.get(name)
        if declared is None:
            raise ArchiveError(f"the archive is damaged: {cls.name} has no attribute {name!r}")
        if not fits(value, declared.type):
            raise ArchiveError(
                f"the archive is damaged: {cls.name}.{name} is declared as {declared.type.annotation}, "
                f"and its value is a {type(value).__name__}"
            )


def _expect(value: Any, kind: type) -> Any:
    if not isinstance(value, kind):
        raise ArchiveError(
            f"the archive is damaged: a pickle has a {type(value).__name__} where it needs a {kind.__name__}"
        )
    return value


def _key(key: Any) -> Any:
    if isinstance(key, (list, dict, ObjectState, _Instance)):
        raise ArchiveError("the archive is damaged: a dict has a key that cannot be one")
    return key


def _item_size(dtype: str) -> int:
    import torch

    return int(getattr(torch, dtype).itemsize)


def _typed_list(_: Unpickler, arguments: tuple[Any, ...]) -> Any:
    return _expect(arguments[0], list)


def _tagged(_: Unpickler, arguments: tuple[Any, ...]) -> Any:
    value, _type = arguments  # declared types of attributes say the same
    return _expect(value, (list, dict))  # type: ignore[arg-type]


def _device(_: Unpickler, arguments: tuple[Any, ...]) -> Any:
    import torch

    (name,) = arguments
    try:
        return torch.device(_expect(name, str))
    except RuntimeError as error:
        raise ArchiveError(f"the archive is damaged: there is no device {name!r}") from error


#: The globals that may be called, and what that means.
_CALLABLES: dict[str, Callable[[Unpickler, tuple[Any, ...]], Any]] = {
    "torch._utils._rebuild_tensor_v2": Unpickler.rebuild_tensor,
    "torch._utils._rebuild_qtensor": Unpickler.rebuild_quantized,
    "torch.jit._pickle.build_intlist": _typed_list,
    "torch.jit._pickle.build_doublelist": _typed_list,
    "torch.jit._pickle.build_boollist": _typed_list,
    "torch.jit._pickle.build_tensorlist": _typed_list,
    "torch.jit._pickle.restore_type_tag": _tagged,
    "collections.OrderedDict": lambda _, arguments: None,
    "builtins.complex": lambda _, arguments: complex(*map(float, arguments)),
    "torch.device": _device,
}

_OPCODES: dict[bytes, Callable[[Unpickler], None]] = {
    b"c": Unpickler._global,
    b"q": lambda u: u._put(u._number("<B")),
    b"r": lambda u: u._put(u._number("<I")),
    b"h": lambda u: u._get(u._number("<B")),
    b"j": lambda u: u._get(u._number("<I")),
    b"(": lambda u: u._marks.append(len(u._stack)),
    b")": lambda u: u._stack.append(()),
    b"t": lambda u: u._stack.append(tuple(u._pop_mark())),
    b"\x85": lambda u: u._tuple(1),
    b"\x86": lambda u: u._tuple(2),
    b"\x87": lambda u: u._tuple(3),
    b"]": lambda u: u._stack.append([]),
    b"a": Unpickler._append,
    b"e": Unpickler._appends,
    b"l": lambda u: u._stack.append(u._pop_mark()),
    b"}": lambda u: u._stack.append({}),
    b"s": Unpickler._set_item,
    b"u": Unpickler._set_items,
    b"d": Unpickler._dict,
    b"N": lambda u: u._stack.append(None),
    b"\x88": lambda u: u._stack.append(True),
    b"\x89": lambda u: u._stack.append(False),
    b"K": lambda u: u._stack.append(u._number("<B")),
    b"M": lambda u: u._stack.append(u._number("<H")),
    b"J": lambda u: u._stack.append(u._number("<i")),
    b"\x8a": Unpickler._long,
    b"X": Unpickler._text,
    b"G": lambda u: u._stack.append(u._number(">d")),
    b"\x81": Unpickler._new_object,
    b"b": Unpickler._build,
    b"R": Unpickler._reduce,
    b"Q": Unpickler._persistent,
}
