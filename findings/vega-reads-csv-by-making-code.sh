#!/usr/bin/env bash
# Vega draws without `unsafe-eval` when it is asked to (`ast: true` and its interpreter) — unless the rows are CSV.
#
# The interpreter is there so that charts work under a strict Content-Security-Policy. It reads expressions. Rows given as CSV
# (`values` as text, `format: {"type": "csv"}`) go through d3-dsv, which makes an object of each row by `new Function`, which the policy
# refuses: the same chart is drawn from JSON rows and not at all from CSV rows, and what fails names neither CSV nor d3.
#
# Seen with vl-convert 1.9.0.post1's bundle (Vega 6.2.0, vega-embed 7.0.2) in Chromium 156: JSON drawn; CSV "Evaluating a string as
# JavaScript violates the following Content Security Policy directive". Needs chromium.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
command -v chromium >/dev/null || { echo "chromium is not there" >&2; exit 1; }
python3 -m venv "$work/env"
"$work/env/bin/pip" install -q --disable-pip-version-check vl-convert-python==1.9.0.post1 playwright==1.65.2
PYTHONDONTWRITEBYTECODE=1 "$work/env/bin/python" - <<'PY'
import json
import shutil
from importlib.metadata import version

import vl_convert
from playwright.sync_api import sync_playwright

POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:"
chart = {"mark": "bar", "encoding": {"x": {"field": "t", "type": "quantitative"}, "y": {"field": "load", "type": "quantitative"}}}
rows = {
    "json": {"values": [{"t": 1, "load": 0.4}, {"t": 2, "load": 1.2}]},
    "csv": {"values": "t,load\n1,0.4\n2,1.2\n", "format": {"type": "csv"}},
}
draw = """
for (const [name, data] of Object.entries(ROWS)) {
  try {
    await vegaEmbed(document.getElementById(name), { ...CHART, data },
      { ast: true, actions: false, defaultStyle: false, renderer: "svg", tooltip: { disableDefaultStyle: true } });
    document.getElementById(name).dataset.end = "drawn";
  } catch (error) {
    document.getElementById(name).dataset.end = String(error);
  }
}
""".replace("ROWS", json.dumps(rows)).replace("CHART", json.dumps(chart))
files = {
    "/": ("text/html", '<script src="vega.js"></script><script type="module" src="draw.js"></script><p id="json"></p><p id="csv"></p>'),
    "/vega.js": ("text/javascript", vl_convert.javascript_bundle()), "/draw.js": ("text/javascript", draw),
}
with sync_playwright() as driver:
    browser = driver.chromium.launch(executable_path=shutil.which("chromium"))
    page = browser.new_page()

    def serve(route):
        kind, body = files.get("/" + route.request.url.split("/", 3)[3], ("text/plain", ""))
        route.fulfill(content_type=kind, body=body, headers={"Content-Security-Policy": POLICY})

    page.route("http://chart.example/**", serve)
    page.goto("http://chart.example/")
    seen = {}
    for name in rows:
        page.locator(f"#{name}[data-end]").wait_for(state="attached")
        seen[name] = page.locator(f"#{name}").get_attribute("data-end")
        marks = page.locator(f"#{name} .role-mark path").count()
        print(f"vl-convert {version('vl-convert-python')}, Chromium {browser.version}: rows as {name}: {marks} bars, {seen[name][:100]}")
    browser.close()
assert seen["json"] == "drawn", "this has changed"
assert "Content Security Policy" in seen["csv"] or "unsafe-eval" in seen["csv"], "this has changed"
PY
