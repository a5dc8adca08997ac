"""`python -m bench [name ...]`: measure, print a table, exit with 1 if a target is missed."""

from __future__ import annotations

import sys
from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from bench import calls, compiling, language, loops, native_programs, startup, threads
from bench.measure import Figure

FIGURES: dict[str, Callable[[], list[Figure]]] = {
    "gated-cell": calls.gated_cell_call,
    "resnet": calls.resnet_call,
    "integer-loop": loops.integer_loop,
    "language": language.python_level_programs,
    "first-call": startup.first_call,
    "python-threads": threads.python_threads,
    "cpp-threads": native_programs.cpp_threads,
    "resnet18-compile": compiling.compile_resnet18,
    "compile": compiling.compile_time,
    "statements": compiling.compile_long_sources,
    "load": startup.load_time,
    "memory": native_programs.memory_after_load,
}

#: Measured only when asked for by name: they take long.
LONG: dict[str, Callable[[], list[Figure]]] = {"compile-all": compiling.compile_all}


def main(names: list[str]) -> int:
    known = FIGURES | LONG
    unknown = [n for n in names if n not in known]
    if unknown:
        print(f"no figure {', '.join(unknown)}; there are {', '.join(known)}")
        return 2
    console = Console(highlight=False)
    table = Table("figure", "measured", "target", "")
    missed = 0
    for name in names or FIGURES:
        with console.status(f"measuring {name} …"):
            figures = known[name]()
        for figure in figures:
            bound = "" if figure.target is None else f"{'≥' if figure.at_least else '≤'} {figure.target:g}"
            state = "" if figure.target is None else "met" if figure.is_met else "[red]missed[/]"
            table.add_row(figure.name, f"{figure.value:.2f} {figure.unit} {figure.note}", bound, state)
            missed += not figure.is_met
            console.print(str(figure))
    console.print(table)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
