// What a run has come to: the document of `weir run`, and the pictures of report.html from the same specifications.
import { make } from "./api.js";
import { drawAll, onColours } from "./pictures.js";

const shown = document.getElementById("shown");
let pictures = {};
let drawing = Promise.resolve();

/** Shows results; of two designs every picture stands beside its like. */
export async function show(results, id) {
  pictures = Object.assign({}, ...results.designs.map((one) => one.pictures), results.comparison?.pictures);
  const parts = results.designs.length === 1 ? single(results, id) : pair(results, id);
  shown.replaceChildren(...(results.look ? [banner(results)] : []), ...parts);
  shown.dataset.run = String(id);
  shown.dataset.look = String(results.look);
  delete shown.dataset.drawn;
  await draw();
}

function draw() {
  // A drawing that failed is no reason to draw nothing more.
  drawing = drawing.catch(() => {}).then(async () => {
    if (window.vegaEmbed) await drawAll(pictures);
    shown.dataset.drawn = String(document.querySelectorAll("#shown .picture svg").length);
  });
  return drawing;
}

onColours(draw);

function banner(results) {
  const words = `A first look: the first ${results.designs[0].simulated}.`;
  return make("p", { class: "banner" }, `${words} `, make("span", { text: results.follows ? "The whole follows." : cut }));
}

const cut = "The run was ended before the whole was there.";

/** Says that nothing follows a first look, if that is what is shown. */
export function conclude() {
  for (const words of shown.querySelectorAll(".banner span")) words.textContent = cut;
}

/** HTML of the library, in which every text of an author's is escaped; scripts in it would not run. */
function parsed(html) {
  const body = new DOMParser().parseFromString(html, "text/html").body;
  return [...body.childNodes].map((node) => document.importNode(node, true));
}

/** What can be kept: the library's own pages, whole. */
function links(results, id) {
  if (results.look) return [];
  const link = (href, download, text) => make("a", { href: `api/runs/${id}/${href}`, download, text });
  const files = results.designs.flatMap((one, index) => [
    link(`${index}/report.html`, "report.html", `Download report${label(results, one)}`),
    // The text that was run, under the name that the command line has for it.
    link(`${index}/scenario.yaml`, one.file, `Download ${one.file}`),
  ]);
  const both = results.comparison ? [link("comparison.html", "compare.html", "Download comparison")] : [];
  return [make("p", { class: "bar" }, ...both, ...files)];
}

/** How to have it again without the page. */
function again(results) {
  if (results.look) return [];
  const line = (results.comparison ?? results.designs[0]).command;
  const button = make("button", { type: "button", text: "Copy", onclick: () => copy(line, button) });
  return [
    make("h3", { text: `The same from the command line, beside ${results.designs.map((one) => one.file).join(" and ")}` }),
    make("p", { class: "bar" }, make("code", { class: "command", text: line }), button),
  ];
}

const label = (results, one) => (results.designs.length > 1 ? ` of ${one.name}` : "");

async function copy(line, button) {
  try {
    await navigator.clipboard.writeText(line);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Select it and copy";
  }
}

/** The verdict, then all pictures, then what remains to be said. */
function single(results, id) {
  const article = make("article", {}, ...parsed(results.designs[0].html));
  const figures = [...article.querySelectorAll("figure:has(.picture)")];
  const second = article.querySelector("h4");
  if (second && figures.length > 0) {
    const lead = make("article", {});
    while (article.firstChild !== second) lead.append(article.firstChild);
    return [...links(results, id), lead, make("div", { class: "pair" }, ...figures), article, ...again(results)];
  }
  return [...links(results, id), article, ...again(results)];
}

function pair(results, id) {
  const documents = results.designs.map((one) => make("div", {}, ...parsed(one.html)));
  const heads = results.designs.map((one, index) =>
    make("div", {}, make("h3", { text: one.name }), ...[documents[index].querySelector("blockquote")].filter(Boolean)),
  );
  const comparison = results.comparison ? [make("article", { class: "comparison" }, ...parsed(results.comparison.html))] : [];
  const above = [...links(results, id), make("div", { class: "pair" }, ...heads)];
  if (!results.drawn) return [...above, ...comparison, make("div", { class: "pair" }, ...documents), ...again(results)];
  const names = [...new Set(results.designs.flatMap((one) => Object.keys(one.pictures).map((key) => key.replace(/^d\d+-/, ""))))];
  const place = (name, one, design) => [...one.querySelectorAll(".picture")].findIndex((picture) => picture.id === `d${design}-${name}`);
  const order = (name) => documents.map((one, design) => place(name, one, design)).find((at) => at >= 0) ?? 99;
  const rows = names.sort((a, b) => order(a) - order(b)).map((name) =>
    make("div", { class: "pair" }, ...results.designs.map((one, index) => half(documents[index], `d${index}-${name}`, one.name))),
  );
  return [...above, ...rows, ...comparison, ...again(results)];
}

function half(document, id, name) {
  const figure = [...document.querySelectorAll("figure")].find((one) => one.querySelector(`[id="${id}"]`));
  return figure ? make("div", {}, make("p", { class: "whose", text: name }), figure) : make("div", {}, make("p", { class: "whose", text: `${name}: nothing to show` }));
}
