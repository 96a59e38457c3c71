"""Opens a report's page in a browser: light, dark, narrow and by keyboard. No console error, no request but the file's own, no serious
finding of axe's rules. Without a browser it says so and ends with 0, but in CI."""

import os
import shutil
import sys

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright

page_file = sys.argv[1]
browser_path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
if browser_path is None:
    print("NO BROWSER WAS OPENED: chromium is not there")
    sys.exit(0)

faults = []
with sync_playwright() as driver:
    browser = driver.chromium.launch(executable_path=browser_path)
    for name, options in {
        "light": {"viewport": {"width": 1100, "height": 900}},
        "dark": {"viewport": {"width": 1100, "height": 900}, "color_scheme": "dark"},
        "narrow": {"viewport": {"width": 390, "height": 800}},
    }.items():
        context = browser.new_context(**options)
        page = context.new_page()
        said, asked = [], []
        page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto("file://" + os.path.abspath(page_file))
        page.locator("html[data-drawn]").wait_for(state="attached", timeout=60_000)
        pictures = page.locator(".picture").count()
        drawn = page.locator(".picture svg").count()
        if pictures == 0 or drawn != pictures:
            faults.append(f"{name}: {drawn} of {pictures} pictures are drawn")
        faults += [f"{name}: the console says {text}" for text in said]
        faults += [f"{name}: asks for {url}" for url in asked if not url.startswith(("file://", "data:", "blob:"))]
        if page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1"):
            faults.append(f"{name}: the page is wider than the window")
        for found in Axe().run(page).response["violations"]:
            if found["impact"] in ("serious", "critical"):
                nodes = "; ".join(node["html"][:160] for node in found["nodes"][:3])
                faults.append(f"{name}: axe says {found['id']}: {nodes}")
        if name == "light":
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement === document.body"):
                faults.append("nothing can be reached by keyboard")
            # The legend's and the tooltips' data are there: hovering a mark tells its numbers.
            page.locator(".picture svg .mark-rect path").first.hover(force=True)
            page.locator("#vg-tooltip-element.visible").wait_for(timeout=20_000)
        context.close()
    browser.close()
print("\n".join(faults))
print("a browser showed the page light, dark and narrow")
sys.exit(1 if faults else 0)
