"""`complex(...)` of texts and of complex parts, which no operator makes.

Comes before: nothing. Comes after: `complex_numbers.py`.
"""

from __future__ import annotations


def of_parts(real: complex, imag: complex) -> complex:
    """`complex(real, imag)` of complex numbers: `real + imag * 1j`, without what that does to zeros and infinities."""
    return complex(real.real - imag.imag, real.imag + imag.real)


def of_imaginary(real: float, imag: complex) -> complex:
    """`complex(real, imag)` with a complex imaginary part."""
    return complex(real - imag.imag, imag.real)


def of_real(real: complex, imag: float) -> complex:
    """`complex(real, imag)` with a complex real part."""
    return complex(real.real, real.imag + imag)


def of_text(text: str) -> complex:
    """`complex("1.5-2j")`."""
    written = text.strip()
    if len(written) > 1 and written[0] == "(" and written[-1] == ")":
        written = written[1:-1].strip()
    if written == "" or len(written.split()) != 1:
        raise ValueError("complex() arg is a malformed string")
    if written[-1] != "j" and written[-1] != "J":
        return complex(_number(written), 0.0)
    written = written[:-1]
    start = 0
    for i in range(len(written) - 1, 0, -1):
        if written[i] in "+-" and written[i - 1] not in "eE":
            start = i
            break
    imag = written[start:]
    if imag in ("", "+", "-"):
        imag += "1"
    return complex(_number(written[:start]) if start > 0 else 0.0, _number(imag))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError("complex() arg is a malformed string") from None
