// The form: sliders and choices as the library says them. It knows no unit and no limit: a slider goes through values that it was given.
import { make } from "./api.js";

const form = document.getElementById("form");
const rows = new Map();
let change = () => {};
// Whether something was turned of which no answer has told yet.
let isAsking = false;

/** `action(path, value)` is called whenever somebody turns something. */
export function onTurn(action) {
  change = (path, value) => {
    isAsking = true;
    action(path, value);
  };
}

/** Shows controls; while one is being dragged it keeps its values under the hand. */
export function showControls(controls) {
  form.querySelectorAll("fieldset").forEach((set) => (set.disabled = controls === null));
  document.getElementById("form-note").hidden = controls !== null;
  if (controls === null) return;
  arrange(controls);
  for (const control of controls) rows.get(control.path).show(control);
}

/** All that was turned is answered: what was refused stands where it stood. */
export function settled() {
  isAsking = false;
  for (const row of rows.values()) row.rest();
}

/** Marks what is wrong at the controls it is about. */
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

/**
 * Puts the row of each control where it belongs. One that is there already is not touched: somebody may have it under the hand. Rows stand
 * in a box of their own, for a browser lays a fieldset out anew with each child that it gets, and drops what is being dragged in it.
 */
function arrange(controls) {
  const groups = new Map(), known = new Map(rows);
  rows.clear();
  for (const control of controls) {
    const old = known.get(control.path);
    const row = old?.kind === control.kind ? old : control.kind === "slider" ? slider(control) : choice(control);
    rows.set(control.path, row);
    groups.set(control.group, [...(groups.get(control.group) ?? []), row.element]);
  }
  const sets = new Map([...form.children].map((set) => [set.dataset.group, set]));
  const wanted = [...groups].map(([group, elements]) => {
    const set = sets.get(group) ?? make("fieldset", { "data-group": group }, make("legend", { text: group }), make("div"));
    line(set.lastElementChild, elements);
    return set;
  });
  line(form, wanted);
}

/** Makes elements the children of a parent in that order, and moves none that stands right. */
function line(parent, elements) {
  const wanted = new Set(elements);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  let next = parent.firstElementChild;
  for (const element of elements) {
    if (element === next) next = next.nextElementSibling;
    else parent.insertBefore(element, next);
  }
}

const name = (path) => `c-${path.replace(/[^A-Za-z0-9]/g, "-")}`;

function frame(control, ...inputs) {
  const flaw = make("p", { class: "flaw", id: `${name(control.path)}-flaw`, hidden: true });
  const label = make("label", { for: name(control.path) });
  const element = make("div", { class: "control" }, label, ...inputs, flaw);
  return {
    element,
    named(control) {
      label.textContent = control.label;
      element.classList.toggle("usual", !control.written);
    },
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
  const exact = make("input", { type: "text", class: "exact", "data-path": `${first.path} exact`, spellcheck: "false", maxlength: 60 });
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
    rest();
  });
  exact.addEventListener("change", () => change(first.path, exact.value.trim()));
  exact.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault(), exact.blur(), exact.focus();
  });
  function show(control) {
    latest = control;
    row.named(control);
    exact.setAttribute("aria-label", `${control.group}: ${control.label}, exact value`);
    if (dragged) return;
    stops = control.values;
    range.max = Math.max(0, stops.length - 1);
    range.value = control.position ?? 0;
    if (document.activeElement !== exact || exact.getAttribute("aria-invalid") !== "true") place(control.value);
  }
  // While an answer is still to come, what was turned stands as it was turned.
  function rest() {
    if (!isAsking && !dragged) show(latest);
  }
  return { kind: "slider", element: row.element, show, rest, flaw: row.mark };
}

function choice(first) {
  const select = make("select", { id: name(first.path), "data-path": first.path });
  const row = frame(first, select);
  let latest = first;
  select.addEventListener("change", () => change(first.path, select.value));
  function show(control) {
    latest = control;
    row.named(control);
    if ([...select.options].map((one) => one.value).join() !== control.values.join()) {
      select.replaceChildren(...control.values.map((value) => make("option", { value, text: value })));
    }
    select.value = control.value;
  }
  return { kind: "choice", element: row.element, show, rest: () => show(latest), flaw: row.mark };
}
