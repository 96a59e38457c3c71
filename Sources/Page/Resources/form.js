// The form: sliders and choices as the library says them. It knows no unit and no limit: a slider goes through values that it was given.
import { make } from "./api.js";

const form = document.getElementById("form");
const rows = new Map();
let change = () => {};
let shape = "";

/** `action(path, value)` is called whenever somebody turns something. */
export function onTurn(action) {
  change = action;
}

/** Shows controls; while one is being dragged it keeps its values under the hand. */
export function showControls(controls) {
  form.querySelectorAll("fieldset").forEach((set) => (set.disabled = controls === null));
  document.getElementById("form-note").hidden = controls !== null;
  if (controls === null) return;
  const next = controls.map((one) => `${one.group}|${one.path}|${one.kind}`).join("\n");
  if (next !== shape) {
    shape = next;
    build(controls);
  }
  for (const control of controls) rows.get(control.path).show(control);
}

/** Marks what is wrong at the controls it is about, and returns what belongs to none. */
export function showFlaws(diagnostics) {
  for (const [path, row] of rows) {
    const own = diagnostics.filter((one) => one.path === path || one.path.startsWith(`${path}.`) || owns(path, one.path));
    row.flaw(own);
  }
}

// A mistake in a map belongs to the control within it when that is the only one.
function owns(path, flaw) {
  if (flaw === "" || rows.has(flaw) || !path.startsWith(`${flaw}.`)) return false;
  return [...rows.keys()].filter((other) => other.startsWith(`${flaw}.`)).length === 1;
}

function build(controls) {
  const open = document.activeElement?.dataset?.path;
  rows.clear();
  const groups = new Map();
  for (const control of controls) {
    if (!groups.has(control.group)) groups.set(control.group, make("fieldset", {}, make("legend", { text: control.group })));
    const row = control.kind === "slider" ? slider(control) : choice(control);
    rows.set(control.path, row);
    groups.get(control.group).append(row.element);
  }
  form.replaceChildren(...groups.values());
  if (open) form.querySelector(`[data-path="${CSS.escape(open)}"]`)?.focus();
}

const name = (path) => `c-${path.replace(/[^A-Za-z0-9]/g, "-")}`;

function frame(control, ...inputs) {
  const flaw = make("p", { class: "flaw", id: `${name(control.path)}-flaw`, hidden: true });
  const label = make("label", { for: name(control.path), text: control.label });
  const element = make("div", { class: "control" }, label, ...inputs, flaw);
  return {
    element,
    mark(own) {
      const errors = own.filter((one) => one.severity === "error");
      flaw.textContent = own.map((one) => one.sentence).join(" ");
      flaw.hidden = own.length === 0;
      element.classList.toggle("wrong", errors.length > 0);
      for (const input of inputs) {
        input.setAttribute("aria-invalid", String(errors.length > 0));
        if (own.length > 0) input.setAttribute("aria-describedby", flaw.id);
        else input.removeAttribute("aria-describedby");
      }
    },
  };
}

function slider(first) {
  let stops = first.values;
  let dragged = false;
  let latest = first;
  const range = make("input", { type: "range", id: name(first.path), min: 0, step: 1, "data-path": first.path });
  const exact = make("input", {
    type: "text", class: "exact", "aria-label": `${first.group}: ${first.label}, exact value`, "data-path": `${first.path} exact`,
    spellcheck: "false", maxlength: 60,
  });
  const row = frame(first, range, exact);
  const place = (value) => {
    range.setAttribute("aria-valuetext", value);
    exact.value = value;
  };
  range.addEventListener("input", () => {
    dragged = true;
    const value = stops[Number(range.value)];
    place(value);
    change(first.path, value);
  });
  range.addEventListener("change", () => {
    dragged = false;
    // Otherwise the answer to the last turn is still to come, and shows it.
    if (latest.value === exact.value) show(latest);
  });
  exact.addEventListener("change", () => change(first.path, exact.value.trim()));
  exact.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault(), exact.blur(), exact.focus();
  });
  function show(control) {
    latest = control;
    row.element.classList.toggle("usual", !control.written);
    if (dragged) return;
    stops = control.values;
    range.max = Math.max(0, stops.length - 1);
    range.value = control.position ?? 0;
    if (document.activeElement !== exact || exact.getAttribute("aria-invalid") !== "true") place(control.value);
  }
  return { element: row.element, show, flaw: row.mark };
}

function choice(first) {
  const select = make("select", { id: name(first.path), "data-path": first.path });
  const row = frame(first, select);
  select.addEventListener("change", () => change(first.path, select.value));
  function show(control) {
    row.element.classList.toggle("usual", !control.written);
    if ([...select.options].map((one) => one.value).join() !== control.values.join()) {
      select.replaceChildren(...control.values.map((value) => make("option", { value, text: value })));
    }
    select.value = control.value;
  }
  return { element: row.element, show, flaw: row.mark };
}
