"""What TorchScript's own test suite asks of calls: functions compiled before, builtins called wrongly, loops in step."""

import copy
import io

import pytest
import torch
from torch import nn

import portfire
from portfire.errors import CompileError
from tests.script.after_loading import check as check_module
from tests.script.after_loading import saved_and_loaded
from tests.script.agreement import agree_exactly, codes, diagnostics, same

X = torch.arange(4.0).reshape(2, 2) - 1.5


def negated(x, times: int = 1):
    return torch.neg(x) * times


@torch.jit.script
def of_torchs_compiler(x, times: int = 2):
    return negated(x, times) + 1


@portfire.script
def of_portfires(x, y: float = 0.5):
    if x.sum() > 0:
        return x + y
    return x - y


recorded = portfire.trace(lambda x: x * 3 - x.size(0), X)


loaded = saved_and_loaded(of_portfires)


def test_compiled_functions_are_called_from_others():
    def f(x):
        return (
            of_torchs_compiler(x),
            of_torchs_compiler(x, times=3),
            of_portfires(x, 2.0),
            of_portfires(x + 9),
            recorded(x),
        )

    def g(x):
        return loaded(x), loaded(x + 9, y=1.0)

    compiled = portfire.script(f)
    assert same(compiled(X), f(X))
    assert same(saved_and_loaded(compiled)(X), f(X))
    compiled = portfire.script(g)
    assert same(compiled(X), g(X))
    assert same(saved_and_loaded(compiled)(X), g(X))


def test_compiled_functions_take_what_the_source_takes():
    @portfire.script
    def added(x, y):  # both tensors, where nobody says otherwise
        return x + y

    def f(n: int):
        return added(n, 2), added(1.5, n)

    assert portfire.script(f)(3) == (5, 4.5)


def test_compiled_functions_as_attributes():
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second, self.third = portfire.script(negated), recorded, saved_and_loaded(recorded)

        def forward(self, x):
            return self.first(x, 2), self.second(x), self.third(x)

    check_module(Model(), (X,))

    class OfTorchs(nn.Module):
        def __init__(self):
            super().__init__()
            self.function = of_torchs_compiler

        def forward(self, x):
            return self.function(x)

    assert same(portfire.script(OfTorchs())(X), OfTorchs()(X))


def test_functions_of_torchs_compiler_are_compiled():
    @torch.jit.script
    def chosen(x, n: int):
        if n > 1:
            return x * n
        return x

    compiled = portfire.script(chosen)
    assert same(compiled(X, 3), X * 3) and same(compiled(X, 1), X)


