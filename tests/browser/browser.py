"""A headless Chromium that reaches no network and remembers every word in the console."""

from selenium import webdriver
from selenium.webdriver.chrome.service import Service


def new_browser(window="1400,900"):
    options = webdriver.ChromeOptions()
    for argument in ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", f"--window-size={window}",
                     "--force-prefers-reduced-motion", "--host-resolver-rules=MAP * ~NOTFOUND", "--hide-scrollbars"]:  # fmt: skip
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
