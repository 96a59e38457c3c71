// The page: a scenario as a form and as YAML, what it costs, runs and their pictures. All answers are the library's.
import { follow, get, keep, make, post } from "./api.js";
import * as editor from "./editor.js";
import * as form from "./form.js";
import * as results from "./results.js";

const at = (id) => document.getElementById(id);
const state = { base: "given", name: "scenario", cost: null, pinned: null, given: null, isWrong: false };

// MARK: The scenario

const edits = new Map();
let isTyped = false;
let asking = null;

/**
 * Asks for all that has changed since the last answer: one question at a time, so that the last turn wins. Over when all is answered, with
 * the refusal that ended it, if one did.
 */
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
    return null;
  } catch (refusal) {
    say(refusal.message, "error");
    return refusal;
  } finally {
    form.settled();
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
  if (at("auto").checked) run();
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

// What is to be run next, and whether the loop is under way that runs: one at a time, and of all wishes the last.
let wanted = null;
let isRunning = false;
// The run that is before us: from before it is asked for until it has ended.
let current = null;

/** Runs what the page holds. A run of something else that is under way makes room; the same one goes on. */
async function run() {
  // What was turned a moment ago is to be run too.
  await settle();
  if (state.isWrong) return;
  if (current && !current.isOwn) return say("A run of another page is under way: cancel it, or wait for its end.", "error");
  const order = ordered(), isSame = current !== null && !current.isCancelled && current.order === JSON.stringify(order);
  wanted = isSame ? null : order;
  if (current && !isSame) cancel();
  runs();
}

/** What is to be run: the design that is here, beside the pinned one if there is one. */
function ordered() {
  const here = { name: state.pinned ? "changed" : "design", base: state.base, text: editor.text() };
  const designs = state.pinned ? [{ name: "pinned", base: state.pinned.base, text: state.pinned.text }, here] : [here];
  return { designs, replications: Number(at("replications").value) || 1, isAdaptive: at("adaptive").checked };
}

/** Runs what is wanted until nothing is; `found` is a run that is under way already. */
async function runs(found = null) {
  if (isRunning) return;
  isRunning = true;
  if (found !== null) await look(found);
  while (wanted) {
    const order = wanted;
    wanted = null;
    begun(JSON.stringify(order), true);
    try {
      const { id } = await post("runs", order);
      sessionStorage.setItem(key("begun"), String(id));
      await watch(id);
    } catch (refusal) {
      ended();
      refused(refusal);
      // What is in the way can be seen and cancelled here; this wish is over.
      if (refusal.running) await look(refusal.running);
    }
  }
  isRunning = false;
}

/** Lines are marked where the text before us is wrong; what is wrong with another one is said. */
function refused(refusal) {
  const flaws = refusal.diagnostics ?? [], isHere = flaws.some((one) => one.line);
  if (isHere) editor.showFlaws(flaws);
  say([refusal.message, ...(isHere ? [] : flaws.map((one) => `${one.path}: ${one.sentence}.`))].join(" "), "error");
}

/** Follows a run that is under way already to its end. */
async function look(id) {
  begun(null, id === kept("begun"));
  await watch(id);
}

function begun(order, isOwn) {
  current = { id: null, order, isOwn, isCancelled: false, isTold: false };
  at("cancel").disabled = false;
  at("progress").hidden = false;
  at("progress").value = 0;
}

/** Shows how far a run is, and what it comes to where it is this page's. Over when it has ended and its results are shown. */
function watch(id) {
  const isOwn = current.isOwn;
  current.id = id;
  if (current.isCancelled) cancel();
  if (isOwn) say("Running.");
  let shows = Promise.resolve(), complaint = null;
  const complain = (refusal) => (complaint = refusal.message);
  const fetched = () => (shows = isOwn ? shows.then(() => fetchResults(id)).catch(complain) : shows);
  return new Promise((resolve) =>
    follow(id, {
      progress: (percent) => (at("progress").value = percent),
      look: fetched,
      end: async (end) => {
        await (end.how === "done" ? fetched() : shows);
        if (end.how !== "done") results.conclude();
        complaint ??= end.sentence;
        ended();
        say(complaint ?? (end.how === "done" ? "Done." : "Cancelled."), complaint ? "error" : "");
        resolve();
      },
    }),
  );
}

function ended() {
  current = null;
  at("cancel").disabled = true;
  at("progress").hidden = true;
}

async function fetchResults(id) {
  await results.show(await get(`runs/${id}`), id);
  sessionStorage.setItem(key("run"), String(id));
}

/** Ends the run that is before us, or will as soon as it has a number. */
async function cancel() {
  current.isCancelled = true;
  if (current.id === null || current.isTold) return;
  current.isTold = true;
  try {
    await post(`runs/${current.id}/cancel`);
  } catch (refusal) {
    say(refusal.message, "error");
  }
}

/** Ends the run, and wants no other one. */
function stop() {
  wanted = null;
  if (current) cancel();
}

// MARK: Two designs

async function pin() {
  // What was turned a moment ago is pinned too, and only what can run.
  await settle();
  if (state.isWrong) return say("What cannot run cannot be pinned: mend the scenario first.", "error");
  state.pinned = { text: editor.text(), base: state.base, name: state.name, cost: state.cost };
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
    const save = make("button", { type: "button", text: "Download it", onclick: () => keep(`${state.pinned.name}-pinned.yaml`, state.pinned.text) });
    note.replaceChildren(`Pinned: ${state.pinned.cost?.total ?? "a design"}. Change something and run: both see the same random traffic. `, back, " ", save);
  }
  showCost(state.cost);
}

