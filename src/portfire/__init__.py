"""portfire: PyTorch models as programs that run without Python.

    import portfire
    compiled = portfire.script(model)          # or portfire.trace(model, (example,))
    portfire.save(compiled, "model.pt")        # one file: C++, Python, libtorch
    model = portfire.load("model.pt")

What users need is here; the rooms below are for those who change portfire (see ARCHITECTURE.md).
"""

import os as _os
from typing import Final

from portfire import _engine
from portfire.api import (
    check,
    extra_files_of,
    freeze,
    installed_version,
    load,
    metadata_of,
    methods_of,
    save,
    script,
    trace,
    trace_module,
    trace_notes,
)
from portfire.diagnostics import Report
from portfire.errors import (
    ArchiveError,
    ArgumentError,
    CompileError,
    EngineError,
    GraphError,
    GuardError,
    InternalError,
    LimitError,
    PortfireError,
    ProgramError,
    SaveError,
    TraceError,
    UnsupportedVersionError,
)
from portfire.frontend.script.marks import annotate, export, fork, ignore, interface, unused, wait
from portfire.frontend.script.marks import isinstance_ as isinstance
from portfire.frontend.trace import TraceNote, TracerWarning
from portfire.modules import ScriptFunction, ScriptModule, ScriptObject

#: For CMake: -DCMAKE_PREFIX_PATH="$(python -c 'import portfire; print(portfire.cmake_prefix_path)')"
cmake_prefix_path: str = _os.path.join(_os.path.dirname(_os.path.abspath(_engine.__file__)), "lib", "cmake")

__version__: str = installed_version()

__all__ = [
    "ArchiveError",
    "ArgumentError",
    "CompileError",
    "EngineError",
    "Final",
    "GraphError",
    "GuardError",
    "InternalError",
    "LimitError",
    "PortfireError",
    "ProgramError",
    "Report",
    "SaveError",
    "ScriptFunction",
    "ScriptModule",
    "ScriptObject",
    "TraceError",
    "TraceNote",
    "TracerWarning",
    "UnsupportedVersionError",
    "__version__",
    "annotate",
    "check",
    "cmake_prefix_path",
    "export",
    "extra_files_of",
    "fork",
    "freeze",
    "ignore",
    "interface",
    "isinstance",
    "load",
    "metadata_of",
    "methods_of",
    "save",
    "script",
    "trace",
    "trace_module",
    "trace_notes",
    "unused",
    "wait",
]  # fmt: skip
