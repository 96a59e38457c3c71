"""Plays with the page of `weir ui` in a real browser, and looks at what comes of it.

Opens, drags, types, runs, compares, breaks the YAML, imports, downloads, reloads, cancels, by mouse and by keyboard alone, light, dark
and narrow. Nothing on the console, no request but to 127.0.0.1, no serious finding of axe's rules. Effects are asserted, never
durations; --measure prints those instead. Without a browser it says so and ends with 0.

    scripts/ui.py --weir .build/release/weir [--screenshots DIR] [--only NAME] [--measure]
"""

import argparse
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from ui_steps import (
    auto, bring, compare, gone, keep, keyboard, mistakes, others, plain, redraw, reload, run, seen, shape, stop, turn)
from ui_table import Host, Table, strangers

TABLES = {
    "wide": ({}, [turn, mistakes, run, compare, keep, reload, stop, others, shape, auto, redraw, gone]),
    "import": ({}, [bring]), "keyboard": ({}, [keyboard]),
    "narrow": ({"viewport": {"width": 390, "height": 800}}, [seen]), "dark": ({"color_scheme": "dark"}, [seen]),
}

# Clicks on Run; milliseconds until the first results are drawn, a look or the whole, and until the whole is.
TIMES = """() => new Promise((resolve) => {
  const shown = document.getElementById("shown"), before = shown.dataset.run, began = performance.now();
  let first = null;
  const look = () => {
    const isThere = shown.dataset.run !== before && shown.dataset.drawn !== undefined;
    if (isThere) first ??= performance.now() - began;
    if (isThere && shown.dataset.look === "false") resolve([first, performance.now() - began]);
    else setTimeout(look, 5);
  };
  document.getElementById("run").click();
  look();
})"""
ROUNDS = 5


def play(driver, weir, pictures, only, faults):
    from axe_playwright_python.sync_playwright import Axe

    browser = driver.chromium.launch(executable_path=found_browser())

    def sit(host, name, options, steps, folder):
        with Table(browser, host, faults, name, **options) as table:
            for step in steps:
                step(table, axe=Axe(), pictures=pictures, folder=Path(folder))
                print(f"{name}: {step.__doc__.strip()}", flush=True)

    with tempfile.TemporaryDirectory() as folder:
        with Host(weir) as host:
            strangers(host, faults)
            for name, (options, steps) in TABLES.items():
                if only in (None, name):
                    sit(host, name, options, steps, folder)
        if only in (None, "plain"):
            with Host(weir, WEIR_PICTURES="/nowhere") as host:
                sit(host, "plain", {}, [plain], folder)
    browser.close()


def measure(driver, weir, faults):
    """Prints how long each template's results take to be drawn, as the reader waits for them."""
    browser = driver.chromium.launch(executable_path=found_browser())
    print("| template | first results, ms | the whole, ms |\n|---|---:|---:|")
    with Host(weir) as host, Table(browser, host, faults, "measure") as table:
        for name in table.page.locator("#template option[value]:not([value=''])").all_inner_texts():
            table.page.locator("#template").select_option(name)
            table.until(lambda: table.page.locator("#name").inner_text() == name, "the template is read")
            times = list(zip(*(table.page.evaluate(TIMES) for _ in range(ROUNDS))))
            spread = [f"{statistics.median(one):,.0f} ({min(one):,.0f} to {max(one):,.0f})" for one in times]
            print(f"| {name} | {spread[0]} | {spread[1]} |", flush=True)
    browser.close()


def found_browser():
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weir", required=True)
    parser.add_argument("--screenshots", type=Path)
    parser.add_argument("--only")
    parser.add_argument("--measure", action="store_true")
    options = parser.parse_args()
    if found_browser() is None:
        print("NO BROWSER PLAYED WITH THE PAGE: chromium is not there")
        return 0
    from playwright.sync_api import sync_playwright

    faults = []
    with sync_playwright() as driver:
        if options.measure:
            measure(driver, options.weir, faults)
        else:
            play(driver, options.weir, options.screenshots, options.only, faults)
    print("\n".join(faults) or "a browser played with the page")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
