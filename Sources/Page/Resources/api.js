// Questions to the page's own process, at addresses behind the token that the page has in its own.

/** What was answered that is no answer: a sentence, and what is wrong with a scenario where that is why. */
export class Refusal extends Error {
  constructor(status, answer) {
    super(answer.error ?? `The page's process answered with ${status}.`);
    this.status = status;
    this.diagnostics = answer.diagnostics ?? [];
    this.running = answer.running ?? null;
  }
}

async function ask(path, options) {
  let response;
  try {
    response = await fetch(`api/${path}`, options);
  } catch {
    throw new Refusal(0, { error: "weir ui does not answer: is it still running?" });
  }
  if (response.status === 204) return null;
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refusal(response.status, answer);
  return answer;
}

export const get = (path) => ask(path, { method: "GET" });

export const post = (path, body) =>
  ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body ?? {}) });

/** Follows a run to its end. The stream only tells of a run that was begun otherwise: opened twice, it runs nothing twice. */
export function follow(id, { progress, look, end }) {
  const source = new EventSource(`api/runs/${id}/events`);
  source.addEventListener("progress", (event) => progress(JSON.parse(event.data).percent));
  source.addEventListener("look", () => look());
  source.addEventListener("end", (event) => {
    source.close();
    end(JSON.parse(event.data));
  });
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CLOSED) end({ how: "lost", sentence: "weir ui does not answer: is it still running?" });
  });
}

/** Hands a text to the reader as a file. */
export function keep(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** An element with attributes and children. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "text") element.textContent = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}
