"""Tensors' storages as records: each storage is one record, however many tensors look at it.

Comes before: `ir/dtypes.py`. Comes after: `pickler.py`, `writer.py` (bytes out), `reader.py` (bytes in).
"""

from __future__ import annotations

from typing import Any

from portfire.errors import SaveError

#: torch's dtype name -> the name of its storage class in pickles.
STORAGE_CLASSES: dict[str, str] = {
    "float32": "FloatStorage", "float64": "DoubleStorage", "float16": "HalfStorage", "bfloat16": "BFloat16Storage",
    "int64": "LongStorage", "int32": "IntStorage", "int16": "ShortStorage", "int8": "CharStorage", "uint8": "ByteStorage",
    "bool": "BoolStorage", "complex32": "ComplexHalfStorage", "complex64": "ComplexFloatStorage",
    "complex128": "ComplexDoubleStorage", "qint8": "QInt8Storage", "quint8": "QUInt8Storage", "qint32": "QInt32Storage",
    "uint16": "UInt16Storage", "uint32": "UInt32Storage", "uint64": "UInt64Storage",
    "float8_e5m2": "Float8_e5m2Storage", "float8_e4m3fn": "Float8_e4m3fnStorage",
}  # fmt: skip

DTYPES: dict[str, str] = {storage: dtype for dtype, storage in STORAGE_CLASSES.items()}


def dtype_name(tensor: Any) -> str:
    """`float32`, without torch's prefix."""
    return str(tensor.dtype).rpartition(".")[2]


def storage_class(tensor: Any) -> str:
    """`FloatStorage`."""
    name = STORAGE_CLASSES.get(dtype_name(tensor))
    if name is None:
        raise SaveError(f"a tensor of dtype {tensor.dtype} cannot be saved")
    return name


class StorageTable:
    """The storages of one archive in the order they are met, by the record each lies in.

    Identity is that of the storage, so tensors that share memory share a record, across all parts of the archive.
    """

    def __init__(self) -> None:
        self._records: dict[int, str] = {}
        self._counts: dict[str, int] = {}
        self.storages: dict[str, Any] = {}

    def record(self, tensor: Any, folder: str) -> str:
        """The record of the tensor's storage; a new one below `folder` if it has none there yet."""
        storage = _storage(tensor)
        known = self._records.get(storage._cdata)
        if known is not None and known.startswith(f"{folder}/"):
            return known
        number = self._counts.get(folder, 0)
        self._counts[folder] = number + 1
        name = f"{folder}/{number}"
        self._records.setdefault(storage._cdata, name)
        self.storages[name] = storage
        return name

    def existing(self, tensor: Any, folder: str) -> tuple[str, int]:
        """The record that holds the tensor's storage in any folder, else a new one below `folder`; and its size."""
        storage = _storage(tensor)
        known = self._records.get(storage._cdata)
        return known or self.record(tensor, folder), storage.nbytes()


def _storage(tensor: Any) -> Any:
    if tensor.layout is not _strided():
        raise SaveError(
            f"a tensor of layout {tensor.layout} cannot be saved; keep its indices and values as buffers, and make it where "
            "it is used: torch.sparse_coo_tensor(self.indices, self.values, size)"
        )
    if tensor.device.type == "meta":
        raise SaveError("a tensor on the meta device has no data to save")
    return tensor.untyped_storage()


def _strided() -> Any:
    import torch

    return torch.strided


def storage_bytes(storage: Any) -> memoryview:
    """The bytes of a storage, without a copy where it lies in the CPU's memory."""
    import torch

    flat = torch.empty(0, dtype=torch.uint8, device=storage.device).set_(storage)
    array: Any = flat.cpu().numpy()
    return memoryview(array).cast("B") if storage.nbytes() else memoryview(b"")
