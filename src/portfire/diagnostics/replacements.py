"""What to write instead of Python libraries that a program does not have: numpy, random, time, files, images.

A row of `NUMPY` names the call of torch (or of Python's `math`) that does the same; where numpy's function is also used on
plain numbers, what to write then stands after "for a number:". A row of `LIBRARIES` says why a whole module, or a name in
it, has no meaning in a program, and what to do.

Comes before: nothing. Comes after: the front ends, which look names up here when they meet something they do not know.
"""

from __future__ import annotations

from typing import Final, NamedTuple

#: Functions that have the same name in torch and take the same arguments, and what to write for a number.
_SAME_NAME: Final[dict[str, str]] = {
    "abs": "abs(x)",
    "arccos": "math.acos(x)",
    "arcsin": "math.asin(x)",
    "arctan": "math.atan(x)",
    "arctan2": "math.atan2(y, x)",
    "cos": "math.cos(x)",
    "cosh": "math.cosh(x)",
    "exp": "math.exp(x)",
    "expm1": "math.expm1(x)",
    "floor": "math.floor(x)",
    "ceil": "math.ceil(x)",
    "hypot": "math.hypot(x, y)",
    "isfinite": "math.isfinite(x)",
    "isinf": "math.isinf(x)",
    "isnan": "math.isnan(x)",
    "log": "math.log(x)",
    "log10": "math.log10(x)",
    "log1p": "math.log1p(x)",
    "log2": "math.log2(x)",
    "round": "round(x)",
    "sin": "math.sin(x)",
    "sinh": "math.sinh(x)",
    "sqrt": "math.sqrt(x)",
    "square": "x * x",
    "tan": "math.tan(x)",
    "tanh": "math.tanh(x)",
    "trunc": "math.trunc(x)",
    "sign": "(x > 0) - (x < 0)",
    "gcd": "math.gcd(a, b)",
    "prod": "math.prod(xs)",
    "sum": "sum(xs)",
    "any": "any(xs)",
    "all": "all(xs)",
}

_LIKE_NUMPY: Final = (
    "allclose", "argmax", "argmin", "argsort", "argwhere", "atleast_1d", "atleast_2d", "atleast_3d", "bincount",
    "broadcast_to", "column_stack", "conj", "corrcoef", "count_nonzero", "cov", "cross", "cumprod", "cumsum", "deg2rad",
    "diag", "diagflat", "diagonal", "diff", "dot", "dsplit", "dstack", "einsum", "equal", "empty_like", "eye", "fliplr",
    "flipud", "fmax", "fmin", "full_like", "greater", "heaviside", "hsplit", "hstack", "i0", "imag", "inner", "isclose",
    "isin", "isneginf", "isposinf", "kron", "less", "linspace", "logaddexp", "logaddexp2", "logical_and", "logical_not",
    "logical_or", "logical_xor", "logspace", "matmul", "mean", "median", "meshgrid", "moveaxis", "multiply", "nan_to_num",
    "nanmean", "nanmedian", "nansum", "negative", "not_equal", "ones_like", "outer", "positive", "quantile", "rad2deg",
    "ravel", "real", "reciprocal", "remainder", "reshape", "rot90", "searchsorted", "select", "sinc", "squeeze", "stack",
    "std", "subtract", "swapaxes", "tensordot", "tile", "trace", "transpose", "tril", "triu", "unique", "vander", "var",
    "vsplit", "vstack", "where", "zeros_like", "arcsinh", "arccosh", "arctanh", "float_power", "lcm", "nanquantile",
)  # fmt: skip

