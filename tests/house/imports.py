"""Who imports whom inside the package, from the syntax trees: nothing is imported to find out."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "custodes"


def modules() -> dict[str, Path]:
    """Dotted name without `custodes.` -> file; packages by their own name."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if name:
            found[name] = path
    return found


def imported(path: Path, known: dict[str, Path], lazily: bool = False) -> set[str]:
    """Modules of the package that a file imports at its top level, or, `lazily`, anywhere but under TYPE_CHECKING."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    out: set[str] = set()
    for node in ast.walk(tree) if lazily else _top_level(tree):
        if isinstance(node, ast.Import):
            out |= {_known(alias.name, known) for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            out |= {_known(f"{node.module}.{alias.name}", known) for alias in node.names}
    return out - {""}


def _top_level(tree: ast.Module) -> list[ast.stmt]:
    out: list[ast.stmt] = []
    for node in tree.body:
        if isinstance(node, ast.If):
            if "TYPE_CHECKING" not in ast.dump(node.test):
                out += node.body
            out += node.orelse
        elif isinstance(node, ast.Try):
            out += node.body
        else:
            out.append(node)
    return out


def _known(dotted: str, known: dict[str, Path]) -> str:
    """The longest beginning of a dotted name that is a module of the package; empty for others' modules."""
    parts = dotted.split(".")
    if parts[0] != "custodes":
        return ""
    for length in range(len(parts), 1, -1):
        name = ".".join(parts[1:length])
        if name in known:
            return name
    return ""
