"""What STYLE asks of the shape of the code, as far as a machine can tell."""

import ast
import re
from pathlib import Path

from tests.architecture.source import ROOMS, ROOT, dotted, functions, modules, tree

LONGEST_FUNCTION = 55
LONGEST_FILE = 320

# The rooms that know no outside, and what in them may: the loader of the fitted coefficients and
# the program that fits them.
PURE_ROOMS = ("engine/cricket", "engine/chance")
IMPURE = re.compile(r"engine/chance/(coefficients\.py|fit\.py|fitting/.*)")
OUTSIDE = {"breakpoint", "exec", "eval", "input", "open", "print"}
GLOBAL_RANDOMNESS = ("np.random.", "numpy.random.")


def test_no_function_is_longer_than_a_screen() -> None:
    too_long = [
        f"{path}:{function.lineno} {function.name} has {length} lines"
        for path in modules(*ROOMS)
        for function in functions(path)
        if (length := _lines(function)) > LONGEST_FUNCTION
    ]
    assert not too_long, "\n".join(too_long)


def test_no_file_is_too_long_to_know() -> None:
    too_long = [
        f"{path} has {length} lines"
        for path in modules(*ROOMS)
        if (length := len((ROOT / path).read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    ]
    assert not too_long, "\n".join(too_long)


def test_every_module_says_why_it_exists() -> None:
    silent = [str(path) for path in modules(*ROOMS) if ast.get_docstring(tree(path)) is None]
    assert not silent, "\n".join(silent)


def test_the_laws_and_the_ball_model_call_nothing_outside() -> None:
    calls = [
        f"{path}:{node.lineno} {name}"
        for path in _pure_modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and (name := dotted(node.func)) in OUTSIDE
    ]
    assert not calls, "\n".join(calls)


def test_the_laws_and_the_ball_model_use_no_global_randomness() -> None:
    uses = [
        f"{path}:{node.lineno} {name}"
        for path in _pure_modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and (name := dotted(node)).startswith(GLOBAL_RANDOMNESS)
    ]
    assert not uses, "\n".join(uses)


def test_package_doors_choose_what_is_public() -> None:
    open_doors = [
        str(path)
        for path in modules(*ROOMS)
        if path.name == "__init__.py" and _imports(path) and "__all__" not in _assigned(path)
    ]
    assert not open_doors, "\n".join(open_doors)


def _pure_modules() -> list[Path]:
    return [path for path in modules(*PURE_ROOMS) if not IMPURE.fullmatch(path.as_posix())]


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Count a function's lines without its docstring, which may be as long as it needs."""
    length = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function) is None:
        return length
    docstring = function.body[0]
    return length - ((docstring.end_lineno or docstring.lineno) - docstring.lineno + 1)


def _imports(path: Path) -> bool:
    return any(
        isinstance(node, ast.ImportFrom) and node.module != "__future__" for node in tree(path).body
    )


def _assigned(path: Path) -> set[str]:
    names = set()
    for node in tree(path).body:
        match node:
            case ast.Assign(targets=targets):
                names |= {dotted(target) for target in targets}
            case ast.AnnAssign(target=target):
                names.add(dotted(target))
    return names