#: numpy's name -> what to write. A row of `_SAME_NAME` or `_LIKE_NUMPY` need not be repeated.
_NUMPY: Final[dict[str, str]] = {
    "array": "torch.tensor(data)",
    "asarray": "torch.as_tensor(data)",
    "ascontiguousarray": "x.contiguous()",
    "ndarray": "torch.Tensor",
    "arange": "torch.arange(start, stop, step); for a loop: range(start, stop, step)",
    "zeros": "torch.zeros(shape)",
    "ones": "torch.ones(shape)",
    "empty": "torch.empty(shape)",
    "full": "torch.full(shape, value)",
    "identity": "torch.eye(n)",
    "concatenate": "torch.cat(tensors, dim=axis)",
    "append": "torch.cat([x, y]); for a list: xs.append(x)",
    "expand_dims": "x.unsqueeze(axis)",
    "repeat": "x.repeat_interleave(repeats, dim=axis)",
    "flip": "torch.flip(x, dims=[axis])",
    "split": "torch.tensor_split(x, sections, dim=axis)",
    "array_split": "torch.tensor_split(x, sections, dim=axis)",
    "clip": "torch.clamp(x, low, high); for a number: max(low, min(x, high))",
    "maximum": "torch.maximum(x, y); for numbers: max(x, y)",
    "minimum": "torch.minimum(x, y); for numbers: min(x, y)",
    "max": "torch.amax(x, dim=axis), x.max() of the whole tensor; for numbers: max(xs)",
    "min": "torch.amin(x, dim=axis), x.min() of the whole tensor; for numbers: min(xs)",
    "amax": "torch.amax(x, dim=axis)",
    "amin": "torch.amin(x, dim=axis)",
    "nanmax": "torch.nan_to_num(x, nan=-math.inf).max()",
    "nanmin": "torch.nan_to_num(x, nan=math.inf).min()",
    "ptp": "x.amax(dim=axis) - x.amin(dim=axis)",
    "average": "torch.mean(x, dim=axis)",
    "percentile": "torch.quantile(x, q / 100, dim=axis)",
    "sort": "torch.sort(x, dim=axis).values; for a list: sorted(xs)",
    "lexsort": "torch.argsort(x, stable=True), once for each key",
    "nonzero": "torch.nonzero(x, as_tuple=True)",
    "flatnonzero": "torch.nonzero(x.flatten()).flatten()",
    "take": "torch.take(x, indices), or torch.index_select(x, dim, indices)",
    "take_along_axis": "torch.take_along_dim(x, indices, dim=axis)",
    "put_along_axis": "x.scatter_(axis, indices, values)",
    "power": "torch.pow(x, y); for numbers: x ** y",
    "add": "torch.add(x, y); for numbers: x + y",
    "divide": "torch.div(x, y); for numbers: x / y",
    "true_divide": "torch.div(x, y); for numbers: x / y",
    "floor_divide": "torch.floor_divide(x, y); for numbers: x // y",
    "mod": "torch.remainder(x, y); for numbers: x % y",
    "fmod": "torch.fmod(x, y); for numbers: math.fmod(x, y)",
    "divmod": "torch.floor_divide(x, y) and torch.remainder(x, y); for numbers: divmod(x, y)",
    "absolute": "torch.abs(x); for a number: abs(x)",
    "fabs": "torch.abs(x); for a number: abs(x)",
    "cbrt": "x.abs().pow(1 / 3) * x.sign(); for a number: math.cbrt(x)",
    "exp2": "torch.exp2(x); for a number: 2.0 ** x",
    "rint": "torch.round(x); for a number: round(x)",
    "around": "torch.round(x); for a number: round(x)",
    "fix": "torch.trunc(x); for a number: math.trunc(x)",
    "degrees": "torch.rad2deg(x); for a number: math.degrees(x)",
    "radians": "torch.deg2rad(x); for a number: math.radians(x)",
    "angle": "torch.angle(x)",
    "bitwise_and": "torch.bitwise_and(x, y); for numbers: x & y",
    "bitwise_or": "torch.bitwise_or(x, y); for numbers: x | y",
    "bitwise_xor": "torch.bitwise_xor(x, y); for numbers: x ^ y",
    "invert": "torch.bitwise_not(x); for a number: ~x",
    "left_shift": "torch.bitwise_left_shift(x, y); for numbers: x << y",
    "right_shift": "torch.bitwise_right_shift(x, y); for numbers: x >> y",
    "array_equal": "torch.equal(x, y)",
    "array_equiv": "torch.equal(*torch.broadcast_tensors(x, y))",
    "copy": "x.clone()",
    "shape": "x.shape",
    "size": "x.numel()",
    "ndim": "x.dim()",
    "roll": "torch.roll(x, shift, dims=axis)",
    "pad": "torch.nn.functional.pad(x, pad), whose pad starts with the last dimension",
    "interp": "torch.searchsorted and torch.lerp",
    "digitize": "torch.bucketize(x, bins, right=True)",
    "histogram": "torch.histc(x, bins, low, high)",
    "histogram2d": "torch.histogramdd(x, bins)",
    "convolve": "torch.nn.functional.conv1d(x[None, None], kernel.flip(0)[None, None])",
    "correlate": "torch.nn.functional.conv1d(x[None, None], kernel[None, None])",
    "trapz": "torch.trapezoid(y, x)",
    "trapezoid": "torch.trapezoid(y, x)",
    "gradient": "torch.gradient(x)",
    "polyval": "Horner's rule: `for c in coefficients: y = y * x + c`",
    "tri": "torch.ones(n, m).tril()",
    "tril_indices": "torch.tril_indices(n, n)",
    "triu_indices": "torch.triu_indices(n, n)",
    "unravel_index": "torch.unravel_index(index, shape)",
    "ravel_multi_index": "the strides: `i * columns + j`",
    "indices": "torch.meshgrid(torch.arange(n), torch.arange(m), indexing='ij')",
    "mgrid": "torch.meshgrid(torch.arange(n), torch.arange(m), indexing='ij')",
    "ogrid": "torch.arange(n)[:, None] and torch.arange(m)[None, :]",
    "newaxis": "None",
    "isscalar": "isinstance(x, (int, float))",
    "iscomplexobj": "torch.is_complex(x)",
    "result_type": "torch.promote_types(x.dtype, y.dtype)",
    "finfo": "torch.finfo(dtype)",
    "iinfo": "torch.iinfo(dtype)",
    "dtype": "torch.dtype",
    "setdiff1d": "x[~torch.isin(x, y)].unique()",
    "intersect1d": "x[torch.isin(x, y)].unique()",
    "union1d": "torch.cat([x, y]).unique()",
    "in1d": "torch.isin(x, y)",
    "block": "torch.cat of torch.cat",
    "compress": "x[mask]",
    "extract": "x[mask]",
    "choose": "torch.where, or torch.gather",
    "piecewise": "torch.where(condition, x, y)",
    "vectorize": "operators on whole tensors, or torch.vmap in Python",
    "apply_along_axis": "operators with a `dim`",
    "frombuffer": "torch.tensor(data)",
    "fromiter": "torch.tensor(list)",
    "float16": "torch.float16",
    "float32": "torch.float32",
    "float64": "torch.float64",
    "int8": "torch.int8",
    "int16": "torch.int16",
    "int32": "torch.int32",
    "int64": "torch.int64",
    "uint8": "torch.uint8",
    "bool_": "torch.bool",
    "complex64": "torch.complex64",
    "complex128": "torch.complex128",
    "linalg.norm": "torch.linalg.norm(x)",
    "linalg.inv": "torch.linalg.inv(x)",
    "linalg.det": "torch.linalg.det(x)",
    "linalg.svd": "torch.linalg.svd(x)",
    "linalg.eig": "torch.linalg.eig(x)",
    "linalg.eigh": "torch.linalg.eigh(x)",
    "linalg.solve": "torch.linalg.solve(a, b)",
    "linalg.lstsq": "torch.linalg.lstsq(a, b)",
    "linalg.pinv": "torch.linalg.pinv(x)",
    "linalg.qr": "torch.linalg.qr(x)",
    "linalg.cholesky": "torch.linalg.cholesky(x)",
    "linalg.matrix_rank": "torch.linalg.matrix_rank(x)",
    "linalg.matrix_power": "torch.linalg.matrix_power(x, n)",
    "fft.fft": "torch.fft.fft(x)",
    "fft.ifft": "torch.fft.ifft(x)",
    "fft.rfft": "torch.fft.rfft(x)",
    "fft.irfft": "torch.fft.irfft(x)",
    "fft.fft2": "torch.fft.fft2(x)",
    "fft.ifft2": "torch.fft.ifft2(x)",
    "fft.fftfreq": "torch.fft.fftfreq(n)",
    "fft.fftshift": "torch.fft.fftshift(x)",
    "random.rand": "torch.rand(shape)",
    "random.randn": "torch.randn(shape)",
    "random.randint": "torch.randint(low, high, shape)",
    "random.random": "torch.rand(shape)",
    "random.normal": "torch.randn(shape) * scale + mean",
    "random.uniform": "torch.rand(shape) * (high - low) + low",
    "random.permutation": "torch.randperm(n)",
    "random.shuffle": "x[torch.randperm(x.shape[0])]",
    "random.choice": "x[torch.randint(x.shape[0], (n,))]",
    "random.seed": "torch.manual_seed(seed), before the model is called",
}


