"""Where in the user's source the run is: the innermost Python frame that is neither torch's nor portfire's."""

from __future__ import annotations

import linecache
import os
import sys
from collections.abc import Iterator
from types import FrameType

import torch

import portfire
from portfire.ir.source import SourceFile, SourceRange

_TORCH = os.path.dirname(os.path.abspath(torch.__file__)) + os.sep
_PORTFIRE = os.path.dirname(os.path.abspath(portfire.__file__)) + os.sep
#: Parts of torch that hold models' code and not machinery: their lines are worth showing where no user's line is nearer.
_LIBRARY_CODE = (os.path.join(_TORCH, "nn", "modules") + os.sep, os.path.join(_TORCH, "nn", "functional"))
_CALL_MACHINERY = os.path.join(_TORCH, "nn", "modules", "module.py")


def python_frames() -> Iterator[FrameType]:
    """The Python frames of the model's code, innermost first."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        path = frame.f_code.co_filename
        if not path.startswith(_PORTFIRE) and not path.startswith("<frozen"):
            yield frame
        frame = frame.f_back


def is_torch_code(frame: FrameType) -> bool:
    """Whether a frame runs Python code of torch's own."""
    return frame.f_code.co_filename.startswith(_TORCH)


class CallSites:
    """Source ranges of the running line, one `SourceFile` per file."""

    def __init__(self) -> None:
        self._files: dict[str, SourceFile] = {}

    def current(self) -> SourceRange | None:
        """The line of the model's code that runs now: the user's own where there is one on the stack."""
        fallback: FrameType | None = None
        for frame in python_frames():
            path = frame.f_code.co_filename
            if not path.startswith(_TORCH):
                return self._range(frame)
            if fallback is None and path.startswith(_LIBRARY_CODE) and path != _CALL_MACHINERY:
                fallback = frame
        return self._range(fallback) if fallback is not None else None

    def _range(self, frame: FrameType) -> SourceRange:
        path = frame.f_code.co_filename
        file = self._files.get(path)
        if file is None:
            file = self._files[path] = SourceFile(path, "".join(linecache.getlines(path)))
        line = frame.f_lineno
        text = file.line(line) or ""
        column = len(text) - len(text.lstrip())
        return SourceRange(file, line, column, line, max(len(text), column + 1), frame.f_code.co_name)
