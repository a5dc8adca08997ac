"""docs/errors has one page per code of `portfire.diagnostics.CODES`: its name as the title, an example, the example fixed.

Exits with 1 and a list where that is not so. Whether the examples do what the pages say is tested in
tests/diagnostics/test_error_pages.py. With --index, writes docs/errors/README.md, the list of all codes.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs" / "errors"
INDEX = PAGES / "README.md"


def index() -> str:
    """The list of all codes."""
    from portfire.diagnostics import CODES

    rows = "\n".join(f"| [{code}]({code}.md) | {meaning} |" for code, meaning in CODES.items())
    return f"# Errors\n\nWhat keeps a model from compiling. `portfire check` lists all of it at once.\n\n| code | meaning |\n|---|---|\n{rows}\n"


def problems() -> list[str]:
    """What is wrong with the pages."""
    from portfire.diagnostics import CODES

    found = []
    pages = {p.stem for p in PAGES.glob("*.md")} - {INDEX.stem}
    found += [f"{code}: there is no page docs/errors/{code}.md" for code in CODES if code not in pages]
    found += [f"docs/errors/{page}.md: there is no such code" for page in sorted(pages - set(CODES))]
    for code in sorted(pages & set(CODES)):
        text = (PAGES / f"{code}.md").read_text(encoding="utf-8")
        if not text.startswith(f"# {code}\n"):
            found.append(f"docs/errors/{code}.md: the title is not the code")
        if text.count("```py\n") != 2 or f"# error: [{code}]" not in text:
            found.append(f"docs/errors/{code}.md: there must be two examples, the first with `# error: [{code}]`")
    if not INDEX.exists() or INDEX.read_text(encoding="utf-8") != index():
        found.append("docs/errors/README.md is not current: run make docs")
    return found


def main() -> int:
    """Write the index, or check the pages."""
    if "--index" in sys.argv:
        INDEX.write_text(index(), encoding="utf-8")
    found = problems()
    print("\n".join(found) if found else "error pages: complete")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
