// Draws pictures where they stand, again when the reader's colours change. A report draws its own; another page imports drawAll.
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const night = {
  background: null,
  title: { color: "#eee", subtitleColor: "#bbb" },
  axis: { labelColor: "#ccc", titleColor: "#ccc", gridColor: "#3a3a3a", domainColor: "#777", tickColor: "#777" },
  legend: { labelColor: "#ccc", titleColor: "#ccc" },
  view: { stroke: "#555" },
};
const views = new Map();

/** The rows of a text with commas: what Vega's own reader makes of it, which makes code of it and is refused where pages may not. */
function rows(text, types) {
  const cells = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy;
  const lines = [];
  let line = [];
  for (let cell = cells.exec(text); cell && cells.lastIndex <= text.length; cell = cells.exec(text)) {
    line.push(cell[1] === undefined ? cell[2] : cell[1].replaceAll('""', '"'));
    if (cell[3] === ",") continue;
    if (line.length > 1 || line[0] !== "") lines.push(line);
    line = [];
    if (cells.lastIndex === text.length) break;
  }
  const read = (name, value) => (value === undefined || value === "" ? null : types[name] === "number" ? Number(value) : value);
  const [names, ...others] = lines;
  return others.map((one) => Object.fromEntries(names.map((name, at) => [name, read(name, one[at])])));
}

/** A specification with its rows read. */
function withRows(part) {
  if (Array.isArray(part)) return part.map(withRows);
  if (part === null || typeof part !== "object") return part;
  if (typeof part.values === "string" && part.format?.type === "csv") return { values: rows(part.values, part.format.parse ?? {}) };
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, withRows(value)]));
}

/** A specification whose legends are switches: what is clicked there stays, the rest pales; a click beside it brings all back. */
function withSwitches(spec) {
  let count = 0;
  const visit = (part) => {
    if (Array.isArray(part)) return part.map(visit);
    if (part === null || typeof part !== "object") return part;
    const own = Object.fromEntries(Object.entries(part).map(([key, value]) => [key, key === "data" ? value : visit(value)]));
    const colour = own.mark && own.encoding?.color;
    if (!colour?.field || colour.type !== "nominal" || colour.legend === null || own.encoding.opacity) return own;
    const name = `shown${++count}`;
    const params = [...(own.params ?? []), { name, select: { type: "point", fields: [colour.field] }, bind: "legend" }];
    const opacity = { condition: { param: name, value: own.mark.opacity ?? 1 }, value: 0.08 };
    return { ...own, params, encoding: { ...own.encoding, opacity } };
  };
  return visit(spec);
}

/** Draws each specification of an object into the element that has its name as id; what is no longer in the page is let go. */
export async function drawAll(pictures) {
  for (const [place, view] of views) {
    if (place.isConnected) continue;
    view.finalize();
    views.delete(place);
  }
  for (const [name, spec] of Object.entries(pictures)) {
    const place = document.getElementById(name);
    if (!place) continue;
    const config = dark.matches ? night : { background: null };
    views.get(place)?.finalize();
    const drawn = await vegaEmbed(place, withSwitches(withRows(spec)), {
      actions: false, ast: true, config, defaultStyle: false, renderer: "svg", tooltip: { disableDefaultStyle: true },
    });
    views.set(place, drawn.view);
  }
}

/** Calls an action whenever the reader's colours change. */
export function onColours(action) {
  dark.addEventListener("change", action);
}

const own = document.getElementById("pictures");
if (own) {
  const pictures = JSON.parse(own.textContent);
  const draw = async () => {
    await drawAll(pictures);
    document.documentElement.dataset.drawn = String(views.size);
  };
  onColours(draw);
  draw();
}
window.addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((one) => (one.open = true)));
