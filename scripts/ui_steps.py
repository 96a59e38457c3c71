"""What is done with the page of `weir ui`, step by step, and what must come of it. Effects are asserted, never durations."""

import re
from pathlib import Path

SOURCES = Path(__file__).resolve().parent.parent
EXPORT = SOURCES / "scenarios" / "observed" / "cloudwatch.json"
KEYS = SOURCES / "scenarios" / "observed" / "keys.txt"

# Where the largest bar of the results is, once it is in sight.
LARGEST_BAR = """() => {
  const area = (one) => { const box = one.getBoundingClientRect(); return box.width * box.height; };
  const bar = [...document.querySelectorAll("#shown .picture .mark-rect.role-mark path")].sort((a, b) => area(b) - area(a))[0];
  bar.scrollIntoView({ block: "center" });
  const box = bar.getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
}"""

# Where an entry of a legend is, once it is in sight: a click on it pales the others.
LEGEND = """([picture, position]) => {
  const entry = document.querySelectorAll(`#${picture} .role-legend-label text`)[position];
  entry.scrollIntoView({ block: "center" });
  const box = entry.getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
}"""


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
    page.mouse.click(*page.evaluate(LEGEND, ["d0-latency", 0]))
    page.locator('#d0-latency .role-mark path[opacity="0.08"]').first.wait_for(state="attached")
    # Each of the three series of the worst minute pales the two others.
    for position in range(3):
        page.mouse.click(*page.evaluate(LEGEND, ["d0-worst-minute-clicks", position]))
        pale = page.locator('#d0-worst-minute-clicks .role-mark path[opacity="0.08"]')
        table.until(lambda: pale.count() == 2, "the legend of the worst minute is a switch")
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
    command = page.locator("#shown .command").inner_text()
    table.must(command.startswith("weir compare"), "there is no command line")
    for name in ("clickstream-pinned.yaml", "clickstream-changed.yaml"):
        table.must(name in command, f"the command does not name {name}")
        with page.expect_download() as kept:
            page.get_by_role("link", name=f"Download {name}").click()
        table.must(kept.value.suggested_filename == name, f"{name} is kept as {kept.value.suggested_filename}")
    table.must(re.search(r"shards: 3\b", table.was_run(1)), "the text that was run is another one")
    exact = table.exact("streams.clicks.shards")
    exact.fill("-1")
    exact.press("Enter")
    page.locator("#pin").click()
    table.until_said("cannot be pinned")
    exact.fill("3")
    exact.press("Enter")
    table.until(lambda: page.locator("#flaws li.error").count() == 0, "the error is gone")
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
    table.must(table.was_run() == table.yaml, "the text that was run is another one")
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
    table.until(lambda: "shards: 11" in (page.evaluate("sessionStorage.getItem('weir-draft ' + location.pathname)") or ""), "the draft is kept")
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
    table.until_said("Running.")
    page.reload()
    page.locator("#cancel:enabled").wait_for()
    page.locator("#shown[data-drawn][data-look=true]").wait_for()
    page.locator("#cancel").click()
    table.until_said("Cancelled.")
    table.must(page.locator("#cancel").is_disabled(), "there is still something to cancel")
    table.must("was ended" in page.locator("#shown .banner").inner_text(), "a whole is promised that does not come")
    page.reload()
    page.locator("body[data-ready]").wait_for(state="attached")
    table.must("was ended" in page.locator("#shown .banner").inner_text(), "a reload promises a whole that does not come")


def others(table, **_):
    """A run of another page is in the way: here it can be cancelled too."""
    page = table.page
    page.locator("#adaptive").uncheck()
    page.locator("#run").click()
    table.until_said("Running.")
    other = table.context.new_page()
    other.goto(page.url)
    other.locator("body[data-ready]").wait_for(state="attached")
    other.locator("#cancel").click()
    table.until_said("Cancelled.")
    page.locator("#run").click()
    table.until_said("Running.")
    table.until(lambda: other.locator("#cancel").is_disabled(), "the other page knows of the end of the first run")
    other.locator("#run").click()
    table.until(lambda: 409 in table.begun, "a second run is refused")
    other.locator("#cancel:enabled").click()
    table.until(lambda: other.locator("#status").inner_text() == "Cancelled.", "the run in the way is cancelled")
    other.close()
    page.locator("#template").select_option("clickstream")
    table.until(lambda: page.locator("#name").inner_text() == "clickstream", "the template is read")


def bring(table, folder, **_):
    """An export, chosen or dropped, becomes a scenario; a scenario is opened; anything else is refused in words."""
    page = table.page
    page.locator("#import summary").click()
    page.locator("#shards").fill("2")
    page.locator("#files").set_input_files(EXPORT)
    table.until_yaml("file: traffic.csv")
    table.must(page.locator("#files").input_value() == "", "the same file cannot be chosen again")
    table.until(lambda: page.locator("#said").is_visible(), "what the traffic says is told")
    with page.expect_download() as kept:
        page.get_by_role("link", name="Download traffic.csv").click()
    kept.value.save_as(folder / "traffic.csv")
    table.must((folder / "traffic.csv").read_text().startswith("t_s,count"), "traffic.csv is not there")
    table.until(lambda: page.locator("#name").inner_text() == "observed", "the import is read")
    page.locator("#keys").set_input_files(KEYS)
    page.locator("#burst").fill("5")
    page.locator("#burst-for").fill("2s")
    page.locator("#again").click()
    table.until_yaml("on: 2s")
    table.until_yaml("keys:")
    table.run()
    drop(table, "mine.yaml", "schema: weir/v1\nname: mine\n")
    table.until_yaml("name: mine")
    drop(table, "export.json", EXPORT.read_text())
    table.until_yaml("file: traffic.csv")
    table.meant += 1
    drop(table, "other.json", '{"a": 1}')
    table.until_said("expected MetricDataResults")
    table.meant -= 1


