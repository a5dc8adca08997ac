"""Diagnostics: what stands in the way of a compilation, said once, completely, with its place in the user's source."""

from portfire.diagnostics.codes import CODES
from portfire.diagnostics.diagnostic import CompileAbort, Diagnostic
from portfire.diagnostics.render import place_of, render, render_report
from portfire.diagnostics.report import Group, Report
from portfire.diagnostics.sink import DiagnosticSink

__all__ = [
    "CODES",
    "CompileAbort",
    "Diagnostic",
    "DiagnosticSink",
    "Group",
    "Report",
    "place_of",
    "render",
    "render_report",
]
