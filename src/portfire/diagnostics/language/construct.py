"""One row of the table of constructs.

Comes before: nothing. Comes after: the sections of the table, `tools/language_table.py` (prints them), the tests (run them).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

#: What stands above every example.
PRELUDE: Final = """\
import bisect
import cmath
import contextlib
import copy
import dataclasses
import enum
import functools
import heapq
import itertools
import logging
import math
import operator
import warnings
from collections import Counter, OrderedDict, defaultdict, deque
from typing import Annotated, Iterator, Literal, NewType, Protocol, Self
from typing import Any, Callable, Dict, Final, List, NamedTuple, Optional, Set, Tuple, TypedDict, TypeVar, Union

import numpy as np
import torch
import torch.utils.checkpoint
from torch import Tensor, nn
from torch.nn import functional as F

import portfire
"""


@dataclass(frozen=True, slots=True)
class Construct:
    """A construct of Python or torch, shown by an example: a function `f` or a module class `Model`."""

    name: str
    example: str
    #: Where a program differs from Python.
    differs: str = ""
    #: Arguments of a call that gives the same compiled as eager; an expression.
    inputs: str = ""
    #: Whether torch.jit.script takes the example.
    torch_jit: bool = False
    #: Whether libtorch reads and runs a file that uses the construct.
    libtorch: bool = True
    #: The code of the error where the construct is refused.
    code: str | None = None
    #: Of syntax that is refused: the nodes of Python's syntax tree that it is, and what the error says of them.
    syntax: tuple[str, ...] = ()
    message: str = ""
    why: str = ""
    instead: str = ""

    @property
    def is_supported(self) -> bool:
        """Whether it compiles."""
        return self.code is None

    @property
    def source(self) -> str:
        """The example as a file."""
        return PRELUDE + "\n" + self.example.lstrip("\n")