def drop(table, name, text):
    carried = table.page.evaluate_handle(
        "([name, text]) => { const all = new DataTransfer(); all.items.add(new File([text], name)); return all; }", [name, text])
    for event in ("dragenter", "dragover", "drop"):
        table.page.dispatch_event("body", event, {"dataTransfer": carried})


# Whether a drag of text is the browser's own business: neither taken nor covered by a veil.
TEXT_DRAG = """() => ["dragenter", "dragover", "drop"].every((name) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.setData("text/plain", "words");
  const isLeft = document.getElementById("yaml").dispatchEvent(new DragEvent(name, { dataTransfer, bubbles: true, cancelable: true }));
  return isLeft && document.getElementById("drop").hidden;
})"""


def shape(table, **_):
    """A drag that changes the form's shape goes on under the hand; what is refused goes back; a drag of text is no file."""
    page, path = table.page, "producers.web.burst.factor"
    page.evaluate("window.scrollTo(0, 0)")
    slider = table.slider(path)
    slider.scroll_into_view_if_needed()
    held, box = slider.element_handle(), slider.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 8, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.3, middle, steps=5)
    table.until(lambda: table.slider("producers.web.burst.on").count() == 1, "a burst brings its length into the form")
    early = held.get_attribute("aria-valuetext")
    page.mouse.move(box["x"] + box["width"] * 0.6, middle, steps=5)
    late = held.get_attribute("aria-valuetext")
    page.mouse.up()
    table.must(held.evaluate("(one) => one.isConnected"), "the slider was taken from under the hand")
    table.must(float(late) > float(early), f"the drag stood still at {early}")
    table.until_yaml(rf"factor: {re.escape(late)}\b")
    before = table.yaml
    table.type_yaml(before.replace("workers: 2, service: {per_batch: 4ms}", "workers: &many 2, service: {per_batch: 4ms}").replace(
        "workers: 2, service: {per_batch: 20ms}", "workers: *many, service: {per_batch: 20ms}"))
    workers = table.slider("consumers.archive.workers")
    table.until(lambda: page.locator("#flaws li.error").count() == 0 and "*many" in table.yaml, "the anchor is read")
    workers.press("End")
    table.until(lambda: page.locator("#flaws li.error").count() > 0, "the turn is refused")
    table.until(lambda: workers.get_attribute("aria-valuetext") == "2", "a refused slider goes back")
    page.locator("#template").select_option("iot")
    table.until(lambda: page.locator("#name").inner_text() == "iot", "the template is read")
    table.must(page.evaluate(TEXT_DRAG), "a drag of text is swallowed")


def auto(table, **_):
    """Runs after each change, and two clicks on Run: one run at a time, none refused, and the last change is what is shown."""
    page = table.page
    table.begun.clear()
    table.run(begin=page.locator("#run").dblclick)
    table.must(table.begun == [201], f"two clicks began {table.begun}")
    page.locator("#auto").check()
    slider = table.slider("streams.telemetry.shards")
    for _ in range(6):
        slider.press("ArrowRight")
        page.wait_for_timeout(30)
    slider.press("End")
    slider.press("Home")
    table.until_yaml(r"shards: 1\b")
    table.until(lambda: table.results() > 0 and "shards: 1\n" in table.was_run(), "the last change is what is shown")
    page.locator("#auto").uncheck()
    table.must(set(table.begun) == {201}, f"runs were begun with {table.begun}")


def redraw(table, **_):
    """A drawing that fails is told, and the next one is drawn."""
    page = table.page
    page.evaluate("() => { window.kept = window.vegaEmbed; window.vegaEmbed = () => { throw new Error('planted'); }; }")
    page.locator("#run").click()
    table.until_said("planted")
    page.evaluate("() => { window.vegaEmbed = window.kept; }")
    table.run()


def gone(table, **_):
    """A draft whose imported files are gone is let go; one of another process is none."""
    page = table.page
    page.evaluate("""() => {
      sessionStorage.setItem("weir-draft /other/", "{}");
      sessionStorage.setItem("weir-draft " + location.pathname, JSON.stringify({ text: "name: lost", base: "import-99", pinned: null }));
    }""")
    table.meant += 1
    page.reload()
    page.locator("body[data-ready]").wait_for(state="attached")
    table.until_yaml("name: clickstream")
    table.meant -= 1
    table.must(page.evaluate("sessionStorage.getItem('weir-draft /other/')") is None, "another process's draft is kept")


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


def plain(table, **_):
    """Without the renderer the page works, shows what weir draws itself, and says how to get the rest; a pair has names and verdicts."""
    page = table.page
    table.must("make pictures" in page.locator("#advice").inner_text(), "no advice is given")
    page.locator("#template").select_option("iot")
    table.until(lambda: page.locator("#name").inner_text() == "iot", "the template is read")
    page.locator("#run").click()
    table.until(lambda: page.locator("#shown article svg").count() > 0, "weir's own drawing is there")
    page.locator("#pin").click()
    table.exact("streams.telemetry.shards").fill("16")
    table.exact("streams.telemetry.shards").press("Enter")
    page.locator("#run").click()
    page.locator("#shown .comparison").wait_for()
    heads = page.locator("#shown .pair").first.locator("h3")
    table.must(heads.all_inner_texts() == ["pinned", "changed"], f"the pair has the names {heads.all_inner_texts()}")
    table.must(page.locator("#shown .pair").first.locator("blockquote").count() == 2, "a verdict is missing")
    table.must(page.locator("#shown .pair svg").count() >= 2, "weir's own drawings are missing")
