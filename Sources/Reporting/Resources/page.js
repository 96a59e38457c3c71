// Draws pictures where they stand, again when the reader's colours change. A report draws its own; another page imports drawAll.
const dark = window.matchMedia("(prefers-color-scheme: dark)");
// Lines are thinner than a mark in a legend can be read.
const marks = { symbolStrokeWidth: 3 };
const day = { background: null, legend: marks };
const night = {
  background: null,
  title: { color: "#eee", subtitleColor: "#bbb" },
  axis: { labelColor: "#ccc", titleColor: "#ccc", gridColor: "#3a3a3a", domainColor: "#777", tickColor: "#777" },
  legend: { ...marks, labelColor: "#ccc", titleColor: "#ccc" },
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

/** The column that colours the layers of a view, which share one legend; undefined without one. */
const coloured = (layers) => layers.map((one) => (one.layer ? coloured(one.layer) : one.encoding?.color?.field)).find((field) => field !== undefined);

/** A layer of one series whose name is a value, as one whose rows have that name in a column: only what rows have can be switched. */
function named(view, field) {
  const { datum, ...colour } = view.encoding?.color ?? {};
  if (typeof datum !== "string" || field === undefined) return view;
  const transform = [...(view.transform ?? []), { calculate: JSON.stringify(datum), as: field }];
  return { ...view, transform, encoding: { ...view.encoding, color: { ...colour, field, type: "nominal" } } };
}

/** A specification whose legends are switches: what is clicked there stays, the rest pales; a click beside it brings all back. */
function withSwitches(spec) {
  let count = 0;
  // Layers share a legend, and so a switch, which stands in the first of them.
  const visit = (part, legend) => {
    if (Array.isArray(part)) return part.map((one) => visit(one, legend));
    if (part === null || typeof part !== "object") return part;
    const shared = part.layer ? (legend ?? { field: coloured(part.layer) }) : legend;
    const inner = Object.entries(part).map(([key, value]) => [key, key === "data" ? value : visit(value, shared)]);
    const own = part.mark ? named(Object.fromEntries(inner), shared?.field) : Object.fromEntries(inner);
    const colour = own.mark && own.encoding?.color;
    if (!colour?.field || colour.type !== "nominal" || colour.legend === null || own.encoding.opacity) return own;
    const group = shared?.field === colour.field ? shared : {};
    const select = { type: "point", fields: [colour.field] };
    const params = group.name ? own.params : [...(own.params ?? []), { name: (group.name = `shown${++count}`), select, bind: "legend" }];
    const opacity = { condition: { param: group.name, value: own.mark.opacity ?? 1 }, value: 0.08 };
    return { ...own, ...(params ? { params } : {}), encoding: { ...own.encoding, opacity } };
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
    const config = dark.matches ? night : day;
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
