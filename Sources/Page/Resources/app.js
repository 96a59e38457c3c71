// The page: a scenario as a form and as YAML, what it costs, runs and their pictures. All answers are the library's.
import { follow, get, keep, make, post } from "./api.js";
import * as editor from "./editor.js";
import * as form from "./form.js";
import * as results from "./results.js";

const at = (id) => document.getElementById(id);
const state = { base: "given", name: "scenario", cost: null, pinned: null, run: null, isWrong: false };

// MARK: The scenario

const edits = new Map();
let isTyped = false;
let asking = null;

/** Asks for all that has changed since the last answer: one question at a time, so that the last turn wins. Over when all is answered. */
function settle() {
  clearTimeout(typing);
  asking ??= answers().finally(() => (asking = null));
  return asking;
}

async function answers() {
  try {
    while (isTyped || edits.size > 0) {
      const sent = editor.text(), turned = [...edits].map(([path, value]) => ({ path, value }));
      edits.clear();
      isTyped = false;
      const answer = await post("scenario", { base: state.base, text: sent, edits: turned });
      if (editor.text() === sent) editor.setText(answer.text);
      show(answer);
    }
    remember();
  } catch (refusal) {
    say(refusal.message, "error");
  }
}

function show(answer) {
  state.isWrong = answer.diagnostics.some((one) => one.severity === "error");
  form.showControls(answer.controls);
  form.showFlaws(answer.diagnostics);
  editor.showFlaws(answer.diagnostics);
  if (answer.name) state.name = answer.name;
  at("name").textContent = state.name;
  document.title = `${state.name} – weir`;
  if (answer.cost) state.cost = answer.cost;
  showCost(answer.cost);
  at("run").disabled = state.isWrong;
}

function showCost(cost) {
  at("cost").classList.toggle("old", cost === null);
  if (!state.cost) return;
  const now = state.cost, pinned = state.pinned?.cost;
  at("cost").replaceChildren(make("strong", { text: now.total }), ` for ${now.period}, ${now.region}`);
  if (pinned) {
    const change = now.usd - pinned.usd, sign = change < 0 ? "−" : "+";
    at("cost").append(make("span", { class: "change", text: ` ${sign}$${Math.abs(change).toFixed(2)} against the pinned design` }));
  }
  at("modes").replaceChildren(
    ...now.modes.map((one) => make("li", { text: `${one.mode}${one.shards ? `, ${one.shards} shards` : ""}: ${one.total}` })),
    ...now.warnings.map((text) => make("li", { class: "warning", text })),
  );
}

/** After a change: what comes of it and, if that is wanted, a run. */
async function changed() {
  await settle();
  if (at("auto").checked && !state.isWrong) run();
}

function turn(path, value) {
  edits.set(path, value);
  changed();
}

let typing;
function typed() {
  isTyped = true;
  clearTimeout(typing);
  typing = setTimeout(changed, 150);
}

function open(text, base) {
  state.base = base;
  editor.setText(text);
  isTyped = true;
  return settle();
}

// MARK: Runs

async function run() {
  // What was turned a moment ago is to be run too.
  await settle();
  if (state.isWrong) return;
  if (state.run) await stop();
  const here = { name: state.pinned ? "changed" : "design", base: state.base, text: editor.text() };
  const designs = state.pinned ? [{ name: "pinned", base: state.pinned.base, text: state.pinned.text }, here] : [here];
  const ask = { designs, replications: Number(at("replications").value) || 1, isAdaptive: at("adaptive").checked };
  try {
    const { id } = await post("runs", ask);
    watch(id);
  } catch (refusal) {
    if (refusal.diagnostics?.length) editor.showFlaws(refusal.diagnostics);
    say(refusal.message, "error");
  }
}

function watch(id) {
  state.run = { id, started: performance.now() };
  state.run.over = new Promise((resolve) => (state.run.end = resolve));
  at("cancel").disabled = false;
  at("progress").hidden = false;
  at("progress").value = 0;
  say("Running.");
  let shows = Promise.resolve();
  follow(id, {
    progress: (percent) => (at("progress").value = percent),
    look: () => (shows = shows.then(() => fetchResults(id))),
    end: async (end) => {
      await shows.catch(() => {});
      if (end.how === "done") await fetchResults(id).catch((refusal) => say(refusal.message, "error"));
      ended(id, end);
    },
  });
}

async function fetchResults(id) {
  const found = await get(`runs/${id}`);
  // A run that was begun since then is what counts.
  if (state.run && state.run.id !== id) return;
  await results.show(found, id);
  sessionStorage.setItem("weir-run", String(id));
}

