"""Checks every link of the built site: that its page or picture is there, and the place in the page; that a link to
elsewhere is well-formed (it is not followed). Usage: links.py [FOLDER]
"""

import posixpath
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LINKS = {"a": "href", "link": "href", "area": "href", "img": "src", "script": "src", "iframe": "src", "source": "src"}


class Reader(HTMLParser):
    """What a page links to, and the places in it that links can name."""

    def __init__(self, path):
        super().__init__()
        self.links, self.places = set(), {"", "top"}
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.places |= {values[name] for name in ("id", "name") if values.get(name)}
        link = values.get(LINKS.get(tag, ""))
        if link is not None and not link.startswith(("data:", "javascript:")):
            self.links.add(link)


def is_well_formed(parts):
    return parts.scheme == "mailto" or (parts.scheme in ("http", "https") and "." in parts.netloc)


def fault(link, page, pages, folder):
    """What is wrong with a link of that page; None for a good one."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return None if is_well_formed(parts) else "is not well-formed"
    target = posixpath.normpath(posixpath.join(posixpath.dirname(page), unquote(parts.path))) if parts.path else page
    if target not in pages and not (folder / target).is_file():
        return "leads nowhere"
    if target in pages and unquote(parts.fragment) not in pages[target].places:
        return "names a place that the page does not have"
    return None


def check(folder):
    """The faults of the site in that folder, the number of its pages and of its links, and the links to elsewhere."""
    pages = {path.relative_to(folder).as_posix(): Reader(path) for path in sorted(folder.rglob("*.html"))}
    links = [(page, link) for page, reader in pages.items() for link in sorted(reader.links)]
    faults = [f"{page}: the link {link} {what}" for page, link in links if (what := fault(link, page, pages, folder))]
    elsewhere = {link for _, link in links if urlsplit(link).netloc}
    return faults, len(pages), len(links), elsewhere


def main():
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "build/site")
    faults, pages, links, elsewhere = check(folder)
    print(*faults, sep="\n", end="\n" if faults else "")
    print(f"{links} links on {pages} pages of {folder}: {len(faults)} faults, {len(elsewhere)} addresses elsewhere not followed")
    sys.exit(1 if faults or not pages else 0)


if __name__ == "__main__":
    main()
