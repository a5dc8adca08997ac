"""Tensors of an archive: storages read once, views built over them after checking that they lie inside.

Comes before: `zip_reader.py`, `storages.py`. Comes after: `unpickler.py`, `reader.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from portfire.archive.storages import DTYPES
from portfire.archive.zip_reader import ZipReader
from portfire.errors import ArchiveError


class TensorReader:
    """Reads storages below one folder (`data`, `constants`)."""

    def __init__(self, archive: ZipReader, folder: str) -> None:
        self._archive = archive
        self._folder = folder
        self._storages: dict[str, Any] = {}

    def storage(self, key: str, size: int) -> Any:
        """The untyped storage of the record `key`, which must hold `size` bytes."""
        import torch

        known = self._storages.get(key)
        if known is None:
            record = f"{self._folder}/{key}"
            actual = self._archive.size(record) if size or record in self._archive else 0
            flat = torch.empty(actual, dtype=torch.uint8)
            if actual:
                array: Any = flat.numpy()
                self._archive.read_into(record, memoryview(array))
            known = self._storages[key] = flat.untyped_storage()
        if known.nbytes() < size:
            raise ArchiveError(f"{self._archive.name} is damaged: {self._folder}/{key} is shorter than its tensors")
        return known


def dtype_of_storage(name: str) -> str:
    """`float32` of `FloatStorage`."""
    dtype = DTYPES.get(name)
    if dtype is None:
        raise ArchiveError(f"the archive holds tensors of an unknown kind ({name})")
    return dtype


def strided_view(
    storage: Any, dtype: str, offset: int, sizes: Sequence[int], strides: Sequence[int], device: str
) -> Any:
    """A tensor over a storage. Raises ArchiveError where it would reach outside."""
    import torch

    kind = getattr(torch, dtype)
    if len(sizes) != len(strides) or offset < 0 or any(n < 0 for n in (*sizes, *strides)):
        raise ArchiveError("the archive is damaged: a tensor has impossible sizes or strides")
    last = offset + sum((n - 1) * s for n, s in zip(sizes, strides, strict=True)) if all(sizes) else offset - 1
    if (last + 1) * kind.itemsize > storage.nbytes():
        raise ArchiveError("the archive is damaged: a tensor reaches beyond its storage")
    tensor = torch.empty(0, dtype=kind).set_(storage, offset, tuple(sizes), tuple(strides))
    return tensor if device == "cpu" else _on_device(tensor, device)


def _on_device(tensor: Any, device: str) -> Any:
    import torch

    try:
        return tensor.to(torch.device(device))
    except (RuntimeError, AssertionError) as error:
        raise ArchiveError(
            f"the archive holds tensors on {device}, which is not here; load it with map_location='cpu'"
        ) from error
