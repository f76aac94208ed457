"""A headless Chromium that reaches no network and remembers every word in the console."""

from selenium import webdriver
from selenium.webdriver.chrome.service import Service


def new_browser(window="1400,900"):
    options = webdriver.ChromeOptions()
    for argument in ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", f"--window-size={window}",
                     "--force-prefers-reduced-motion", "--host-resolver-rules=MAP * ~NOTFOUND", "--hide-scrollbars"]:  # fmt: skip
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    width, height = (int(part) for part in window.split(","))
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})
    return browser
