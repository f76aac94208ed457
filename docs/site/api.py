"""The API reference, by Doxygen, from the headers that a program gets with <xtape.hpp>."""

import re
import subprocess
from pathlib import Path

from tree import SourceError

FOLDER = Path("docs/site")
INNER = re.compile(r"autograd/(kernels|ops/elementwise)/")  # no program's business


def public_headers():
    """xtape.hpp, each folder's umbrella header (nn/nn.hpp), and what these include."""
    found, open_paths = set(), [Path("xtape.hpp"), *Path().glob("*/*.hpp")]
    open_paths = [path for path in open_paths if path.stem in ("xtape", path.parent.name)]
    while open_paths:
        path = open_paths.pop()
        if path in found or INNER.match(str(path)):
            continue
        found.add(path)
        included = map(Path, re.findall(r"^#include <(.*)>$", path.read_text(encoding="utf-8"), re.MULTILINE))
        open_paths += [other for other in included if other.exists()]
    return sorted(found)


def version():
    return re.search(r"VERSION ([\d.]+)", re.search(r"project\([^)]*\)", Path("CMakeLists.txt").read_text())[0])[1]


def build_api():
    """Runs Doxygen; its warnings are errors."""
    configuration = (FOLDER / "Doxyfile").read_text(encoding="utf-8")
    headers = public_headers()
    configuration += f"PROJECT_NUMBER = {version()}\n"
    configuration += f"STRIP_FROM_PATH = {Path.cwd()}\nSTRIP_FROM_INC_PATH = {Path.cwd()}\n"
    configuration += f"INPUT = {FOLDER / 'api.dox'} {' '.join(map(str, headers))}\n"
    if subprocess.run(["doxygen", "-"], input=configuration, text=True).returncode:
        raise SourceError("Doxygen found faults in the headers' comments")
    return headers
