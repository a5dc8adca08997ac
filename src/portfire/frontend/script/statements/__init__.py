"""Statements, control flow, exceptions, and what conditions say of variables."""
