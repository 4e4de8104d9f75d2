// Works without signal: a form marked data-offline-act is sent with its own time and key; when nothing answers it is
// kept on the phone, shown as done, and sent later to its own address. The server sees each act once (Idempotency-Key).
import { clockText, serverNow } from "./clock.js";
import { drop, keep, kept } from "./store.js";
import { toast } from "./toasts.js";
import { say } from "./words.js";

const PATIENCE = 8000;  // one bar of signal: after this the act counts as kept
let sending = false;

const newKey = () => crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");

function actOf(form, submitter) {
  const happenedAt = serverNow().toISOString();
  const all = [...new FormData(form, submitter ?? undefined)];
  const fields = all.filter(([name]) => name !== "happened_at" && name !== "_key");
  const key = (!form.hasAttribute("data-many") && all.find(([name]) => name === "_key")?.[1]) || newKey();
  return { key, action: form.getAttribute("action"), fields, what: form.dataset.done || form.dataset.offlineAct, happenedAt, owner: document.body.dataset.owner ?? "" };
}

function ask(url, options = {}) {
  const control = new AbortController();
  const timer = setTimeout(() => control.abort(), PATIENCE);
  return fetch(url, { ...options, signal: control.signal, credentials: "same-origin" }).finally(() => clearTimeout(timer));
}

function sendAct(act, token) {
  const body = new FormData();
  for (const [name, value] of act.fields) body.append(name, name === "csrf_token" && token ? token : value);
  body.append("happened_at", act.happenedAt);
  body.append("_key", act.key);
  return ask(act.action, { method: "POST", body, headers: { "Idempotency-Key": act.key, "X-Happened-At": act.happenedAt } });
}

function noteOf(text) {
  const note = Object.assign(document.createElement("div"), { className: "note" });
  const glyph = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  glyph.setAttribute("class", "i");
  glyph.setAttribute("aria-hidden", "true");
  glyph.append(document.createElementNS("http://www.w3.org/2000/svg", "use"));
  glyph.firstChild.setAttribute("href", "/static/img/icons.svg#i-nosig");
  note.append(glyph, Object.assign(document.createElement("div"), { textContent: text }));
  return note;
}

function showDone(form, act) {
  const box = Object.assign(document.createElement("div"), { className: "kept" });
  const done = Object.assign(document.createElement("p"), { className: "did", textContent: `✓ ${act.what}` });
  const note = noteOf(say("kept", { time: clockText(new Date(act.happenedAt)) }));
  note.classList.add("mt-2");
  note.setAttribute("role", "status");
  box.append(done, note);
  if (!form.hasAttribute("data-many")) { (form.closest("[data-step]") ?? form).replaceWith(box); showNext(box, form.dataset.offlineAct); return; }
  document.querySelectorAll(".kept").forEach((old) => old.remove());  // the form stays, empty, for the next one
  form.before(box);
  form.reset();
  delete form.dataset.sent;
  form.querySelectorAll('[aria-busy="true"]').forEach((button) => button.removeAttribute("aria-busy"));
  box.scrollIntoView({ block: "center" });
}

// What comes after an act lies in the page as a template: without signal the next button is there all the same.
function showNext(box, act) {
  const next = document.querySelector(`template[data-after~="${act}"]`);
  if (!next) return;
  box.after(document.importNode(next.content, true));
  next.remove();
}

// On a shared phone nobody sends what another person pressed.
const keptByMe = async () => (await kept()).filter((act) => act.owner === (document.body.dataset.owner ?? ""));

async function showBar() {
  const bar = document.querySelector("[data-offline-bar]");
  if (!bar) return;
  const waiting = (await keptByMe().catch(() => [])).length;
  const old = (serverNow() - Date.parse(document.body.dataset.now ?? "")) / 60000 > 3 && !navigator.onLine;
  const text = waiting ? say("waiting", { n: waiting }) : old ? say("stale", { time: clockText(new Date(document.body.dataset.now)) }) : say("offline");
  bar.hidden = navigator.onLine && !waiting;
  bar.replaceChildren(noteOf(text));
}

