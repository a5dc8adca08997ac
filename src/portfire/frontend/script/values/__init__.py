"""Expressions, and what the values of a program can do: compile-time and run-time ones."""