// MARK: Files

const read = (files, isKeys) => Promise.all([...files].map(async (file) => ({ name: file.name, text: await file.text(), isKeys })));

async function take(files) {
  const texts = await read(files, false);
  if (texts.length === 1 && /\.ya?ml$/i.test(texts[0].name)) return open(texts[0].text, "given");
  state.given = texts;
  await bring();
}

/** Makes a scenario of the files that were given, with what is said beside them. */
async function bring() {
  const said = (id) => at(id).value.trim() || null;
  const number = (id) => (said(id) === null ? null : Number(said(id)));
  say("Reading what was dropped.");
  at("again").disabled = false;
  at("import").open = true;
  try {
    const keys = await read(at("keys").files, true);
    const found = await post("import", {
      files: [...state.given, ...keys], shards: number("shards"), burst: number("burst"), burstFor: said("burst-for"),
      missing: at("missing").value,
    });
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
  // Text that somebody drags, into the editor or within it, is the browser's business.
  const onFiles = (name, action) =>
    window.addEventListener(name, (event) => event.dataTransfer?.types.includes("Files") && action(event));
  onFiles("dragenter", () => veil(++depth > 0));
  onFiles("dragleave", () => veil(--depth > 0));
  onFiles("dragover", (event) => event.preventDefault());
  onFiles("drop", (event) => {
    event.preventDefault();
    depth = 0;
    veil(false);
    if (event.dataTransfer.files.length > 0) take(event.dataTransfer.files);
  });
}

// MARK: The page

function say(words, kind = "") {
  at("status").textContent = words;
  at("status").className = kind;
}

/** The name of something that a reload finds again: of this process alone, whose token the path has. Another one may come to this port. */
const key = (name) => `weir-${name} ${location.pathname}`;

/** The number of a run that was kept under a name; 0 without one. */
const kept = (name) => Number(sessionStorage.getItem(key(name)) ?? 0);

/** What a reload finds again: nothing is kept beyond this tab. */
function remember() {
  sessionStorage.setItem(key("draft"), JSON.stringify({ text: editor.text(), base: state.base, pinned: state.pinned }));
}

function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(key("draft")) ?? "null");
  } catch {
    return null;
  }
}

async function begin() {
  const start = await get("start");
  const isOld = (name) => name.startsWith("weir-") && !name.endsWith(` ${location.pathname}`);
  Object.keys(sessionStorage).filter(isOld).forEach((name) => sessionStorage.removeItem(name));
  at("advice").hidden = !start.advice;
  at("advice").textContent = start.advice ? `Here, ${start.advice}` : "";
  at("replications").max = start.most_replications;
  const options = (values) => values.map((value) => make("option", { value, text: value }));
  at("template").append(...options(start.templates));
  at("missing").append(...options(start.missing));
  const draft = remembered();
  state.pinned = draft?.pinned ?? null;
  const refusal = await open(draft?.text ?? start.text, draft?.base ?? start.base);
  // The files that the draft stands on are gone, and so is what could be done with it.
  if (refusal?.status === 410) await open(start.text, start.base);
  showPinned();
  if (start.running !== null) runs(start.running);
  else if (kept("run")) await fetchResults(kept("run")).catch(() => sessionStorage.removeItem(key("run")));
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
at("files").addEventListener("change", (event) => {
  take(event.target.files);
  // So that the same file can be chosen again.
  event.target.value = "";
});
at("again").addEventListener("click", bring);
at("template").addEventListener("change", async (event) => {
  if (event.target.value) open((await get(`templates/${event.target.value}`)).text, "given");
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !at("run").disabled) run();
});
begin().catch((refusal) => say(refusal.message, "error"));
