"""Running what is the user's: an exception there is reported with the lines it passed in their files, and none of ours.

Comes before: nothing. Comes after: `targets.py`, `run.py`, `verify.py`.
"""

from __future__ import annotations

import os
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import click

from portfire.errors import PortfireError

_OWN = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
#: Frames that every call of a module has, and that tell nothing.
_PASSING = (os.path.join("torch", "nn", "modules", "module.py"), os.path.join("importlib", "__init__.py"))


class UserCodeError(PortfireError):
    """The user's code raised."""


@contextmanager
def user_code(what: str) -> Iterator[None]:
    """Report exceptions of the block as those of `what`."""
    try:
        yield
    except (PortfireError, click.ClickException):
        raise
    except Exception as error:
        raise UserCodeError(f"{what} raised an exception\n{_report(error)}") from error


def _report(error: BaseException) -> str:
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith(("<frozen", _OWN)) and not frame.filename.endswith(_PASSING)
    ]
    return "".join([*traceback.format_list(frames), *traceback.format_exception_only(error)]).rstrip()
