"""The exceptions portfire raises. Each public failure is a `PortfireError`; exceptions of the user's model are not.

Comes before: nothing. Comes after: everything.
"""

from __future__ import annotations


class PortfireError(Exception):
    """Base of all errors of portfire itself."""


class CompileError(PortfireError):
    """The source cannot be compiled. `diagnostics` holds every obstacle found, in source order."""

    def __init__(self, message: str, diagnostics: tuple[object, ...] = ()) -> None:
        super().__init__(message)
        self.diagnostics = diagnostics


class TraceError(PortfireError):
    """A run could not be recorded, or its recording gives other results than the run."""


class GraphError(PortfireError):
    """Graph text that does not parse, or a graph that breaks an invariant of the IR."""


class ArchiveError(PortfireError):
    """A file is not a model archive, is damaged, or holds something a model archive may not hold."""


class UnsupportedVersionError(ArchiveError):
    """The file was written by a newer version than this one reads."""


class SaveError(PortfireError):
    """The model holds something that the archive cannot."""


class ArgumentError(PortfireError, TypeError):
    """A call with the wrong number, names or types of arguments."""


class InternalError(PortfireError):
    """A bug of portfire. The message says what to send."""


class EngineError(PortfireError):
    """A failure that the engine reports. `source_frames` are the lines of the user's source it passed, outermost first."""

    code: int = 0
    message: str = ""
    source_frames: tuple[tuple[str, int, int, str, str], ...] = ()


class ProgramError(EngineError):
    """A program that is invalid, missing from its archive, or needs operators that no kernel library has."""


class GuardError(EngineError):
    """An input breaks what a trace recorded."""


class LimitError(EngineError):
    """A call reached its limit of steps, depth or memory, or was cancelled."""
