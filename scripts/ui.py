"""Plays with the page of `weir ui` in a real browser, and looks at what comes of it.

Opens, drags, types, runs, compares, breaks the YAML, imports, downloads, reloads, cancels, by mouse and by keyboard alone, light, dark
and narrow. Nothing on the console, no request but to 127.0.0.1, no serious finding of axe's rules. Effects are asserted, never
durations. Without a browser it says so and ends with 0.

    scripts/ui.py --weir .build/release/weir [--screenshots DIR] [--only NAME]
"""

import argparse
import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

SOURCES = Path(__file__).resolve().parent.parent
EXPORT = SOURCES / "scenarios" / "observed" / "cloudwatch.json"
# Nobody waits so long: a machine may be busy.
PATIENCE = int(os.environ.get("WEIR_UI_PATIENCE", 180_000))

# Where the largest bar of the results is, once it is in sight.
LARGEST_BAR = """() => {
  const area = (one) => { const box = one.getBoundingClientRect(); return box.width * box.height; };
  const bar = [...document.querySelectorAll("#shown .picture .mark-rect.role-mark path")].sort((a, b) => area(b) - area(a))[0];
  bar.scrollIntoView({ block: "center" });
  const box = bar.getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
}"""

# Where an entry of a legend is, once it is in sight: a click on it pales the others.
FIRST_LEGEND = """() => {
  const entry = document.querySelector("#d0-latency .role-legend-label text");
  entry.scrollIntoView({ block: "center" });
  const box = entry.getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
}"""


class Host:
    """`weir ui` as a process, with the address that it prints."""

    def __init__(self, weir, *options, **environment):
        self.process = subprocess.Popen(
            [weir, "ui", *options], stdout=subprocess.PIPE, text=True, env={**os.environ, **environment})
        line = self.process.stdout.readline()
        assert line.startswith("weir ui listens at http://127.0.0.1:"), line
        self.address = line.removeprefix("weir ui listens at ").strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=60)
        assert status == 0, f"weir ui ended with {status}"


class Table:
    """A page in the browser, and all that went wrong in it."""

    def __init__(self, browser, host, faults, name, **options):
        self.faults, self.name = faults, name
        self.context = browser.new_context(accept_downloads=True, **{"viewport": {"width": 1400, "height": 950}, **options})
        self.context.set_default_timeout(PATIENCE)
        self.page = self.context.new_page()
        self.page.on("console", self.said)
        self.page.on("pageerror", lambda error: self.fault(f"a script failed: {error}"))
        self.context.on("request", lambda asked: self.request(asked.url))
        self.page.goto(host.address)
        self.page.locator("body[data-ready]").wait_for(state="attached")

    # A refusal that a step asks for is told on the console by the browser itself.
    meant = 0

    def said(self, line):
        # Vega's warning of a layer whose filter lets nothing pass: nothing was throttled.
        is_meant = self.meant > 0 and "Failed to load resource" in line.text or "WARN Infinite extent" in line.text
        if line.type in ("error", "warning") and not is_meant:
            self.fault(f"the console says {line.text}")

    def fault(self, text):
        self.faults.append(f"{self.name}: {text}")

    def request(self, url):
        # What was kept is opened from where it lies.
        if urlsplit(url).hostname != "127.0.0.1" and not url.startswith(("data:", "blob:", "file:")):
            self.fault(f"asks for {url}")

    def must(self, holds, text):
        if not holds:
            self.fault(text)

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if kind is not None and os.environ.get("WEIR_UI_FAILED"):
            self.page.screenshot(path=os.environ["WEIR_UI_FAILED"])
        self.context.close()

    # What is in it.

    @property
    def yaml(self):
        return self.page.locator("#yaml").input_value()

    def slider(self, path):
        return self.page.locator(f'input[type=range][data-path="{path}"]')

    def exact(self, path):
        return self.page.locator(f'input[data-path="{path} exact"]')

    def until_yaml(self, pattern):
        self.until(lambda: re.search(pattern, self.yaml), f"the YAML has {pattern}")

    def until(self, holds, what):
        for _ in range(PATIENCE // 50):
            if holds():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{self.name}: never seen that {what}")

    def type_yaml(self, text):
        self.page.locator("#yaml").fill(text)

    def results(self):
        """The number of the run whose whole results are drawn; 0 without any."""
        shown = self.page.locator("#shown[data-drawn][data-look=false]")
        return int(shown.get_attribute("data-run")) if shown.count() else 0

    def run(self, begin=None):
        before = self.results()
        (begin or self.page.locator("#run").click)()
        self.until(lambda: self.results() > before, "a run ends with results")
        self.check_pictures()

    def check_pictures(self):
        pictures, drawn = self.page.locator("#shown .picture").count(), self.page.locator("#shown .picture svg").count()
        self.must(pictures > 3 and drawn == pictures, f"{drawn} of {pictures} pictures are drawn")

    def check_rules(self, axe):
        for found in axe.run(self.page).response["violations"]:
            if found["impact"] in ("serious", "critical"):
                nodes = "; ".join(node["html"][:160] for node in found["nodes"][:3])
                self.fault(f"axe says {found['id']}: {nodes}")


# Steps.


def photograph(table, folder, name, height):
    """Keeps what the page looks like from its top, where that is wanted."""
    if folder is None:
        return
    size = table.page.viewport_size
    table.page.set_viewport_size({"width": min(size["width"], 1_200), "height": height})
    table.page.evaluate("window.scrollTo(0, 0)")
    table.page.screenshot(path=folder / name)
    table.page.set_viewport_size(size)


def turn(table, **_):
    """Drag, arrow, type: form and YAML stay in step, comments stay, the cost follows."""
    page, path = table.page, "streams.clicks.shards"
    slider, cost = table.slider(path), page.locator("#cost strong").inner_text()
    box = slider.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.06, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] / 2, steps=12)
    page.mouse.up()
    table.until(lambda: not re.search(r"shards: 4 ", table.yaml), "the drag changes the YAML")
    table.until(lambda: page.locator("#cost strong").inner_text() != cost, "the cost follows")
    table.must("# each takes 1,000 records/s and 1 MiB/s" in table.yaml, "a comment is lost")
    slider.press("Home")
    table.until_yaml(r"shards: 1 ")
    slider.press("ArrowRight")
    table.until_yaml(r"shards: 2 ")
    table.exact(path).fill("7")
    table.exact(path).press("Enter")
    table.until_yaml(r"shards: 7 ")
    table.type_yaml(table.yaml.replace("shards: 7 ", "shards: 9 "))
    table.until(lambda: slider.get_attribute("aria-valuetext") == "9", "typing turns the slider")
    mode = page.locator('select[data-path="streams.clicks.mode"]')
    mode.select_option("on_demand_standard")
    table.until(lambda: slider.count() == 0, "on demand has no shards to turn")
    mode.select_option("provisioned")
    table.until_yaml(r"mode: provisioned")
    table.until(lambda: slider.count() == 1, "provisioned has them again")


