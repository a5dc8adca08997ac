"""torch's dtypes, layouts, memory formats and quantization schemes as the integers TorchScript knows them by.

Source of the numbers: c10/core/ScalarType.h, Layout.h, MemoryFormat.h, QScheme.h; they are part of the archive format and never change.
Comes before: nothing. Comes after: front ends (constants), `archive/`, the binding.
"""

from __future__ import annotations

from typing import Any

#: torch's dtype name -> c10::ScalarType.
DTYPE_NUMBERS: dict[str, int] = {
    "uint8": 0, "int8": 1, "int16": 2, "int32": 3, "int64": 4, "float16": 5, "float32": 6, "float64": 7,
    "complex32": 8, "complex64": 9, "complex128": 10, "bool": 11, "qint8": 12, "quint8": 13, "qint32": 14,
    "bfloat16": 15, "quint4x2": 16, "quint2x4": 17, "bits1x8": 18, "bits2x4": 19, "bits4x2": 20, "bits8": 21,
    "bits16": 22, "float8_e5m2": 23, "float8_e4m3fn": 24, "float8_e5m2fnuz": 25, "float8_e4m3fnuz": 26,
    "uint16": 27, "uint32": 28, "uint64": 29, "uint1": 30, "uint2": 31, "uint3": 32, "uint4": 33, "uint5": 34, "uint6": 35,
    "uint7": 36, "int1": 37, "int2": 38, "int3": 39, "int4": 40, "int5": 41, "int6": 42, "int7": 43, "float8_e8m0fnu": 44,
    "float4_e2m1fn_x2": 45,
}  # fmt: skip

#: How a refined tensor is called in `.graph`, by dtype.
TENSOR_NAMES: dict[str, str] = {
    "float32": "Float", "float64": "Double", "float16": "Half", "bfloat16": "BFloat16", "int64": "Long",
    "int32": "Int", "int16": "Short", "int8": "Char", "uint8": "Byte", "bool": "Bool",
    "complex64": "ComplexFloat", "complex128": "ComplexDouble", "complex32": "ComplexHalf",
    "qint8": "QInt8", "quint8": "QUInt8", "qint32": "QInt32",
    "uint16": "UInt16", "uint32": "UInt32", "uint64": "UInt64",
}  # fmt: skip

LAYOUT_NUMBERS: dict[str, int] = {
    "strided": 0, "sparse_coo": 1, "sparse_csr": 2, "_mkldnn": 3, "sparse_csc": 4, "sparse_bsr": 5, "sparse_bsc": 6,
    "jagged": 7,
}  # fmt: skip

MEMORY_FORMAT_NUMBERS: dict[str, int] = {
    "contiguous_format": 0, "preserve_format": 1, "channels_last": 2, "channels_last_3d": 3,
}  # fmt: skip

QSCHEME_NUMBERS: dict[str, int] = {
    "per_tensor_affine": 0, "per_channel_affine": 1, "per_tensor_symmetric": 2, "per_channel_symmetric": 3,
    "per_channel_affine_float_qparams": 4,
}  # fmt: skip

_TABLES = {
    "dtype": DTYPE_NUMBERS, "layout": LAYOUT_NUMBERS, "memory_format": MEMORY_FORMAT_NUMBERS, "qscheme": QSCHEME_NUMBERS,
}  # fmt: skip


def torch_enum_number(value: Any) -> int | None:
    """The integer of a `torch.dtype`, `layout`, `memory_format` or `qscheme`; None for anything else."""
    kind = type(value)
    if kind.__module__ != "torch" or kind.__name__ not in _TABLES:
        return None
    return _TABLES[kind.__name__][str(value).rpartition(".")[2]]


def dtype_of_number(number: int) -> Any:
    """The `torch.dtype` of a c10::ScalarType number. Raises ValueError for a number that is no dtype."""
    import torch

    for name, n in DTYPE_NUMBERS.items():
        if n == number and hasattr(torch, name):
            return getattr(torch, name)
    raise ValueError(f"{number} is not the number of a dtype")