async function showAnswer(response) {
  if (response.redirected) { location.assign(response.url); return; }
  const type = response.headers.get("content-type") ?? "";
  if (!type.includes("text/html")) { location.reload(); return; }
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const main = page.querySelector("main");
  if (!main) { location.reload(); return; }
  document.querySelector("main").replaceWith(document.importNode(main, true));
  (document.querySelector("[data-focus]") ?? document.querySelector("main")).focus();
}

async function onSubmit(event) {
  const form = event.target.closest("form[data-offline-act]");
  if (!form || event.defaultPrevented) return;
  event.preventDefault();
  if (form.dataset.sent) return;
  form.dataset.sent = "1";
  event.submitter?.setAttribute("aria-busy", "true");
  const act = actOf(form, event.submitter);
  try {
    await keep(act);  // first on the phone, then to the air: a lost answer is sent again under the same key
  } catch { form.submit(); return; }
  await showOutcome(form, act);
}

async function showOutcome(form, act) {
  sending = true;
  try {
    const response = await sendAct(act);
    if (response.status >= 500) throw new Error(String(response.status));
    await drop(act.key);
    await showAnswer(response);
  } catch {
    showDone(form, act);
    await showBar();
  } finally { sending = false; }
}

async function freshToken(page) {
  const response = await ask(page, { headers: { Accept: "text/html" }, cache: "no-store" });
  if (!response.ok || response.redirected) return "";
  const html = new DOMParser().parseFromString(await response.text(), "text/html");
  return html.querySelector('input[name="csrf_token"]')?.value ?? "";
}

async function sendOne(act, token) {
  const response = await sendAct(act, token);
  if (response.status >= 500 || [401, 403, 408, 429].includes(response.status)) return false;  // not now: stays kept
  await drop(act.key);
  toast(say(response.ok ? "sent" : "refused", { what: act.what }), response.ok ? 6 : 30);
  return true;
}

/** Send what is kept, oldest first; stop at the first that cannot be sent. */
export async function sendKept() {
  if (sending || !navigator.onLine) return;
  sending = true;
  try {
    const acts = await keptByMe();
    if (!acts.length) return;
    const token = await freshToken(location.pathname);
    if (!token) return;
    for (const act of acts) if (!(await sendOne(act, token))) return;
    location.reload();
  } catch { /* still no signal: the acts stay kept and are tried again */ } finally {
    sending = false;
    await showBar();
  }
}

async function showKeptOnes() {
  for (const act of await keptByMe()) {
    const form = [...document.querySelectorAll("form[data-offline-act]")].find((f) => f.getAttribute("action") === act.action);
    if (form && !form.hasAttribute("data-many")) showDone(form, act);
  }
}

// The page behind a link marked data-keep opens without signal too, even if nobody has looked at it yet.
async function keepPages() {
  if (!("caches" in window) || !navigator.onLine) return;
  const pages = await caches.open("hourhand-pages-1");
  for (const link of document.querySelectorAll("a[data-keep]")) if (!(await pages.match(link.href))) await pages.add(link.href);
}

export function start() {
  if (!document.querySelector("[data-offline-bar]") || !("indexedDB" in window)) return;
  if (document.documentElement.matches(".worker, .works-offline") && "serviceWorker" in navigator) {
    navigator.serviceWorker.register("/sw.js").catch(() => {});
  }
  document.addEventListener("submit", onSubmit);
  window.addEventListener("online", () => { showBar(); sendKept(); });
  window.addEventListener("offline", showBar);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) sendKept(); });
  setInterval(sendKept, 20000);
  keepPages().catch(() => {});
  showKeptOnes().catch(() => {}).finally(() => { showBar(); sendKept(); });
}
