"""What of the zoo does not compile or is not equal yet, with a piece of the reason that the attempt gives.

A model that is listed and works, or fails for another reason, fails the test: the list is current.

Comes after: `test_zoo.py`.
"""

from __future__ import annotations

#: By full name.
KNOWN_FAILURES: dict[str, str] = {}
