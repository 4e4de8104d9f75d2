// The worker's pages: where am I (asked only when I press), positions on the way, ticks kept as they are made.
// Without any of this the forms work: by the customer's digits, and with the list sent as a whole.

const WAIT = { enableHighAccuracy: true, timeout: 8000, maximumAge: 15000 };
const EVERY = 60000;

const here = () => new Promise((found, lost) => navigator.geolocation.getCurrentPosition(found, lost, WAIT));

function fill(form, { coords }) {
  form.elements.lat.value = coords.latitude.toFixed(6);
  form.elements.lon.value = coords.longitude.toFixed(6);
  form.elements.accuracy_m.value = String(Math.min(100000, Math.round(coords.accuracy)));
}

function askForDigits(form) {
  const byCode = document.getElementById("by-code");
  if (!byCode) return;
  byCode.open = true;
  const note = Object.assign(document.createElement("p"), { className: "error", textContent: form.dataset.none });
  note.setAttribute("role", "alert");
  byCode.querySelector("form").prepend(note);
  byCode.querySelector("input[name=code]").focus();
}

async function onArrive(event) {
  const form = event.target.closest?.("form[data-locate]");
  if (!form || form.dataset.located || !("geolocation" in navigator)) return;
  event.preventDefault();
  event.stopPropagation();
  const button = event.submitter;
  button?.setAttribute("aria-busy", "true");
  try {
    fill(form, await here());
    form.dataset.located = "1";
    form.requestSubmit();
  } catch {
    askForDigits(form);
  } finally {
    button?.removeAttribute("aria-busy");
  }
}

async function report(form) {
  const known = await navigator.permissions?.query({ name: "geolocation" }).catch(() => null);
  if (known?.state !== "granted" || document.hidden) return;   // never ask by itself
  const { coords } = await here();
  const body = new FormData();
  body.append("csrf_token", form.elements.csrf_token.value);
  body.append("lat", coords.latitude.toFixed(6));
  body.append("lon", coords.longitude.toFixed(6));
  body.append("accuracy_m", String(Math.min(100000, Math.round(coords.accuracy))));
  await fetch(form.dataset.report, { method: "POST", body, credentials: "same-origin" });
}

function keepTicks(form) {
  const body = new FormData(form);
  body.delete("_key");
  fetch(form.dataset.checklist, { method: "POST", body, credentials: "same-origin", redirect: "manual" }).catch(() => {});
}

function onTick(event) {
  const form = event.target.closest("form[data-checklist]");
  if (!form) return;
  const row = event.target.closest("li");
  if (event.target.type === "checkbox" && event.target.checked) {
    row.querySelector("select").value = "";
    row.querySelector("details").open = false;
  }
  if (event.target.tagName === "SELECT" && event.target.value) row.querySelector("input").checked = false;
  row.classList.remove("missing");
  clearTimeout(onTick.later);
  onTick.later = setTimeout(() => keepTicks(form), 1200);
}

document.addEventListener("submit", onArrive, true);
document.addEventListener("change", onTick);
const way = document.querySelector("form[data-locate][data-report]");
if (way && "geolocation" in navigator) setInterval(() => report(way).catch(() => {}), EVERY);
