// The board without leaving it: choosing a visit, a filter or a day swaps what moves and leaves the map alone.
import { mapOf } from "./map.js";

const board = document.querySelector("[data-board]");
let asked = 0;

function swap(name, fresh) {
  const old = document.getElementById(name), now = fresh.getElementById(name);
  if (old && now) window.Idiomorph.morph(old, now, { morphStyle: "outerHTML" });
}

function settle() {
  const live = document.getElementById("live"), map = document.getElementById("board-map");
  window.htmx?.process(live);
  if (map) { map.dataset.src = live.dataset.mapSrc; mapOf(map)?.marks.choose(live.dataset.chosen); }
  board.querySelector(".lane.target")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  board.querySelector("[data-ask]")?.focus({ preventScroll: true });
}

async function show(href, remember = true) {
  const mine = ++asked;
  try {
    const answer = await fetch(href, { credentials: "same-origin", headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine !== asked) return;
    swap("live", fresh);
    swap("pop", fresh);
    if (remember) history.pushState({}, "", href);
    settle();
  } catch {
    window.location.assign(href);
  }
}

const ours = (link) => link && link.origin === location.origin && link.pathname === "/ops/board" && !link.target;

if (board && window.fetch) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!board.contains(link) || !ours(link) || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    if (link.getAttribute("href") !== "#pop") show(link.href);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("[data-board-form]");
    if (!form) return;
    event.preventDefault();
    const query = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    show(`/ops/board?${query}`);
  });
  document.addEventListener("map:choose", (event) => {
    if (event.detail.kind !== "visit" || !event.detail.href) return;
    event.preventDefault();
    show(event.detail.href);
  });
  window.addEventListener("popstate", () => show(location.href, false));
  if (new URLSearchParams(location.search).get("visit")) settle();
}
