"""The table of operators: where it looks for names it does not have."""

from __future__ import annotations

import pytest

from portfire.ops.table import op_table


def test_the_engines_own_namespaces_do_not_ask_the_dispatcher_again(monkeypatch):
    """Asking for its schemas takes long, and a pass asks for each node."""
    table = op_table()
    monkeypatch.setattr("portfire.ops.table._dispatcher_schemas", lambda: pytest.fail("asked"))
    assert "torchscript::no_such_operator" not in table
    assert "portfire::no_such_operator" not in table
