"""Hypothesis without deadlines: the first example of an op compiles its program."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("engine", deadline=None, max_examples=60, derandomize=True)
settings.load_profile("engine")
