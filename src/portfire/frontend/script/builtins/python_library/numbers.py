"""Arithmetic of Python's numbers that no operator does.

Comes before: nothing. Comes after: `library_functions.py`, `scalar_values.py`.
"""

from __future__ import annotations

import math

from portfire.frontend.script.builtins.operations import int_power


def rounded_int(number: int, digits: int) -> int:
    """`round(number, digits)`: halves go to the even side."""
    if digits >= 0:
        return number
    if digits < -18:
        if digits == -19 and (number > 5000000000000000000 or number < -5000000000000000000):
            raise OverflowError("integer overflow: the result does not fit in 64 bits")
        return 0
    unit = int_power(10, -digits)
    quotient = number // unit
    rest = number - quotient * unit
    if rest > unit - rest or (rest == unit - rest and quotient % 2 == 1):
        quotient += 1
    return quotient * unit


def rounded_float(number: float, digits: int) -> float:
    """`round(number, digits)`: what the decimal digits of the number say."""
    if number - number != 0.0 or digits > 323:
        return number
    if digits >= 0:
        return float("{:.{}f}".format(number, digits))
    if digits < -308:
        return number * 0.0
    before_point = len(f"{abs(number) // 1.0:.0f}")
    kept = before_point + digits
    if kept > 0:
        return float("{:.{}e}".format(number, kept - 1))
    if kept == 0 and abs(number) > float(f"5e{-digits - 1}"):
        return math.copysign(float(f"1e{-digits}"), number)
    return number * 0.0


def power_modulo(base: int, exponent: int, modulus: int) -> int:
    """`pow(base, exponent, modulus)`."""
    if modulus == 0:
        raise ValueError("pow() 3rd argument cannot be 0")
    if exponent < 0:
        base = inverse_modulo(base, modulus)
        exponent = -exponent
    result = 1 % modulus
    base = base % modulus
    while exponent > 0:
        if exponent % 2 == 1:
            result = result * base % modulus
        exponent = exponent // 2
        if exponent > 0:
            base = base * base % modulus
    return result


def inverse_modulo(base: int, modulus: int) -> int:
    """What times `base` is 1, modulo `modulus`."""
    old, rest = base % modulus, modulus
    factor, other = 1, 0
    while rest != 0:
        quotient = old // rest
        old, rest = rest, old - quotient * rest
        factor, other = other, factor - quotient * other
    if old != 1 and old != -1:
        raise ValueError("base is not invertible for the given modulus")
    return factor * old % modulus


def int_of_text(text: str, base: int) -> int:
    """`int(text, base)`."""
    error = f"invalid literal for int() with base {base}: {text!r}"
    if base != 0 and (base < 2 or base > 36):
        raise ValueError("int() base must be >= 2 and <= 36, or 0")
    digits = text.strip().lower()
    is_negative = digits.startswith("-")
    if is_negative or digits.startswith("+"):
        digits = digits[1:]
    prefix = digits[:2]
    is_prefixed = False
    if prefix == "0x" and (base == 16 or base == 0):
        base, is_prefixed = 16, True
    elif prefix == "0o" and (base == 8 or base == 0):
        base, is_prefixed = 8, True
    elif prefix == "0b" and (base == 2 or base == 0):
        base, is_prefixed = 2, True
    elif base == 0:
        base = 10
        if digits.startswith("0") and digits.strip("0_") != "":
            raise ValueError(error)
    if is_prefixed:
        digits = digits[2:].removeprefix("_")
    if digits == "" or digits.startswith("_") or digits.endswith("_") or "__" in digits:
        raise ValueError(error)
    result = 0
    for character in digits:
        if character == "_":
            continue
        code = ord(character)
        value = 99
        if character.isdecimal() and code < 128:
            value = code - 48
        elif 97 <= code <= 122:
            value = code - 87
        if value >= base:
            raise ValueError(error)
        result = result * base - value  # negative: there is one more of them
    return result if is_negative else -result


def bit_length(number: int) -> int:
    """`number.bit_length()`."""
    count = 0
    while number != 0:
        number = number >> 1 if number > 0 else (number + 1) >> 1  # towards zero
        count += 1
    return count


def bit_count(number: int) -> int:
    """`number.bit_count()`: the ones in its absolute value."""
    count = 0
    number = abs(number)
    while number != 0:
        count += number & 1
        number = number >> 1
    return count