class Inner(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(2, 2)

    def forward(self, x):
        return self.linear(x)


class OldStyle(torch.jit.ScriptModule):
    @torch.jit.script_method
    def forward(self, x):
        return x + 1


@pytest.mark.parametrize("inner", [torch.jit.script(Inner()), torch.jit.trace(Inner(), X), OldStyle()])
def test_modules_of_torchs_compiler_are_refused(inner):
    class Outer(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = inner

        def forward(self, x):
            return self.inner(x)

    for model in (inner, Outer()):
        with pytest.raises(CompileError) as caught:
            portfire.script(model)
        [found] = caught.value.diagnostics
        assert found.code == "unsupported-module" and "compiled already, by torch's compiler" in found.message
        assert "portfire.load" in found.help
    assert same(portfire.trace(Outer(), X)(X + 1), inner(X + 1))

    class Loaded(nn.Module):  # what the help says
        def __init__(self):
            super().__init__()
            self.inner = portfire.load(io.BytesIO(inner.save_to_buffer()))

        def forward(self, x):
            return self.inner(x) * 2

    assert same(portfire.script(Loaded())(X), inner(X) * 2)


# Calls that do not fit


def test_wrong_calls_of_builtins():
    def no_end(n: int):
        return [i for i in range()]

    def too_much(n: int):
        return [i for i in range(1, 2, 3, n)]

    def nothing_to_count(n: int):
        return [i for i in enumerate()]

    def many_to_count(xs: list[int]):
        return [i for i in enumerate(xs, 1, 2)]

    def misspelt(xs: list[int]):
        return sum(xs, initial=1)

    def by_name(xs: list[int]):
        return len(obj=xs)

    def range_by_name(n: int):
        return [i for i in range(stop=n)]

    def max_misspelt(xs: list[int]):
        return max(xs, keys=abs)

    def zip_misspelt(xs: list[int]):
        return [a for a in zip(xs, xs, stricter=True)]

    def map_of_nothing(xs: list[int]):
        return list(map(abs))

    def reversed_two(xs: list[int]):
        return list(reversed(xs, xs))

    wrong = (
        no_end, too_much, nothing_to_count, many_to_count, misspelt, by_name, range_by_name, max_misspelt, zip_misspelt,
        map_of_nothing, reversed_two,
    )  # fmt: skip
    for function in wrong:
        assert codes(function) == ["bad-call"], function.__name__
        with pytest.raises(TypeError):
            function(2 if "n" in function.__annotations__ else [1])


def test_builtins_take_arguments_by_name():
    def f(xs: list[int], text: str):
        counted = [i * x for i, x in enumerate(iterable=xs, start=3)]
        return (
            counted,
            sum(xs, start=10),
            int(text, base=16),
            str(object=xs),
            [a for a in zip()],
            list(zip(xs, xs, strict=True)),
        )

    agree_exactly(f, ([1, 2], "ff"), ([], "0a"))


def test_a_method_without_self_is_refused():
    class Model(nn.Module):
        def forward():
            return torch.zeros(1)

    with pytest.raises(CompileError) as caught:
        portfire.script(Model())
    assert [d.code for d in caught.value.diagnostics] == ["bad-call"]
    assert "no parameter for its object" in str(caught.value)

    class LeftToPython(nn.Module):
        @portfire.ignore
        def value() -> int:
            return 1

        def forward(self):
            return self.value()

    with pytest.raises(CompileError) as caught:
        portfire.script(LeftToPython())
    assert [d.code for d in caught.value.diagnostics] == ["bad-call"]
    assert "no parameter for its object" in str(caught.value)

    class Object:
        def value():
            return 1

    def f():
        return Object().value()

    assert codes(f) == ["bad-call"]


def test_comments_that_ignore_types_are_no_types():
    def f(x):  # type: ignore
        return x + 1

    def g(x):  # type: ignore[no-redef]
        return x + 1

    def h(x,  # type: ignore[valid-type]
          n=2):  # fmt: skip
        # type:ignore
        return x + n

    for function in (f, g, h):
        assert same(portfire.script(function)(X), function(X))


# Loops over modules and other known items, in step with what the run has


class Levels(nn.Module):
    def __init__(self):
        super().__init__()
        self.levels = nn.ModuleList([nn.Linear(2, 2), nn.ReLU(), nn.Sequential(nn.Linear(2, 2), nn.Tanh())])


class InStep(Levels):
    def forward(self, xs: list[torch.Tensor], n: int):
        outputs, total = [], torch.zeros(2, 2)
        for level, x in zip(self.levels, xs):
            outputs.append(level(x))
        for number, level in zip(range(n), self.levels):
            total = level(total) + number
        for i, (x, level) in enumerate(zip(xs, self.levels), 5):
            if i == 6:
                break
            total = total + level(x) * i
        else:
            total = total * 2
        several = (total,)
        for level, x in zip(self.levels, xs):
            several += (level(x),)
        return (
            outputs,
            several,
            [level(x) for level, x in zip(self.levels, xs)],
            {i: level(x) for i, (level, x) in enumerate(zip(self.levels, xs))},
        )


def test_modules_in_step_with_a_list():
    torch.manual_seed(0)
    xs = [torch.randn(2, 2) for _ in range(5)]
    check_module(InStep(), *((xs[:count], n) for count in (0, 1, 2, 3, 5) for n in (0, 2, 7)))


def test_a_loop_in_step_returns_and_leaves_variables_unbound():
    class Model(Levels):
        def forward(self, xs: list[torch.Tensor]):
            for i, (level, x) in enumerate(zip(self.levels, xs)):
                y = level(x)
                if bool(y.sum() > 3):
                    return y, i
            return y, -1

    check_module(Model(), ([],), ([X],), ([X + 9],), ([X, X + 9, X],), ([X, X, X, X],))


def test_known_items_in_step_with_a_list():
    def f(xs: list[int]):
        names = ("a", "b", "c")
        pairs = dict(zip(names, xs)), list(zip(names, xs)), tuple(zip(xs, names)), dict(zip(xs, names))
        found = (2, "b") in zip(xs, names), any(x == 2 for x, _ in zip(xs, names)), sum(x for x, _ in zip(xs, names))
        products = list(map(lambda a, b: a * b, (1, 2, 3), xs)), [n * x for n, x in zip(names, xs)]
        total = 0.0
        for factor, x in zip((1, 2.5, True), xs):
            total += factor * x
        return pairs, found, products, total

    agree_exactly(f, ([],), ([1],), ([1, 2, 3],), ([4, 3, 2, 1],))


def test_known_items_in_step_are_unpacked_or_counted():
    def unpacked(xs: list[int]):
        (a, b), (c, d) = zip(xs, ("x", "y"))
        return a, b, c, d

    def strict(xs: list[int]):
        return [a * b for a, b in zip((1, 2), xs, strict=True)]

    for function in (unpacked, strict):
        compiled = portfire.script(function)
        assert compiled([1, 2]) == function([1, 2])
        for wrong in ([1], []):
            with pytest.raises(ValueError):
                compiled(copy.copy(wrong))
            with pytest.raises(ValueError):
                function(wrong)


# Tuples of unlike items


def test_an_item_of_a_tuple_of_unlike_things():
    def f(i: int):
        items = (0, 1.5, "a", None)
        return items[i]

    def g(x: torch.Tensor, i: int):
        item = (x, 2)[i]
        if isinstance(item, int):
            return x * item
        return item

    agree_exactly(f, *((i,) for i in (0, 1, 2, 3, -1, -4)))
    agree_exactly(g, (X, 0), (X, 1), (X, -1))
    for function in (f,):
        with pytest.raises(IndexError):
            portfire.script(function)(4)


def test_an_item_of_an_empty_tuple():
    def f(i: int):
        return ()[i]

    [found] = diagnostics(f)
    assert found.code == "index-out-of-range"


# Overloads


@torch.jit._overload
def summed(x: float) -> float: ...


@torch.jit._overload
def summed(x: int, y: int) -> int: ...  # noqa: F811


def summed(x, y=2, z=3):  # noqa: F811
    return x + y + z


@torch.jit._overload
def told(x: float) -> float: ...


@torch.jit._overload
def told(x: int) -> int: ...  # noqa: F811


@torch.jit._overload
def told(x: str) -> str: ...  # noqa: F811


def told(x=1.5):  # noqa: F811
    return x


def test_declarations_leave_out_parameters_with_defaults():
    def f():
        return summed(1.0), summed(1, 2), summed(1, 2, 3), summed(1.5, y=4), summed(2, z=5, y=1)

    agree_exactly(f, ())


def test_the_declaration_that_needs_no_conversion_is_taken():
    def f(n: int):
        return told(), told(n), told(0.5), told("a"), told(x=n)

    agree_exactly(f, (3,))

    def of_no_declaration():
        return told((1, 2))

    [found] = diagnostics(of_no_declaration)
    assert found.code == "no-overload" and "declared: (x: str)" in found.notes


# Names and classes


def test_functions_with_parameters_called_self():
    def f(self, x):
        return self - x

    def g(x, self, self_=2.0):
        return x - self * self_

    for function in (f, g):
        compiled = portfire.script(function)
        buffer = io.BytesIO()
        portfire.save(compiled, buffer)
        for program in (compiled, saved_and_loaded(compiled), torch.jit.load(io.BytesIO(buffer.getvalue()))):  # noqa: TID251
            assert same(program(X, X + 1), function(X, X + 1))
    assert same(saved_and_loaded(portfire.script(f))(x=X, self=X + 1), f(X + 1, X))


def test_classes_of_modules_are_no_modules():
    for take in (portfire.script, portfire.check):
        with pytest.raises(portfire.ArgumentError, match=r"an instance is compiled: make one, Linear\(...\)"):
            take(nn.Linear)


# Tuples in the index of a tensor


def test_tuples_among_indices_are_lists():
    def read(x, pair: tuple[int, int]):
        return (
            x[:, (0, 2)], x[..., (1,)], x[(0, 1)], x[((0, 1), (1, 2))], x[:, (True, False, True)], x[None, (0, 1)],
            x[:, pair], x[pair], x[pair, pair],
        )  # fmt: skip

    def write(x):
        x[:, (0, 2)] = 7.0
        x[..., (1, 3)] += 1
        return x

    x = torch.arange(24.0).reshape(2, 3, 4)
    check_module(read, (x, (0, 1)))
    check_module(write, (x,))


# Legacy constructors


def test_legacy_constructors_take_names():
    def f(x):
        return (
            torch.LongTensor(data=[1, 2]), torch.FloatTensor([1, 2], device="cpu"), torch.DoubleTensor(size=(2, 3)).shape,
            torch.FloatTensor(2, 3, device="cpu").shape, torch.FloatTensor(x), torch.FloatTensor(other=x),
            torch.Tensor([1], device=torch.device("cpu")), torch.FloatTensor(device="cpu"), torch.BoolTensor([2, 0]),
        )  # fmt: skip

    check_module(f, (X,))


def test_names_that_legacy_constructors_have_not():
    def unknown():
        return torch.LongTensor(hello="1")

    def with_a_dtype():
        return torch.FloatTensor([1], dtype=torch.float)

    for function in (unknown, with_a_dtype):
        assert codes(function) == ["bad-call"]
        with pytest.raises(TypeError):
            function()
