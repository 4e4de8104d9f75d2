// The server's clock, as seen from this page. The demo city may run at its own pace (data-speed).
// A page kept on the phone (data-kept, see sw.js) says when it was made, not what time it is: how old it is tells the
// phone's own clock, set by the last page that came from the server.

const KEY = "hourhand-clock";
const DAY = 86_400_000;
const body = document.body.dataset;
const startedAt = Date.now();
const made = Date.parse(body.now ?? "") || startedAt;
const speed = Number(body.speed ?? 1) || 1;
const serverStart = "kept" in body ? Math.max(made, reckoned()) : made;
if (!("kept" in body)) remember();

function reckoned() {
  try {
    const { phone, server } = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    const passed = startedAt - phone;
    return passed >= 0 && passed < DAY ? server + passed * speed : made;
  } catch { return made; }
}

function remember() {
  try { localStorage.setItem(KEY, JSON.stringify({ phone: startedAt, server: made })); } catch { /* full or forbidden: a kept page then shows its own time */ }
}

/** Seconds that have passed on the server's clock since the page was made. */
export const elapsed = () => (serverStart - made + (Date.now() - startedAt) * speed) / 1000;

/** The server's present instant as a Date. */
export const serverNow = () => new Date(made + elapsed() * 1000);

/** "13:02" in the page's zone. */
export function clockText(date = serverNow()) {
  const zone = body.zone || undefined;
  return new Intl.DateTimeFormat("en-GB", { hour: "numeric", minute: "2-digit", timeZone: zone }).format(date).replace(/^0/, "");
}
