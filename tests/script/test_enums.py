"""Enums and named tuples. Eager is the oracle."""

from enum import Enum, Flag, IntEnum, IntFlag, StrEnum, auto
from typing import NamedTuple

import torch
from torch import Tensor

from tests.script.after_loading import check

X = torch.arange(8.0).reshape(2, 4) / 7


class ColorEnumFeatures(Enum):
    RED = 1
    GREEN = 2

    def is_red(self) -> bool:
        return self == ColorEnumFeatures.RED

    @property
    def double(self) -> int:
        return self.value * 2

    @classmethod
    def default(cls):
        return cls.RED

    @staticmethod
    def parse(n: int) -> "ColorEnumFeatures":
        return ColorEnumFeatures.RED if n == 1 else ColorEnumFeatures.GREEN


def enum_features(n: int):
    c = ColorEnumFeatures.parse(n)
    names = [m.name for m in ColorEnumFeatures]
    vals = [m.value for m in ColorEnumFeatures]
    d = {ColorEnumFeatures.RED: "r", ColorEnumFeatures.GREEN: "g"}
    return (
        c.is_red(),
        c.double,
        ColorEnumFeatures.default().value,
        names,
        vals,
        c.name,
        c.value,
        d[c],
        c in (ColorEnumFeatures.RED,),
        len(ColorEnumFeatures),
        c is ColorEnumFeatures.RED,
        ColorEnumFeatures["RED"].value,
        str(c),
        f"{c}",
        repr(c),
    )


def test_enum_features():
    check(enum_features, (1,), (2,))


class ColorEnumByRunTimeValue(Enum):
    RED = 1
    GREEN = 2


def enum_by_run_time_value(n: int):
    return ColorEnumByRunTimeValue(n), ColorEnumByRunTimeValue(n).name


def test_enum_by_run_time_value():
    check(enum_by_run_time_value, (1,), (2,), (7,))


class ColorEnumByRunTimeName(Enum):
    RED = 1
    GREEN = 2


def enum_by_run_time_name(n: str):
    return ColorEnumByRunTimeName[n].value


def test_enum_by_run_time_name():
    check(enum_by_run_time_name, ("RED",), ("x",))


class ColorEnumAutoTupleValues(Enum):
    RED = auto()
    GREEN = auto()


class SizeEnumAutoTupleValues(Enum):
    S = (1, 2)
    L = (3, 4)


def enum_auto_tuple_values(n: int):
    c = ColorEnumAutoTupleValues.RED if n == 1 else ColorEnumAutoTupleValues.GREEN
    return c.value, SizeEnumAutoTupleValues.S.value[0] + n


def test_enum_auto_tuple_values():
    check(enum_auto_tuple_values, (1,))


class SizeEnumTupleRuntime(Enum):
    S = (1, 2)
    L = (3, 4)


def enum_tuple_runtime(n: int):
    s = SizeEnumTupleRuntime.S if n == 1 else SizeEnumTupleRuntime.L
    return s.value[1], s == SizeEnumTupleRuntime.S, s.name


def test_enum_tuple_runtime():
    check(enum_tuple_runtime, (1,), (2,))


class MEnumMixedValues(Enum):
    A = 1
    B = "b"


def enum_mixed_values(n: int):
    return MEnumMixedValues.A.value + n, MEnumMixedValues.B.value


def test_enum_mixed_values():
    check(enum_mixed_values, (1,))


class LIntenum(IntEnum):
    LOW = 1
    HIGH = 2


def intenum(n: int):
    x = LIntenum.LOW if n == 1 else LIntenum.HIGH
    return (
        x + 1,
        x < LIntenum.HIGH,
        x == 1,
        int(x),
        LIntenum.LOW < 5,
        [10, 20, 30][x],
        x * 2,
        range(x)[0],
        max(x, 5),
        LIntenum(n) == x,
        torch.ones(3)[x],
    )


def test_intenum():
    check(intenum, (1,), (2,))


class SStrenum(StrEnum):
    A = "a"
    B = "b"


class TStrenum(str, Enum):
    A = "a"
    B = "b"


def strenum(n: str):
    s = SStrenum.A if n == "a" else SStrenum.B
    t = TStrenum.A if n == "a" else TStrenum.B
    return (
        s == "a",
        t == n,
        s + "x",
        s.upper(),
        f"{s}",
        t.value + "q",
        {"a": 1, "b": 2}[s],
        SStrenum(n) == s,
        n == TStrenum.A,
    )


def test_strenum():
    check(strenum, ("a",), ("b",))


class FlFlag(Flag):
    A = 1
    B = 2
    C = 4


def flag(n: int):
    x = FlFlag.A | FlFlag.B
    return bool(x & FlFlag.A), FlFlag.C in x, x.value


def test_flag():
    check(flag, (1,))


class FlIntflagRuntime(IntFlag):
    A = 1
    B = 2


def intflag_runtime(n: int):
    x = FlIntflagRuntime.A if n == 1 else FlIntflagRuntime.B
    y = x | FlIntflagRuntime.B
    return int(y), (y & FlIntflagRuntime.A) != 0


def test_intflag_runtime():
    check(intflag_runtime, (1,), (2,))


class ModeEnumParam(Enum):
    SUM = "sum"
    MEAN = "mean"


def red_enum_param(x: Tensor, mode: ModeEnumParam = ModeEnumParam.SUM) -> Tensor:
    if mode is ModeEnumParam.SUM:
        return x.sum()
    elif mode == ModeEnumParam.MEAN:
        return x.mean()
    else:
        raise ValueError(f"bad {mode}")


def enum_param(n: int):
    x = torch.ones(3)
    return (
        red_enum_param(x),
        red_enum_param(x, ModeEnumParam.MEAN),
        red_enum_param(x, mode=ModeEnumParam("mean")),
        [m for m in ModeEnumParam][0].value,
    )


def test_enum_param():
    check(enum_param, (1,))


class ColorEnumMatch(Enum):
    RED = 1
    GREEN = 2


def enum_match(n: int):
    c = ColorEnumMatch(n)
    match c:
        case ColorEnumMatch.RED:
            return "r"
        case ColorEnumMatch.GREEN:
            return "g"


def test_enum_match():
    check(enum_match, (1,), (2,))


class PNamedtupleFeatures(NamedTuple):
    x: int
    y: float = 2.0

    def total(self) -> float:
        return self.x + self.y

    @property
    def big(self) -> int:
        return self.x * 10

    @staticmethod
    def make(n: int) -> "PNamedtupleFeatures":
        return PNamedtupleFeatures(n)

    @classmethod
    def of(cls, n: int):
        return cls(n, 3.0)

    K = 7


def namedtuple_features(n: int):
    p = PNamedtupleFeatures(n)
    q = p._replace(x=9)
    d = p._asdict()
    a, b = p
    return (
        p.total(),
        p.big,
        PNamedtupleFeatures.make(n),
        PNamedtupleFeatures.of(n).y,
        q,
        PNamedtupleFeatures._fields,
        p._fields,
        len(p),
        a,
        b,
        p[0],
        p == PNamedtupleFeatures(n),
        p.K,
    )


def test_namedtuple_features():
    check(namedtuple_features, (4,))
