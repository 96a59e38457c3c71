"""What a test of the page sits at: a process of `weir ui`, and a page of it in a browser."""

import http.client
import os
import re
import signal
import subprocess
from urllib.parse import urlsplit

# Nobody waits so long: a machine may be busy.
PATIENCE = int(os.environ.get("WEIR_UI_PATIENCE", 180_000))


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
        self.begun = []
        self.context.on("response", self.answered)
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

    def answered(self, response):
        """Takes note of the runs that were begun, and of those that were refused."""
        if response.request.method == "POST" and response.url.endswith("/api/runs"):
            self.begun.append(response.status)

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

    def until_said(self, words):
        self.until(lambda: words in self.page.locator("#status").inner_text(), f"the status says {words}")

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

    def was_run(self, design=0):
        """The text that the results are of."""
        place = self.page.locator(f'#shown a[href$="/{design}/scenario.yaml"]').get_attribute("href")
        return self.page.evaluate("async (place) => (await fetch(place)).text()", place)

    def check_pictures(self):
        pictures, drawn = self.page.locator("#shown .picture").count(), self.page.locator("#shown .picture svg").count()
        self.must(pictures > 3 and drawn == pictures, f"{drawn} of {pictures} pictures are drawn")

    def check_rules(self, axe):
        for found in axe.run(self.page).response["violations"]:
            if found["impact"] in ("serious", "critical"):
                nodes = "; ".join(node["html"][:160] for node in found["nodes"][:3])
                self.fault(f"axe says {found['id']}: {nodes}")
