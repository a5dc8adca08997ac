"""The script front end: Python source to graphs."""

from portfire.frontend.script.entry import script_class, script_function, script_module

__all__ = ["script_class", "script_function", "script_module"]
