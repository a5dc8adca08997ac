"""What of the zoo does not compile or is not equal yet, with a piece of the reason that the attempt gives.

A model that is listed and works, or fails for another reason, fails the test: the list is current.

Comes after: `test_zoo.py`.
"""

from __future__ import annotations

#: By full name.
KNOWN_FAILURES: dict[str, str] = {
    # Hooks put features into a Python object, whose method is annotated with the function `torch.tensor`.
    "timm/pit_xs_224(features_only=True)": "'tensor' does not name a type a program can hold",
}
