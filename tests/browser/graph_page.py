#!/usr/bin/env python3
"""Opens the pages of graph::save() in a headless Chromium: clicks, keys, screenshots, and no word in the console.

Usage: graph_page.py FOLDER_WITH_PAGES FOLDER_FOR_SCREENSHOTS
xtape_graph_pages writes the pages.
"""

import pathlib
import sys
import time

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from browser import new_browser

pages, pictures = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
pictures.mkdir(parents=True, exist_ok=True)
checks = 0


def check(holds, what):
    global checks
    checks += 1
    if not holds:
        raise AssertionError(what)


def equal(found, expected):
    check(found == expected, f"{found!r} instead of {expected!r}")


class Page:
    def __init__(self, browser, name):
        self.browser, self.name = browser, name
        browser.get((pages / f"{name}.html").as_uri())
        self.settle()

    def settle(self):
        self.browser.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")

    def run(self, script, *arguments):
        return self.browser.execute_script(script, *arguments)

    def keys(self, *keys):
        ActionChains(self.browser).send_keys(*keys).perform()
        self.settle()

    def button(self, name):
        self.browser.find_element(By.ID, name).click()
        self.settle()

    def click(self, box):
        """A click of the mouse where the box is drawn; `box` is an expression of the page's own."""
        self.run(f"xtape.show({box})")
        self.settle()
        at = self.run(f"return xtape.placeOf({box})")
        canvas = self.browser.find_element(By.ID, "picture")
        area = canvas.rect
        ActionChains(self.browser).move_to_element_with_offset(
            canvas, int(at["x"] - area["x"] - area["width"] / 2), int(at["y"] - area["y"] - area["height"] / 2)).click().perform()
        self.settle()

    def text(self, id):
        return self.browser.find_element(By.ID, id).text

    def picture(self, of):
        self.settle()
        self.browser.save_screenshot(str(pictures / f"{self.name}-{of}.png"))

    def quiet(self):
        log = self.browser.get_log("browser")
        check(not log, f"{self.name}: the console says {log}")
        loaded = self.run("return performance.getEntriesByType('resource').map(entry => entry.name)"
                          ".filter(name => !name.startsWith('data:'))")
        equal(loaded, [])


def named(name):
    return f"xtape.nodes.find(node => node.name === '{name}')"


def look_at_shopping(browser):
    page = Page(browser, "shopping")
    page.picture("whole")
    equal(page.text("title"), "price")
    page.click(named("apple"))
    panel = page.text("panel")
    check("∂price/∂apple = ∂price/∂multiply₁ · ∂multiply₁/∂apple = 1.1 · 2 = 2.2" in panel, panel)
    check("100" in panel and "leaf" in panel, panel)
    page.picture("apple")

    # Backward has freed what the rules need: the values between were worked out anew.
    page.click("xtape.nodes.find(node => node.op === 'add')")
    panel = page.text("panel")
    check("650" in panel and "worked out anew" in panel, panel)

    page.keys(Keys.HOME)
    expected = ["multiply₁ = apple · apples = 100 · 2 = 200", "multiply₂ = orange · oranges = 150 · 3 = 450",
                "add = multiply₁ + multiply₂ = 200 + 450 = 650", "price = add · tax = 650 · 1.1 = 715"]
    for text in expected:
        page.keys("n")
        check(text in page.text("step-text"), f"{text!r} is not in {page.text('step-text')!r}")
        equal(page.run("return xtape.nodes.length > 0"), True)
    page.keys("n")
    check("∂price/∂price = 1" in page.text("step-text"), page.text("step-text"))
    page.keys(" ")
    check("∂price/∂tax = ∂price/∂price · ∂price/∂tax = 1 · 650 = 650" in page.text("step-text"), page.text("step-text"))
    page.picture("step")
    page.button("step-next")
    check("∂price/∂multiply₁ = ∂price/∂add · ∂add/∂multiply₁ = 1.1 · 1 = 1.1" in page.text("step-text"), page.text("step-text"))
    page.keys("p")
    check("∂price/∂tax" in page.text("step-text"), page.text("step-text"))
    page.keys(Keys.END)
    equal(page.text("step-count"), "9 / 9")
    page.keys(Keys.HOME)
    equal(page.text("step-count"), "9 steps")

    # Along the edges, from the root to its inputs and back.
    page.click(named("price"))
    page.keys(Keys.ARROW_LEFT)
    check(page.text("panel").startswith("add"), page.text("panel"))
    page.keys(Keys.ARROW_RIGHT)
    check(page.text("panel").startswith("price"), page.text("panel"))
    page.keys(Keys.ESCAPE)
    check("How to read it".lower() in page.text("panel").lower(), page.text("panel"))
    page.keys("?")
    check(page.browser.find_element(By.ID, "help").is_displayed(), "the help is not shown")
    page.picture("help")
    page.keys(Keys.ESCAPE)
    page.quiet()


