#!/usr/bin/env python3
"""Opens the pages of the built site in a headless Chromium: each has a title and shows all its pictures, and the console
stays empty. Photographs a few of them, in light and dark.

Usage: site.py FOLDER_OF_THE_SITE FOLDER_FOR_SCREENSHOTS [--all]
Of the API reference, whose thousand pages come from one template, it opens every twentieth unless --all is given.
"""

import pathlib
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from browser import new_browser

PHOTOGRAPHED = ["index", "docs/ops", "docs/performance", "benchmarks/results/index", "api/index", "api/classxtape_1_1Tensor",
                "api/reduce_8hpp", "api/files"]  # fmt: skip

# What a page does not have as it should, once its pictures are there.
LOOK = """
  const done = arguments[0], pictures = [...document.images];
  Promise.allSettled(pictures.map(picture => picture.decode())).then(results => {
    const faults = pictures.filter((_, i) => results[i].status === 'rejected')
                           .map(picture => 'the picture ' + picture.src + ' is not shown');
    if (!document.title.trim()) faults.push('there is no title');
    if (!document.body.innerText.trim()) faults.push('there is no text');
    done(faults);
  });"""
BROWSERS = 2


def faults_of(browser, page):
    browser.get(page.as_uri())
    faults = browser.execute_async_script(LOOK)
    return faults + [f"the console says {entry['message']}" for entry in browser.get_log("browser")]


def look_at(site, pages):
    """The faults of these pages."""
    browser = new_browser()
    try:
        return [f"{page.relative_to(site)}: {fault}" for page in pages for fault in faults_of(browser, page)]
    finally:
        browser.quit()


def photograph(site, pictures):
    browser = new_browser()
    tutorials = [path.relative_to(site).with_suffix("").as_posix() for path in sorted(site.glob("tutorials/*/index*.html"))[:2]]
    for scheme in ("light", "dark"):
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})
        for name in PHOTOGRAPHED + tutorials:
            browser.get((site / f"{name}.html").as_uri())
            time.sleep(0.3)  # the reference's list of pages unfolds
            browser.save_screenshot(str(pictures / f"{name.replace('/', '-')}-{scheme}.png"))
    browser.quit()


def main():
    site, pictures = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    pictures.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    results = site / "api" / "search"  # what the search shows inside of a page
    pages = [page for page in sorted(site.rglob("*.html")) if page.parent != results]
    if "--all" not in sys.argv:
        reference = [page for page in pages if site / "api" in page.parents]
        pages = sorted(set(pages) - set(reference) | set(reference[::20]))
    with ThreadPoolExecutor() as executor:
        shares = executor.map(look_at, [site] * BROWSERS, [pages[first::BROWSERS] for first in range(BROWSERS)])
        faults = sorted(fault for share in shares for fault in share)
    photograph(site, pictures)
    print(*faults, sep="\n", end="\n" if faults else "")
    print(f"{len(pages)} pages opened in {time.monotonic() - started:.0f} s, {len(faults)} faults, screenshots in {pictures}")
    sys.exit(1 if faults or not pages else 0)


main()
