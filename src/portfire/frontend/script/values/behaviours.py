"""Which behaviour serves which IR type.

Comes before: `tensor_values.py`, `container_values.py`, `scalar_values.py`, `object_values.py`. Comes after: `compiler.py`.
"""

from __future__ import annotations

from portfire.frontend.script.classes.object_values import ClassBehaviour, InterfaceBehaviour
from portfire.frontend.script.statements.caught_exceptions import ExceptionBehaviour
from portfire.frontend.script.values.byte_strings import BytesBehaviour
from portfire.frontend.script.values.container_values import (
    DictBehaviour,
    ListBehaviour,
    OptionalBehaviour,
    TupleBehaviour,
    UnionBehaviour,
)
from portfire.frontend.script.values.default_dicts import CounterBehaviour, DefaultDictBehaviour, OrderedDictBehaviour
from portfire.frontend.script.values.deques import DequeBehaviour
from portfire.frontend.script.values.runtime_value import BEHAVIOURS, FORMED_BEHAVIOURS, Behaviour
from portfire.frontend.script.values.scalar_values import (
    DeviceBehaviour,
    EnumBehaviour,
    FutureBehaviour,
    GeneratorBehaviour,
    NoneBehaviour,
    NumberBehaviour,
    StringBehaviour,
)
from portfire.frontend.script.values.set_values import SetBehaviour
from portfire.frontend.script.values.tensor_values import TensorBehaviour
from portfire.frontend.script.values.typed_dicts import TypedDictBehaviour
from portfire.ir import types as ir
from portfire.ir.forms import RECORD


def register() -> None:
    """Fill `BEHAVIOURS`."""
    number = NumberBehaviour()
    table: dict[type[ir.Type], Behaviour] = {
        ir.TensorType: TensorBehaviour(),
        ir.IntType: number,
        ir.FloatType: number,
        ir.ComplexType: number,
        ir.BoolType: number,
        ir.NumberType: number,
        ir.StrType: StringBehaviour(),
        ir.NoneType: NoneBehaviour(),
        ir.DeviceType: DeviceBehaviour(),
        ir.GeneratorType: GeneratorBehaviour(),
        ir.FutureType: FutureBehaviour(),
        ir.EnumType: EnumBehaviour(),
        ir.ListType: ListBehaviour(),
        ir.DictType: DictBehaviour(),
        ir.TupleType: TupleBehaviour(),
        ir.ExceptionType: ExceptionBehaviour(),
        ir.OptionalType: OptionalBehaviour(),
        ir.UnionType: UnionBehaviour(),
        ir.ClassType: ClassBehaviour(),
        ir.InterfaceType: InterfaceBehaviour(),
    }
    BEHAVIOURS.update(table)
    sets = SetBehaviour()
    FORMED_BEHAVIOURS.update(
        {
            "set": sets, "frozenset": sets, "deque": DequeBehaviour(), "defaultdict": DefaultDictBehaviour(),
            "OrderedDict": OrderedDictBehaviour(), "Counter": CounterBehaviour(), RECORD: TypedDictBehaviour(), "bytes": BytesBehaviour(),
        }
    )  # fmt: skip
