// Polling with ETag: an unchanged answer (304) touches nothing; nothing is swapped under a hand.
// Used by <… hx-get="…" hx-trigger="every 4s" hx-swap="morph"> anywhere.

const tags = new Map();

function inUse(element) {
  const active = document.activeElement;
  const typing = active && element.contains(active) && active.matches("input, select, textarea");
  return document.hidden || typing || Boolean(document.querySelector("dialog[open]")) || document.body.dataset.dragging === "1";
}

const isPoll = (element) => /\bevery\b/.test(element.getAttribute("hx-trigger") ?? "");

export function start() {
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (isPoll(event.detail.elt) && inUse(event.detail.elt)) event.preventDefault();
  });
  document.addEventListener("htmx:configRequest", (event) => {
    const tag = event.detail.verb === "get" && isPoll(event.detail.elt) && tags.get(event.detail.path);
    if (tag) event.detail.headers["If-None-Match"] = tag;
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const { xhr, pathInfo, elt } = event.detail;
    if (!isPoll(elt) || xhr?.status !== 200) return;
    const tag = xhr.getResponseHeader("ETag");
    if (tag) tags.set(pathInfo.requestPath, tag);
  });
}
