"""Builds the site in build/site; see README.md in this folder. Runs in the project's top folder: ./dev docs."""

import html
import json
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from api import build_api, version
from pages import Page, pandoc
from tree import OUTPUT, SourceError, is_copied, is_markdown, place, relative

FOLDER = Path("docs/site")
MATH_FONT = Path("/usr/share/texmf/fonts/opentype/public/lm-math/latinmodern-math.otf")  # Debian's fonts-lmodern
WORDS = {  # of the site's own
    "en": {"start": "Start", "tutorials": "Tutorials", "docs": "Documentation", "more": "More", "menu": "Menu",
           "before": "previous", "after": "next", "switch": "日本語"},
    "ja": {"start": "はじめに", "tutorials": "チュートリアル", "docs": "ドキュメント", "more": "その他", "menu": "メニュー",
           "before": "前へ", "after": "次へ", "switch": "English"},
}  # fmt: skip


def read_pages(executor):
    """The pages that the site starts from, and every file that they lead to: pages and copied files."""
    names = ["README.md", "CHANGELOG.md", "LICENSE", *map(str, sorted(Path("docs").glob("*.md")))]
    names += map(str, sorted(Path("tutorials").rglob("*.md")))
    pages, copied, found = {}, set(), set(names)
    while found:
        copied |= {name for name in found if is_copied(name)}
        new = [Page(name) for name in sorted(found) if not is_copied(name)]
        list(executor.map(Page.read, new))
        pages |= {page.source: page for page in new}
        found = set().union(*(page.links for page in new)) - pages.keys() - copied
    return pages, copied


class Site:
    def __init__(self, pages):
        self.pages = pages

    def in_language(self, source, language):
        """That page, in the language if there is one."""
        page = self.pages[source]
        other = self.pages.get(page.other_language)
        return other if other and page.language != language else page

    def tutorials(self, language):
        """The chapters in their order, behind the page that introduces them."""
        names = ["tutorials/README.md", *map(str, sorted(Path("tutorials").glob("*/README.md")))]
        return [self.in_language(name, language) for name in names if name in self.pages]

    def documents(self):
        return [self.pages[name] for name in sorted(self.pages) if Path(name).match("docs/*.md") and ".ja." not in name]

    def others(self):
        shown = {"README.md", *(page.source for page in self.documents())}
        return [page for name, page in sorted(self.pages.items())
                if (is_markdown(name) or name == "LICENSE") and name not in shown and not name.startswith("tutorials/")]

    # --- parts of a page

    def link(self, page, target, text, mark=""):
        here = ' aria-current="page"' if target == page.place else ""
        return f'<a href="{html.escape(relative(target, page.place))}"{mark}{here}>{html.escape(text)}</a>'

    def navigation(self, page):
        words = WORDS[page.language]
        sections = [(words["start"], [(self.pages["README.md"].place, "xtape"), ("api/index.html", "API reference")])]
        for title, members in ((words["tutorials"], self.tutorials(page.language)), (words["docs"], self.documents()),
                               (words["more"], self.others())):
            sections.append((title, [(member.place, member.title) for member in members]))
        return "\n".join(
            f"<h2>{title}</h2><ul>" + "".join(f"<li>{self.link(page, *member)}</li>" for member in members) + "</ul>"
            for title, members in sections if members)  # fmt: skip

    def bar(self, page):
        wanted = [(chapter.place, WORDS[page.language]["tutorials"]) for chapter in self.tutorials(page.language)[:1]]
        wanted += [(place("docs/ops.md"), "Operations"), ("api/index.html", "API reference"),
                   (place("docs/performance.md"), "Performance"), (place("CHANGELOG.md"), "Changes")]
        links = [self.link(page, target, text) for target, text in wanted]
        other = self.pages.get(page.other_language)
        if other:
            mark = f' class="language" lang="{other.language}" hreflang="{other.language}"'
            links.append(self.link(page, other.place, WORDS[page.language]["switch"], mark))
        return "\n".join(links)

    def neighbours(self, page):
        """Links to the chapters before and after."""
        chapters, words = self.tutorials(page.language), WORDS[page.language]
        if page not in chapters:
            return ""
        at = chapters.index(page)
        before = [self.link(page, chapters[at - 1].place, f"← {words['before']}: {chapters[at - 1].title}", ' rel="prev"')] if at else []
        after = [self.link(page, other.place, f"{words['after']}: {other.title} →", ' rel="next"') for other in chapters[at + 1 : at + 2]]
        return "".join(before + after)

    def write(self, page):
        variables = {
            "top": relative(".", page.place) + "/", "version": version(), "lang": page.language,
            "pagetitle": html.escape(page.title if page.title == "xtape" else f"{page.title} · xtape"),
            "menu": WORDS[page.language]["menu"], "bar": self.bar(page), "navigation": self.navigation(page),
            "neighbours": self.neighbours(page),
        }  # fmt: skip
        arguments = [f"--variable={name}={value}" for name, value in variables.items() if value]
        headings = sum(block["t"] == "Header" and block["c"][0] in (2, 3) for block in page.document["blocks"])
        arguments += ["--toc", "--toc-depth=3"] if headings > 2 else []
        text = pandoc(json.dumps(page.document), "-f", "json", "-t", "html5", "--standalone", "--mathml", "--wrap=preserve",
                      f"--template={FOLDER / 'page.html'}", *arguments)  # fmt: skip
        target = OUTPUT / page.place
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def copy(name):
    target = OUTPUT / place(name)
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(name, target)


def build_pages():
    with ThreadPoolExecutor() as executor:
        pages, copied = read_pages(executor)
        site = Site(pages)
        list(executor.map(site.write, pages.values()))
    for name in copied:
        copy(name)
    for path in (FOLDER / "site.css", FOLDER / "icon.svg", MATH_FONT):
        shutil.copyfile(path, OUTPUT / path.name)
    return pages


def main():
    start = time.monotonic()
    shutil.rmtree(OUTPUT, ignore_errors=True)
    OUTPUT.mkdir(parents=True)
    try:
        pages = build_pages()
        headers = build_api()
    except SourceError as error:
        sys.exit(f"docs/site: {error}")
    print(f"{OUTPUT}/index.html: {len(pages)} pages, the API reference of {len(headers)} headers, {time.monotonic() - start:.0f} s")


if __name__ == "__main__":
    main()