def mistakes(table, **_):
    """Mistakes are told at the field and at the line; a text that is none stops the form, and both come back."""
    page, before = table.page, table.yaml
    exact = table.exact("producers.web.rate.mean")
    exact.fill("9k")
    exact.press("Enter")
    table.until(lambda: exact.get_attribute("aria-invalid") == "true", "the field is marked")
    flaw = page.locator("#" + exact.get_attribute("aria-describedby"))
    table.must('found "9k"' in flaw.inner_text(), "the field does not say what is wrong")
    table.must(page.locator("#run").is_disabled(), "what is wrong can be run")
    page.locator("#flaws button.line").first.click()
    chosen = page.evaluate("(() => { const a = document.getElementById('yaml'); return [document.activeElement === a, a.value.slice(a.selectionStart, a.selectionEnd)]; })()")
    table.must(chosen[0] and chosen[1].startswith("9k"), f"the line is not shown: {chosen}")
    table.type_yaml(before + "broken: [\n")
    table.until(lambda: page.locator("#form fieldset[disabled]").count() > 0, "the form waits")
    table.until(lambda: page.locator("#flaws li.error").count() > 0, "the error is told")
    table.must("✗" in page.locator("#gutter").inner_text(), "no line is marked")
    table.type_yaml(before)
    table.until(lambda: page.locator("#form fieldset[disabled]").count() == 0, "the form comes back")
    table.until(lambda: page.locator("#flaws li.error").count() == 0, "the errors are gone")


def run(table, axe, pictures, **_):
    """A run ends in the report's pictures, which tell their numbers under the mouse."""
    page = table.page
    table.run()
    table.must("PASS" in page.locator("#shown blockquote").inner_text() or "FAIL" in page.locator("#shown blockquote").inner_text(), "there is no verdict")
    table.must(page.locator("#shown .command").inner_text().startswith("weir run clickstream.yaml"), "there is no command line")
    place = page.evaluate(LARGEST_BAR)
    page.mouse.move(place[0], place[1])
    page.mouse.move(place[0] + 1, place[1])
    page.locator("#vg-tooltip-element.visible").wait_for()
    page.mouse.move(5, 5)
    page.mouse.click(*page.evaluate(FIRST_LEGEND))
    page.locator('#d0-latency .role-mark path[opacity="0.08"]').first.wait_for(state="attached")
    table.check_rules(axe)
    photograph(table, pictures, "ui.png", 1_500)


