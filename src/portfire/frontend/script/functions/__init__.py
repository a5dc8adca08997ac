"""Functions: calls, versions, inlining, nested functions, generators, recursion."""