function ended(id, end) {
  const current = state.run;
  if (!current || current.id !== id) return;
  state.run = null;
  at("cancel").disabled = true;
  at("progress").hidden = true;
  const words = { done: "Done.", cancelled: "Cancelled.", lost: end.sentence, spent: end.sentence };
  say(words[end.how] ?? "", end.how === "done" || end.how === "cancelled" ? "" : "error");
  document.body.dataset.ended = `${id} ${end.how}`;
  current.end();
}

async function stop() {
  const current = state.run;
  if (!current) return;
  try {
    await post(`runs/${current.id}/cancel`);
    await current.over;
  } catch (refusal) {
    say(refusal.message, "error");
  }
}

// MARK: Two designs

function pin() {
  state.pinned = { text: editor.text(), base: state.base, cost: state.cost };
  showPinned();
  remember();
}

function unpin() {
  state.pinned = null;
  showPinned();
  remember();
}

function showPinned() {
  const note = at("pinned"), isPinned = state.pinned !== null;
  at("unpin").hidden = !isPinned;
  at("pin").textContent = isPinned ? "Pin this one instead" : "Pin this design";
  note.hidden = !isPinned;
  if (isPinned) {
    const back = make("button", { type: "button", text: "Back to it", onclick: () => open(state.pinned.text, state.pinned.base) });
    const save = make("button", { type: "button", text: "Download it", onclick: () => keep(`${state.name}-pinned.yaml`, state.pinned.text) });
    note.replaceChildren(`Pinned: ${state.pinned.cost?.total ?? "a design"}. Change something and run: both see the same random traffic. `, back, " ", save);
  }
  showCost(state.cost);
}

// MARK: Files

async function take(files) {
  const texts = await Promise.all([...files].map(async (file) => ({ name: file.name, text: await file.text() })));
  if (texts.length === 1 && /\.ya?ml$/i.test(texts[0].name)) return open(texts[0].text, "given");
  const number = (id) => (at(id).value === "" ? null : Number(at(id).value));
  say("Reading what was dropped.");
  try {
    const found = await post("import", { files: texts, shards: number("shards"), burst: number("burst") });
    at("import").open = true;
    at("said").hidden = false;
    at("said").textContent = [...found.warnings, found.summary].join("\n");
    const links = found.files.map((name) =>
      make("li", {}, make("a", { href: `api/imports/${found.base}/${encodeURIComponent(name)}`, download: name, text: `Download ${name}` })));
    at("kept").replaceChildren(...links);
    await open(found.text, found.base);
    say("Imported.");
  } catch (refusal) {
    say(refusal.message, "error");
  }
}

function listenForDrops() {
  let depth = 0;
  const veil = (isOn) => (at("drop").hidden = !isOn);
  window.addEventListener("dragenter", () => veil(++depth > 0));
  window.addEventListener("dragleave", () => veil(--depth > 0));
  window.addEventListener("dragover", (event) => event.preventDefault());
  window.addEventListener("drop", (event) => {
    event.preventDefault();
    depth = 0;
    veil(false);
    if (event.dataTransfer?.files.length) take(event.dataTransfer.files);
  });
}

// MARK: The page

function say(words, kind = "") {
  at("status").textContent = words;
  at("status").className = kind;
}

/** What a reload finds again: nothing is kept beyond this tab. */
function remember() {
  sessionStorage.setItem("weir-draft", JSON.stringify({ text: editor.text(), base: state.base, pinned: state.pinned }));
}

function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem("weir-draft") ?? "null");
  } catch {
    return null;
  }
}

async function begin() {
  const start = await get("start");
  at("advice").hidden = !start.advice;
  at("advice").textContent = start.advice ? `Here, ${start.advice}` : "";
  at("replications").max = start.most_replications;
  at("template").append(...start.templates.map((value) => make("option", { value, text: value })));
  const draft = remembered();
  state.pinned = draft?.pinned ?? null;
  await open(draft?.text ?? start.text, draft?.base ?? start.base);
  showPinned();
  const last = Number(sessionStorage.getItem("weir-run") ?? 0);
  if (start.running) watch(start.running);
  else if (last) await fetchResults(last).catch(() => sessionStorage.removeItem("weir-run"));
  document.body.dataset.ready = "true";
}

form.onTurn(turn);
editor.onType(typed);
listenForDrops();
at("form").addEventListener("submit", (event) => event.preventDefault());
at("run").addEventListener("click", run);
at("cancel").addEventListener("click", stop);
at("pin").addEventListener("click", pin);
at("unpin").addEventListener("click", unpin);
at("save").addEventListener("click", () => keep(`${state.name}.yaml`, editor.text()));
at("files").addEventListener("change", (event) => take(event.target.files));
at("template").addEventListener("change", async (event) => {
  if (event.target.value) open((await get(`templates/${event.target.value}`)).text, "given");
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !at("run").disabled) run();
});
begin().catch((refusal) => say(refusal.message, "error"));
