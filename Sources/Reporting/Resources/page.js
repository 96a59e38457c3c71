// Draws each picture where it stands, again when the reader's colours change.
const pictures = JSON.parse(document.getElementById("pictures").textContent);
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const night = {
  background: null,
  title: { color: "#eee", subtitleColor: "#bbb" },
  axis: { labelColor: "#ccc", titleColor: "#ccc", gridColor: "#3a3a3a", domainColor: "#777", tickColor: "#777" },
  legend: { labelColor: "#ccc", titleColor: "#ccc" },
  view: { stroke: "#555" },
};
const views = {};

async function draw() {
  for (const [name, spec] of Object.entries(pictures)) {
    const place = document.getElementById(name);
    if (!place) continue;
    const config = dark.matches ? night : { background: null };
    views[name]?.finalize();
    const drawn = await vegaEmbed(place, spec, {
      actions: false, ast: true, config, defaultStyle: false, renderer: "svg", tooltip: { disableDefaultStyle: true },
    });
    views[name] = drawn.view;
  }
  document.documentElement.dataset.drawn = String(Object.keys(views).length);
}

dark.addEventListener("change", draw);
window.addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((one) => (one.open = true)));
draw();
