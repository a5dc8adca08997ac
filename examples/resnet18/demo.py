"""`make demo`: a real resnet18 from PyTorch to a C++ program, and the two side by side.

Scripts and traces the model, saves the archive, makes a C++ project, builds it against the installed portfire, runs both.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import torch
from rich.console import Console
from rich.table import Table

import portfire

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "demo"
sys.path.insert(0, str(ROOT))

from examples.models import resnet  # noqa: E402

CALLS = 20


def main() -> int:
    """Every step, with what it is doing and how long it took."""
    console = Console(highlight=False)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    torch.set_num_threads(1)
    model, (image,) = resnet.resnet18(), resnet.example_inputs()
    parameters = sum(p.numel() for p in model.parameters())

    def step(text: str, action):
        start = time.perf_counter()
        with console.status(text):
            result = action()
        console.print(f"  {text} [dim]{time.perf_counter() - start:.1f} s[/]")
        return result

    console.print(f"resnet18, {parameters / 1e6:.1f} M parameters, image {list(image.shape)}")
    compiled = step("scripting the model", lambda: portfire.script(model))
    archive = FOLDER / "resnet18.pt"
    step("writing resnet18.pt", lambda: portfire.save(compiled, archive, example_inputs=(image,)))
    app = FOLDER / "app"
    step("making the C++ project", lambda: run(sys.executable, "-m", "portfire", "new-app", app, "--model", archive))
    prefix = f"-DCMAKE_PREFIX_PATH={portfire.cmake_prefix_path}"
    step("configuring it", lambda: run("cmake", "-S", app, "-B", app / "build", prefix))
    step("building it", lambda: run("cmake", "--build", app / "build"))
    raw = FOLDER / "image.bin"
    raw.write_bytes(image.numpy().tobytes())
    spec = f"float32[{','.join(map(str, image.shape))}]:{raw}"
    text = step("running it", lambda: run(app / "build" / "app", archive, spec, "--repeat", str(CALLS)))

    with torch.no_grad():
        expected = model(image)
        python_time = median_time(lambda: model(image))
        compiled_time = median_time(lambda: compiled(image))
    cpp = [float(n) for n in next(line for line in text.splitlines() if line.startswith("output")).split()[2:]]
    cpp_time = float(text.rpartition(":")[2])
    table = Table("output", "Python (eager)", "C++ (portfire, no libtorch)", "difference")
    gaps = []
    for i, number in enumerate(cpp):
        eager = expected[0, i].item()
        gaps.append(abs(eager - number))
        table.add_row(str(i), f"{eager:.6f}", f"{number:.6f}", f"{gaps[-1]:.2g}")
    console.print(table)
    scale = expected.abs().max().item()
    console.print(f"largest difference: {max(gaps):.3g} (outputs up to {scale:.3g})")
    console.print(
        f"milliseconds per call, one thread: eager Python {python_time:.1f}, portfire in Python on ATen {compiled_time:.1f}, "
        f"C++ on the engine's own kernels {cpp_time:.1f}"
    )
    return 0 if max(gaps) <= 1e-4 * max(scale, 1.0) else 1


def median_time(call) -> float:
    """Median milliseconds of a call."""
    times = []
    for _ in range(CALLS):
        start = time.perf_counter()
        call()
        times.append((time.perf_counter() - start) * 1e3)
    return statistics.median(times)


def run(*command: object) -> str:
    """The output of a command; its error output and a stop where it fails."""
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    if done.returncode:
        print(done.stdout, done.stderr, file=sys.stderr)
        sys.exit(f"{command[0]} failed")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