def compare(table, axe, pictures, **_):
    """A pinned design and a changed one: pictures side by side, differences, the change of the cost."""
    page = table.page
    page.locator("#pin").click()
    table.exact("streams.clicks.shards").fill("3")
    table.exact("streams.clicks.shards").press("Enter")
    # At once: what was turned a moment ago is run too.
    table.run()
    table.must("−$" in page.locator("#cost").inner_text(), "the change of the cost is not told")
    table.must(re.search("(lower|higher) by", page.locator("#shown .comparison").inner_text()), "the changed design is not the one that was run")
    table.must(page.locator("#shown .pair .picture").count() >= 6, "pictures do not stand in pairs")
    table.must("changed against pinned" in page.locator("#shown .comparison").inner_text(), "there are no differences")
    table.must(page.locator("#shown .command").inner_text().startswith("weir compare"), "there is no command line")
    table.check_rules(axe)
    photograph(table, pictures, "ui-compare.png", 1_500)
    page.locator("#unpin").click()


def keep(table, folder, **_):
    """The scenario and the report can be kept, and say the same as the page."""
    page = table.page
    with page.expect_download() as kept:
        page.locator("#save").click()
    kept.value.save_as(folder / "kept.yaml")
    table.must((folder / "kept.yaml").read_text() == table.yaml, "the file is not the text")
    table.run()
    with page.expect_download() as kept:
        page.get_by_role("link", name="Download report").first.click()
    kept.value.save_as(folder / "report.html")
    other = table.context.new_page()
    other.goto((folder / "report.html").as_uri())
    other.locator("html[data-drawn]").wait_for(state="attached")
    names = "[...document.querySelectorAll('.picture')].map((one) => one.id)"
    here = [name.removeprefix("d0-") for name in page.evaluate(names)]
    table.must(other.evaluate(names) == here and here, "the kept report has other pictures")
    other.close()


def reload(table, **_):
    """A reload finds text and results again."""
    page = table.page
    table.exact("streams.clicks.shards").fill("11")
    table.exact("streams.clicks.shards").press("Enter")
    table.until_yaml(r"shards: 11\b")
    table.until(lambda: "shards: 11" in (page.evaluate("sessionStorage.getItem('weir-draft')") or ""), "the draft is kept")
    page.reload()
    page.locator("body[data-ready]").wait_for(state="attached")
    table.must("shards: 11" in table.yaml, "the text is gone")
    table.until(lambda: table.results() > 0, "the results are there again")
    table.check_pictures()


def stop(table, **_):
    """A long run can be cancelled, and found again by a reload before."""
    page = table.page
    page.locator("#template").select_option("seasonal")
    table.until_yaml("name: seasonal")
    table.until(lambda: page.locator("#name").inner_text() == "seasonal", "the template is read")
    page.locator("#adaptive").uncheck()
    table.exact("clock.duration").fill("20d")
    table.exact("clock.duration").press("Enter")
    table.until_yaml("duration: 20d")
    page.locator("#run").click()
    page.locator("#cancel:enabled").wait_for()
    page.reload()
    page.locator("#cancel:enabled").wait_for()
    page.locator("#cancel").click()
    table.until(lambda: page.locator("#status").inner_text() == "Cancelled.", "the run is cancelled")
    table.must(page.locator("#cancel").is_disabled(), "there is still something to cancel")


def bring(table, folder, **_):
    """An export, chosen or dropped, becomes a scenario; a scenario is opened; anything else is refused in words."""
    page = table.page
    page.locator("#import summary").click()
    page.locator("#shards").fill("2")
    page.locator("#files").set_input_files(EXPORT)
    table.until_yaml("file: traffic.csv")
    table.until(lambda: page.locator("#said").is_visible(), "what the traffic says is told")
    with page.expect_download() as kept:
        page.get_by_role("link", name="Download traffic.csv").click()
    kept.value.save_as(folder / "traffic.csv")
    table.must((folder / "traffic.csv").read_text().startswith("t_s,count"), "traffic.csv is not there")
    table.until(lambda: page.locator("#name").inner_text() == "observed", "the import is read")
    table.run()
    drop(table, "mine.yaml", "schema: weir/v1\nname: mine\n")
    table.until_yaml("name: mine")
    drop(table, "export.json", EXPORT.read_text())
    table.until_yaml("file: traffic.csv")
    table.meant += 1
    drop(table, "other.json", '{"a": 1}')
    table.until(lambda: "expected MetricDataResults" in page.locator("#status").inner_text(), "what it is not is told")
    table.meant -= 1


