// The YAML: a text with numbered lines, the wrong ones marked.
import { make } from "./api.js";

const area = document.getElementById("yaml");
const gutter = document.getElementById("gutter");
const list = document.getElementById("flaws");
let marked = new Map();

export const text = () => area.value;

/** Calls an action whenever somebody has typed. */
export function onType(action) {
  area.addEventListener("input", () => {
    number();
    action();
  });
}

/** Puts another text in place, where the reader was. */
export function setText(text) {
  if (area.value === text) return;
  const { selectionStart, selectionEnd, scrollTop, scrollLeft } = area;
  area.value = text;
  if (document.activeElement === area) area.setSelectionRange(selectionStart, selectionEnd);
  Object.assign(area, { scrollTop, scrollLeft });
  number();
}

/** Shows what is wrong: in a list that leads to the lines, and beside the lines. */
export function showFlaws(diagnostics) {
  marked = new Map(diagnostics.filter((one) => one.line).map((one) => [one.line, one.severity]));
  list.replaceChildren(
    ...diagnostics.slice(0, 50).map((one) => {
      const words = `${one.path ? `${one.path}: ` : ""}${one.sentence}`;
      const line = one.line
        ? make("button", { type: "button", class: "line", text: `line ${one.line}`, onclick: () => goTo(one.line, one.column) })
        : "";
      return make("li", { class: one.severity }, line, ` ${words}`);
    }),
  );
  area.setAttribute("aria-invalid", String(diagnostics.some((one) => one.severity === "error")));
  number();
}

function goTo(line, column) {
  const lines = area.value.split("\n");
  const start = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0) + Math.max(0, (column ?? 1) - 1);
  const end = lines.slice(0, line).reduce((sum, one) => sum + one.length + 1, 0) - 1;
  area.focus();
  area.setSelectionRange(Math.min(start, end), end);
  area.scrollTop = Math.max(0, (line - 5) * (area.scrollHeight / Math.max(1, lines.length)));
}

function number() {
  const count = area.value.split("\n").length;
  const signs = { error: "✗", warning: "!" };
  gutter.textContent = Array.from({ length: count }, (_, row) => `${signs[marked.get(row + 1)] ?? " "}${String(row + 1).padStart(4)}`)
    .join("\n");
  follow();
}

function follow() {
  gutter.scrollTop = area.scrollTop;
}

area.addEventListener("scroll", follow);
