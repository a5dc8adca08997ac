"""Modules: their types, containers, hooks and state."""