def drop(table, name, text):
    carried = table.page.evaluate_handle(
        "([name, text]) => { const all = new DataTransfer(); all.items.add(new File([text], name)); return all; }", [name, text])
    for event in ("dragenter", "dragover", "drop"):
        table.page.dispatch_event("body", event, {"dataTransfer": carried})


def keyboard(table, axe, **_):
    """Everything is reached by keyboard: a slider, its turn, the run."""
    page = table.page
    reached = []
    for _ in range(120):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.dataset.path || document.activeElement.tagName"))
        if page.evaluate("document.activeElement.dataset.path") == "streams.clicks.shards":
            break
    table.must(page.evaluate("document.activeElement.dataset.path") == "streams.clicks.shards", f"no way to the slider: {reached}")
    table.must("run" in reached and "pin" in reached, f"buttons are passed over: {reached}")
    before = table.slider("streams.clicks.shards").get_attribute("aria-valuetext")
    page.keyboard.press("ArrowRight")
    table.until(lambda: table.slider("streams.clicks.shards").get_attribute("aria-valuetext") != before, "an arrow turns it")
    table.until_yaml("shards: 5 ")
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    table.must(outline != "none", "one does not see where one is")
    table.run(begin=lambda: page.keyboard.press("Control+Enter"))


def seen(table, axe, pictures, **_):
    """Of another shape or colour: nothing is cut off, and the rules hold."""
    table.run()
    wide = table.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    table.must(wide <= 1, f"the page is {wide} pixels wider than the window")
    table.check_rules(axe)
    photograph(table, pictures, f"ui-{table.name}.png", 1_200)


def strangers(host, faults):
    """Other hosts, other pages and those without the token are refused."""
    parts = urlsplit(host.address)

    def status(path, **headers):
        link = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=60)
        link.request("GET", path, headers=headers)
        answer = link.getresponse()
        answer.read()
        return answer.status

    for wanted, path, headers in [
        (200, parts.path, {}), (421, parts.path, {"Host": "evil.example"}), (421, parts.path, {"Host": f"evil.example:{parts.port}"}),
        (403, parts.path + "api/start", {"Origin": "http://evil.example"}), (403, "/", {}), (403, "/api/start", {}),
        (403, "/" + "0" * 32 + "/", {}), (403, parts.path + "api/start", {"Sec-Fetch-Site": "cross-site"}),
    ]:
        found = status(path, **headers)
        if found != wanted:
            faults.append(f"strangers: {path[:8]}… with {headers} got {found}, not {wanted}")
    huge = http.client.HTTPConnection("127.0.0.1", parts.port, timeout=60)
    try:
        huge.request("POST", parts.path + "api/scenario", body=b" " * (49 << 20))
        if huge.getresponse().status != 413:
            faults.append("strangers: a body of 49 MiB is taken")
    except (BrokenPipeError, ConnectionResetError):
        pass


def plain(browser, weir, faults):
    """Without the renderer the page works, shows what weir draws itself, and says how to get the rest."""
    with Host(weir, WEIR_PICTURES="/nowhere") as host, Table(browser, host, faults, "plain") as table:
        table.must("make pictures" in table.page.locator("#advice").inner_text(), "no advice is given")
        table.page.locator("#run").click()
        table.until(lambda: table.page.locator("#shown article img").count() > 0, "weir's own drawing is there")


def play(driver, weir, pictures, only, faults):
    from axe_playwright_python.sync_playwright import Axe

    browser = driver.chromium.launch(executable_path=found_browser())
    tables = {
        "wide": ({}, [turn, mistakes, run, compare, keep, reload, stop]), "import": ({}, [bring]), "keyboard": ({}, [keyboard]),
        "narrow": ({"viewport": {"width": 390, "height": 800}}, [seen]), "dark": ({"color_scheme": "dark"}, [seen]),
    }
    with tempfile.TemporaryDirectory() as folder, Host(weir) as host:
        strangers(host, faults)
        for name, (options, steps) in tables.items():
            if only and name != only:
                continue
            with Table(browser, host, faults, name, **options) as table:
                for step in steps:
                    step(table, axe=Axe(), pictures=pictures, folder=Path(folder))
                    print(f"{name}: {step.__doc__.strip()}", flush=True)
    if not only:
        plain(browser, weir, faults)
    browser.close()


def found_browser():
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weir", required=True)
    parser.add_argument("--screenshots", type=Path)
    parser.add_argument("--only")
    options = parser.parse_args()
    if found_browser() is None:
        print("NO BROWSER PLAYED WITH THE PAGE: chromium is not there")
        return 0
    from playwright.sync_api import sync_playwright

    faults = []
    with sync_playwright() as driver:
        play(driver, options.weir, options.screenshots, options.only, faults)
    print("\n".join(faults) or "a browser played with the page")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