def look_at_training(browser):
    page = Page(browser, "training")
    page.picture("whole")
    equal(page.run("return xtape.modules.map(module => module.name + ':' + module.type)"),
          [":Classifier", "fc1:Linear", "fc2:Linear"])
    is_seen = "return xtape.nodes.filter(node => node.placed).length"
    everything = page.run(is_seen)
    page.click("xtape.modules[1]")
    equal(page.run(is_seen), everything - 3)  # linear, its weight and its bias
    check(page.text("panel").startswith("fc1"), page.text("panel"))
    page.picture("folded")
    page.keys(Keys.ENTER)
    equal(page.run(is_seen), everything)
    page.keys("c")
    equal(page.run("return xtape.picture.layout.frames.length"), 0)
    page.keys("e")
    equal(page.run("return xtape.picture.layout.frames.length"), 3)

    page.keys("c", "/")
    page.keys("fc2.weight")
    found = [item.text for item in browser.find_elements(By.CSS_SELECTOR, "#results [data-result]")]
    equal(len(found), 1)
    page.keys(Keys.ENTER)
    panel = page.text("panel")
    check(panel.startswith("fc2.weight"), panel)
    check("(3, 8)" in panel, panel)
    equal(len(browser.find_elements(By.CSS_SELECTOR, "#panel .numbers td")), 2 * 24)  # value and gradient in full
    page.picture("found")
    page.click("xtape.nodes.find(node => node.op === 'relu')")
    panel = page.text("panel")
    check("where(y > 0, g, 0.0)" in panel, panel)
    check("saved for backward" in panel.lower(), panel)
    page.keys("e")
    page.click("xtape.nodes.find(node => node.op === 'linear')")
    panel = page.text("panel")
    check("g^T x" in panel and "g, summed over the rows" in panel, panel)
    page.picture("linear")
    page.keys(Keys.END)
    check("fc1.weight" in page.text("step-text"), page.text("step-text"))
    page.picture("last-step")
    page.quiet()


def frames(page, kind):
    """Milliseconds between frames while the picture is moved in each of 60: the middle one."""
    return page.browser.execute_async_script("""
        const [kind, done] = arguments, { picture, draw } = xtape, start = { ...picture.view }, times = [];
        const move = (now) => {
          times.push(now);
          const wave = Math.sin(times.length / 9.5);
          if (kind === 'pan') picture.view.x = start.x + 300 * wave / start.scale;
          else picture.view.scale = start.scale * Math.exp(0.7 * wave);
          draw();
          if (times.length < 61) return requestAnimationFrame(move);
          Object.assign(picture.view, start);
          draw();
          const between = times.slice(1).map((time, i) => time - times[i]).sort((a, b) => a - b);
          done(between[30]);
        };
        requestAnimationFrame(move);""", kind)


def look_at_large(browser, name, least):
    started = time.monotonic()
    page = Page(browser, name)
    opened = time.monotonic() - started
    check(page.run("return xtape.nodes.length") >= least, "too few nodes")
    page.picture("whole")
    if page.run("return xtape.modules.length") > 0:
        seen = page.run("return xtape.picture.layout.boxes.length")
        check(seen <= 100, f"{seen} boxes at first")
        started = time.monotonic()
        page.keys("e")
        opened += time.monotonic() - started
        page.picture("unfolded")
    check(page.run("return xtape.picture.layout.boxes.length") >= least, "not everything is unfolded")
    results = []
    for scale in ["whole", "near"]:
        if scale == "near":
            page.run("xtape.picture.view.scale = 0.4; xtape.draw();")
            page.picture("near")
        for kind in ["pan", "zoom"]:
            between = frames(page, kind)
            results.append(f"{scale} {kind} {between:.0f} ms")
            # 17 is a frame of a screen; this is a machine without a graphics processor, perhaps a busy one.
            check(between < 120, f"{name}: {between} ms a frame ({scale}, {kind})")
    check(opened < 20, f"{name}: it took {opened} s to open and unfold")
    overlaps = page.run("""
        const boxes = xtape.picture.layout.boxes, touching = [];
        for (let i = 0; i < boxes.length; ++i) for (let k = 0; k < i; ++k) {
          const a = boxes[i], b = boxes[k];
          if (a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h) touching.push([i, k]);
        }
        return touching.length;""")
    equal(overlaps, 0)
    page.keys("n", "n")
    check("forward" in page.text("step-text").lower(), page.text("step-text"))
    page.picture("step")
    page.quiet()
    nodes = page.run("return xtape.nodes.length")
    print(f"{name}: {nodes} nodes open in {opened:.1f} s; a frame: {', '.join(results)}")


def look_at_awkward(browser):
    page = Page(browser, "awkward")
    equal(page.text("title"), "naïve Σ")
    name = '</script><b>x & "y"</b> {{data}}'
    equal(page.run("return xtape.nodes[0].name"), name)
    page.click("xtape.nodes[0]")
    check(page.text("panel").startswith(name), page.text("panel"))
    check("nan or infinite" in page.text("panel"), page.text("panel"))
    page.picture("whole")
    page.quiet()


def look_in_the_dark(browser):
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia",
                            {"features": [{"name": "prefers-color-scheme", "value": "dark"}]})
    for name in ["shopping", "training", "transformer"]:
        page = Page(browser, name)
        page.picture("dark")
        ground = page.run("return getComputedStyle(document.body).backgroundColor")
        equal(ground, "rgb(18, 22, 29)")
        page.quiet()


def main():
    browser = new_browser()
    try:
        look_at_shopping(browser)
        look_at_training(browser)
        look_at_awkward(browser)
        look_at_large(browser, "braid", 1000)
        look_at_large(browser, "transformer", 1000)
        look_in_the_dark(browser)
        print(f"{checks} checks, screenshots in {pictures}")
    except BaseException:
        browser.save_screenshot(str(pictures / "failed.png"))
        print(browser.get_log("browser"))
        raise
    finally:
        browser.quit()


main()
