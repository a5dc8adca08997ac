"""The script front end: Python source to graphs."""

from portfire.frontend.script.entry import script, script_class, script_function, script_module

__all__ = ["script", "script_class", "script_function", "script_module"]