def instead_of_numpy(name: str) -> str | None:
    """What to write instead of numpy's `name` (`sin`, `linalg.norm`); None for what is not in the table."""
    found = _NUMPY.get(name)
    if found is not None:
        return found
    number = _SAME_NAME.get(name)
    if number is not None:
        return f"torch.{name}(x); for a number: {number}"
    return f"torch.{name}" if name in _LIKE_NUMPY else None


class Library(NamedTuple):
    """Why a program cannot have something, and what to do instead."""

    why: str
    instead: str


#: Reasons that several have.
_TORCH_DRAWS: Final = "a program draws random numbers with torch's generator alone"
_SYSTEM = Library(
    "a program knows nothing of the system it runs on", "look it up in `__init__`, and keep it as an attribute"
)
_FORK: Final = "future = portfire.fork(f, x), then portfire.wait(future)"
_FILES = Library(
    "a program has no files: what it reads is loaded when it is compiled",
    "read the file in `__init__`, and keep what it holds as an attribute",
)
_CLOCK = Library("a program gives the same result whenever it runs", "take the time around the call, in Python")
_RANDOM_STATE = Library(
    "a program draws from the random numbers of the process, whose state it does not see",
    "set the state before the call, or pass a torch.Generator: torch.rand(2, generator=g)",
)
_SETTINGS = Library("settings belong to the process, not to a program", "set it in Python, before the call")
_IMAGES = Library(
    "a program computes on tensors, not on images", "decode and convert the image before the call, and pass a tensor"
)

