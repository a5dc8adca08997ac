"""Tracing: a run of a model, recorded as graphs.

The way of a trace: `tracer.py` opens a `Recording`, lays out the example inputs (`structures.py`) and runs the model once.
While it runs, `interception.py` sees every whole ATen operator above autograd (through the dispatcher) and every look at
a tensor's metadata from Python (through a torch function mode); sizes come back as numbers that remember where they came
from (`numbers.py`); calls of submodules open frames (`frames.py`), one graph each. `module_states.py` makes methods and
classes of the frames, and `check.py` runs the result against the model.
"""

from portfire.frontend.trace.recording import TraceNote, TracerWarning
from portfire.frontend.trace.tracer import TracedFunction, TracedModule, trace_function, trace_module

__all__ = ["TraceNote", "TracedFunction", "TracedModule", "TracerWarning", "trace_function", "trace_module"]
