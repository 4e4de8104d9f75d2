// The desk by keyboard: ? help, / search, j k move, Enter open, a assign, u undo, g + letter go, a row's own letter does its act.
import { openDialog } from "./dialogs.js";

let waitsForPlace = 0;

const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null);
const isTyping = (target) => target.matches("input:not([type=checkbox]):not([type=radio]), textarea, select") || target.isContentEditable;

function current(all = rows()) {
  return all.find((row) => row.contains(document.activeElement)) ?? all.find((row) => row.hasAttribute("aria-current"));
}

function select(row, all) {
  for (const other of all) { other.classList.remove("on"); other.removeAttribute("aria-current"); }
  row.classList.add("on");
  row.setAttribute("aria-current", "true");
  (row.matches("a") ? row : row.querySelector("a, button"))?.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest", inline: "nearest" });
  row.dispatchEvent(new CustomEvent("hourhand:select", { bubbles: true }));
}

function move(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(current(all));
  select(all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + by))], all);
}

function press(key) {
  const places = [current(), document.querySelector(".pop"), document.querySelector("[data-drawer]"), document];
  for (const place of places) {
    const button = [...(place?.querySelectorAll?.("[data-key]") ?? [])].find((b) => b.dataset.key.toLowerCase() === key && !b.disabled);
    if (button) { button.click(); return true; }
  }
  return false;
}

function assign() {
  if (press("a")) return;
  const act = current()?.querySelector(".btn-act, .btn") ?? document.querySelector(".pop .btn-act, [data-drawer] .btn-act");
  act?.click();
}

function openRow(event) {
  const row = current();
  if (!row || event.target.closest("a, button, summary")) return false;
  (row.matches("a") ? row : row.querySelector("a.rowlink, a"))?.click();
  return true;
}

const KEYS = {
  "?": () => openDialog("keys"),
  "/": () => { const box = document.querySelector("main [data-search]") ?? document.querySelector("[data-search]"); box?.focus(); box?.select(); return Boolean(box); },
  j: () => move(1),
  k: () => move(-1),
  a: assign,
  u: () => press("u"),
  g: () => { waitsForPlace = Date.now(); },
};

function go(key) {
  waitsForPlace = 0;
  const place = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
  if (place) window.location.assign(place.href);
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTyping(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (Date.now() - waitsForPlace < 1500) { event.preventDefault(); go(key); return; }
  if (key === "Enter") { if (openRow(event)) event.preventDefault(); return; }
  if (key === "Escape") { if (press("esc")) event.preventDefault(); return; }
  if (KEYS[key]) { event.preventDefault(); KEYS[key](); return; }
  if (/^[a-z0-9]$/.test(key) && press(key)) event.preventDefault();
}

export function start() {
  if (!document.querySelector("[data-desk]")) return;
  document.addEventListener("keydown", onKey);
  document.querySelector("main [aria-invalid=true], [data-drawer] [aria-invalid=true]")?.focus();
  const bar = document.querySelector(".deskbar");
  const here = bar?.querySelector("nav [aria-current]");
  if (here && bar.scrollWidth > bar.clientWidth) bar.scrollLeft = here.offsetLeft - (bar.clientWidth - here.offsetWidth) / 2;
}
