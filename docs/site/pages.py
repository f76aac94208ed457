"""Pages read by pandoc: Markdown as GitHub shows it, and sources as highlighted code."""

import json
import posixpath
import re
import subprocess
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from tree import SourceError, is_copied, is_markdown, place, relative, resolve

MARKDOWN = "gfm+tex_math_dollars+east_asian_line_breaks"
LANGUAGES = {".hpp": "cpp", ".cpp": "cpp", ".py": "python", ".sh": "bash", ".json": "json", ".cmake": "cmake", ".js": "javascript"}
MARKUP_LINK = re.compile(r'\b(src|srcset|href)="([^"]*)"')


def pandoc(text, *arguments):
    command = ["pandoc", "--fail-if-warnings", *arguments]
    run = subprocess.run(command, input=text, capture_output=True, text=True)
    if run.returncode:
        raise SourceError(run.stderr.strip())
    return run.stdout


def plain_text(inlines):
    """The words of a heading."""
    text = {"Space": " ", "SoftBreak": " "}
    words = [
        text.get(part["t"]) or (part["c"] if part["t"] == "Str" else part["c"][1] if part["t"] == "Code" else plain_text(part["c"][-1]))
        for part in inlines
    ]
    return "".join(words)


@dataclass
class Page:
    source: str  # its file
    links: set = field(default_factory=set)  # the files that it leads to
    external: set = field(default_factory=set)
    document: dict = None  # pandoc's tree

    @cached_property
    def place(self):
        return place(self.source)

    @cached_property
    def language(self):
        return "ja" if self.source.endswith(".ja.md") else "en"

    @cached_property
    def other_language(self):
        """The file of the same page in the other language, which may not exist."""
        stem = self.source.removesuffix(".md").removesuffix(".ja")
        return stem + (".ja.md" if self.language == "en" else ".md")

    @cached_property
    def title(self):
        for block in self.document["blocks"]:
            if block["t"] == "Header" and block["c"][0] == 1:
                return plain_text(block["c"][2])
        raise SourceError(f"{self.source}: the page has no heading of the first level")

    def read(self):
        if is_markdown(self.source):
            self.document = json.loads(pandoc(Path(self.source).read_text(encoding="utf-8"), "-f", MARKDOWN, "-t", "json"))
            self.document["blocks"] = self.changed(self.document["blocks"])
        else:
            self.document = self.listing()

    def listing(self):
        """A document that shows a source."""
        suffix = posixpath.splitext(self.source)[1]
        language = "cmake" if self.source.endswith("CMakeLists.txt") else LANGUAGES.get(suffix, "default")
        code = Path(self.source).read_text(encoding="utf-8")
        heading = {"t": "Header", "c": [1, ["", [], []], [{"t": "Str", "c": self.source}]]}
        block = {"t": "CodeBlock", "c": [["L", [language, "numberLines"], []], code]}
        return {"pandoc-api-version": json.loads(pandoc("", "-t", "json"))["pandoc-api-version"], "meta": {}, "blocks": [heading, block]}

    # --- what is changed in pandoc's tree

    def changed(self, node):
        if isinstance(node, list):
            return [self.changed(part) for part in node]
        if not isinstance(node, dict):
            return node
        node = {key: self.changed(value) for key, value in node.items()}
        change = getattr(self, "change_" + str(node.get("t")).lower(), None)
        return change(node) if change else node

    def change_link(self, node):
        node["c"][-1][0] = self.link(node["c"][-1][0])
        return node

    change_image = change_link

    def change_rawinline(self, node):
        if node["c"][1].startswith("<!--"):
            return {"t": "Str", "c": ""}
        node["c"][1] = MARKUP_LINK.sub(lambda match: f'{match[1]}="{self.link(match[2])}"', node["c"][1])
        return node

    def change_rawblock(self, node):
        return {"t": "Null"} if node["c"][1].startswith("<!--") else self.change_rawinline(node)

    def change_codeblock(self, node):
        if node["c"][0][1] == ["math"]:  # GitHub's other way to write a formula
            return {"t": "Para", "c": [self.change_math({"t": "Math", "c": [{"t": "DisplayMath"}, node["c"][1]]})]}
        return node

    def change_math(self, node):
        """Chromium draws \\mathrm in italics: the words of a formula are text."""
        node["c"][1] = re.sub(r"\\mathrm\{([A-Za-z ]+)\}", r"\\text{\1}", node["c"][1])
        return node

    def change_table(self, node):
        return {"t": "Div", "c": [["", ["table"], []], [node]]}

    def link(self, link):
        """A link of the source as a link of the site; remembers where it leads."""
        target, anchor = resolve(link, self.source)
        if target is None:
            self.external.add(link)
            return link
        self.links.add(target)
        if not (is_markdown(target) or is_copied(target)):
            anchor = re.sub(r"^L(\d+).*", r"L-\1", anchor)  # GitHub's #L10-L20
        path = "" if target == self.source and anchor else relative(place(target), self.place)
        return path + ("#" + anchor if anchor else "")