#: A module, or a name in one -> why not, and what instead. The longest that fits counts.
LIBRARIES: Final[dict[str, Library]] = {
    "random": Library(
        _TORCH_DRAWS,
        "torch.rand(()).item() for random.random(), int(torch.randint(low, high + 1, ())) for random.randint(low, high)",
    ),
    "random.random": Library(_TORCH_DRAWS, "float(torch.rand(()))"),
    "random.uniform": Library(_TORCH_DRAWS, "float(torch.rand(())) * (b - a) + a"),
    "random.randint": Library(_TORCH_DRAWS, "int(torch.randint(a, b + 1, ()))"),
    "random.randrange": Library(_TORCH_DRAWS, "int(torch.randint(start, stop, ()))"),
    "random.choice": Library(_TORCH_DRAWS, "xs[int(torch.randint(len(xs), ()))]"),
    "random.gauss": Library(_TORCH_DRAWS, "float(torch.randn(())) * sigma + mu"),
    "random.shuffle": Library(_TORCH_DRAWS, "[xs[int(i)] for i in torch.randperm(len(xs))]"),
    "random.sample": Library(_TORCH_DRAWS, "[xs[int(i)] for i in torch.randperm(len(xs))[:k]]"),
    "time": _CLOCK,
    "datetime": _CLOCK,
    "timeit": _CLOCK,
    "os": _SYSTEM,
    "os.path": _FILES,
    "sys": Library(
        "a program knows nothing of the interpreter that compiled it",
        "look it up in `__init__`, and keep it as an attribute",
    ),
    "platform": _SYSTEM,
    "pathlib": _FILES,
    "io": _FILES,
    "builtins.open": _FILES,
    "shutil": _FILES,
    "glob": _FILES,
    "tempfile": _FILES,
    "pickle": _FILES,
    "csv": _FILES,
    "json": Library(
        "a program has no values whose types are found while it runs",
        "parse it before the call, and pass the values in",
    ),
    "yaml": Library(
        "a program has no values whose types are found while it runs",
        "parse it before the call, and pass the values in",
    ),
    "re": Library(
        "a program has no regular expressions", "use the methods of str: split, find, startswith, isdigit, replace"
    ),
    "subprocess": Library("a program starts no other programs", "do it in Python, around the call"),
    "threading": Library("a program starts no threads of its own", _FORK),
    "multiprocessing": Library("a program starts no processes", _FORK),
    "concurrent": Library("a program starts no threads of its own", _FORK),
    "asyncio": Library("a program has no event loop", _FORK),
    "socket": Library("a program has no network", "fetch it before the call, and pass the data in"),
    "requests": Library("a program has no network", "fetch it before the call, and pass the data in"),
    "urllib": Library("a program has no network", "fetch it before the call, and pass the data in"),
    "PIL": _IMAGES,
    "cv2": _IMAGES,
    "skimage": _IMAGES,
    "imageio": _IMAGES,
    "matplotlib": Library("a program draws nothing", "return the tensors, and plot them in Python"),
    "pandas": Library(
        "a program computes on tensors, not on tables",
        "convert the columns before the call: torch.from_numpy(frame.to_numpy())",
    ),
    "scipy": Library(
        "a program calls torch's operators only",
        "look for the function in torch, torch.linalg, torch.fft and torch.special",
    ),
    "sklearn": Library(
        "a program calls torch's operators only", "write the prediction with tensors, from the fitted coefficients"
    ),
    "tensorflow": Library("a program calls torch's operators only", "use the torch function that does the same"),
    "jax": Library("a program calls torch's operators only", "use the torch function that does the same"),
    **{
        f"einops.{name}": Library(
            "einops builds its operations while it runs",
            "use its layers (Rearrange, Reduce, EinMix) as submodules, or view, permute, reshape and torch.einsum",
        )
        for name in (
            *("einops.rearrange", "einops.reduce", "einops.repeat", "einops.einsum", "einops.parse_shape"),
            *("packing.pack", "packing.unpack"),
        )
    },
    "tqdm": Library("a program shows no progress", "loop over the items themselves"),
    "wandb": Library("a program has no network", "return what is to be logged, and log it in Python"),
    "gc": Library("a program frees memory by itself, at once", "leave it out"),
    "pdb": Library("a program cannot be stopped in its middle", "call the Python module itself to debug it"),
    "builtins.breakpoint": Library(
        "a program cannot be stopped in its middle", "call the Python module itself to debug it"
    ),
    "builtins.input": Library("a program asks nobody", "ask before the call, and pass the answer in"),
    "builtins.eval": Library("a program is fixed once it is compiled", "write the expression where it stands"),
    "builtins.exec": Library("a program is fixed once it is compiled", "write the statements where they stand"),
    "builtins.compile": Library("a program is fixed once it is compiled", "write the code where it stands"),
    "builtins.globals": Library("a program has no namespaces that can be looked into", "name the global"),
    "builtins.locals": Library("a program has no namespaces that can be looked into", "put the values into a dict"),
    "builtins.vars": Library("the attributes of an object are known by name only", "name the attributes"),
    "builtins.dir": Library("the attributes of an object are known by name only", "name the attributes"),
    "builtins.delattr": Library("an object of a program keeps all its attributes", "set the attribute to None"),
    "builtins.memoryview": Library("a program has no buffers", "use a tensor of uint8"),
    "torch.serialization": _FILES,
    "torch.from_numpy": Library("a program has no numpy arrays", "pass the tensor in"),
    "torch.compile": Library("a program is compiled already", "leave it out"),
    "torch.fx": Library("a program is compiled already", "leave it out"),
    "torch.random": _RANDOM_STATE,
    "torch.cuda.random": _RANDOM_STATE,
    "torch.func": Library(
        "a program runs each call as it is written, and transforms no functions",
        "for vmap: torch.stack([f(row) for row in x]), or operators of the whole batch; for grad: torch.autograd.grad",
    ),
    "torch.autograd.functional": Library(
        "a program transforms no functions",
        "take the gradients of each output: torch.autograd.grad(y, x, retain_graph=True)",
    ),
    "torch.nested": Library("a program has no nested tensors", "pad them: torch.nn.utils.rnn.pad_sequence"),
    **{
        f"torch.{name}": _SETTINGS
        for name in (
            "set_default_dtype",
            "set_default_device",
            "set_default_tensor_type",
            "set_num_threads",
            "get_num_threads",
            "set_num_interop_threads",
            "get_num_interop_threads",
            "set_printoptions",
            "_tensor_str.set_printoptions",
            "use_deterministic_algorithms",
            "set_deterministic_debug_mode",
            "set_float32_matmul_precision",
            "set_warn_always",
            "set_flush_denormal",
            "set_anomaly_enabled",
            "is_inference_mode_enabled",
        )
    },
    "torch.cuda.synchronize": Library("a program waits where it must", "leave it out"),
    "torch.cuda.memory.empty_cache": Library("a program frees memory by itself", "leave it out"),
    "torch.utils.data": Library(
        "a program computes on the tensors it is given", "load the data in Python, around the call"
    ),
    "torch.optim": Library(
        "a program computes the forward pass", "make the optimizer in Python, with the program's parameters"
    ),
}


def about_library(qualified_name: str) -> Library | None:
    """The row of the longest prefix of a dotted name that has one."""
    name = qualified_name
    while name:
        found = LIBRARIES.get(name)
        if found is not None:
            return found
        name = name.rpartition(".")[0]
    return None
