"""What is at which address: the files of the project, and their places on the site.

README.md becomes its folder's index.html, another page of Markdown gets the ending .html, pictures and pages of HTML stay
what they are, and any other file becomes a page that shows it, with .html behind its name.
"""

import os
import posixpath
import shutil
import subprocess
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

OUTPUT = Path("build/site")
COPIED = {".svg", ".png", ".jpg", ".gif", ".html", ".gz", ".npz", ".safetensors"}


class SourceError(Exception):
    """Something in a page's source that the site cannot show."""


@cache
def project_files():
    """The files that are committed, or will be; None where git does not say."""
    if not shutil.which("git"):
        return None
    command = ["git", "-c", "core.quotePath=off", "ls-files", "--cached", "--others", "--exclude-standard"]
    run = subprocess.run(command, capture_output=True, text=True)
    return None if run.returncode else set(run.stdout.split("\n"))


def is_markdown(path):
    return path.endswith(".md")


def is_copied(path):
    return posixpath.splitext(path)[1] in COPIED


def place(path):
    """The address on the site of a file of the project."""
    folder, name = posixpath.split(path)
    if is_copied(path):
        return path
    if not is_markdown(path):
        return path + ".html"
    name = name.removesuffix(".md")
    if name.split(".")[0] == "README":
        name = "index" + name.removeprefix("README")
    return posixpath.join(folder, name + ".html")


def relative(target, page):
    """The link from one address of the site to another."""
    return os.path.relpath(target, posixpath.dirname(page) or ".")


def resolve(link, source):
    """The file of the project that a link in the page `source` leads to, and the anchor behind it; no file for a link
    that leaves the project."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return None, parts.fragment
    if not parts.path:
        return source, parts.fragment
    path = posixpath.normpath(posixpath.join(posixpath.dirname(source), unquote(parts.path)))
    if Path(path).is_dir():
        path = posixpath.join(path, "README.md")
    if path.startswith("..") or not Path(path).is_file():
        raise SourceError(f"{source}: the link {link} leads nowhere")
    if project_files() is not None and path not in project_files():
        raise SourceError(f"{source}: the link {link} leads to a file that is not part of the project")
    return path, parts.fragment
