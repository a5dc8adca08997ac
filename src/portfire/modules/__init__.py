"""The Python face of engine objects: thin views that own nothing. State lives in the engine, and all views see the same.

`wrap.py` builds a program and gives its entry as a view; `views.py` makes views of engine objects, one for each;
`script_function.py`, `script_module.py` and `script_object.py` are the views; `object_state.py` reads the engine's state
back for saving.

Comes before: `ir/`, `archive/`, `pipeline.py`. Comes after: the public API.
"""

from portfire.modules.object_state import object_state
from portfire.modules.script_function import ScriptFunction, ScriptMethod
from portfire.modules.script_module import ScriptModule
from portfire.modules.script_object import ScriptObject
from portfire.modules.wrap import wrap_function, wrap_module, wrap_object

__all__ = [
    "ScriptFunction",
    "ScriptMethod",
    "ScriptModule",
    "ScriptObject",
    "object_state",
    "wrap_function",
    "wrap_module",
    "wrap_object",
]
