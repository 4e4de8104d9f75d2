// The server's clock, as seen from this page. The demo city may run at its own pace (data-speed).

const body = document.body.dataset;
const startedAt = Date.now();
const serverStart = Date.parse(body.now ?? "") || startedAt;
const speed = Number(body.speed ?? 1) || 1;

/** Seconds that have passed on the server's clock since the page was made. */
export const elapsed = () => ((Date.now() - startedAt) * speed) / 1000;

/** The server's present instant as a Date. */
export const serverNow = () => new Date(serverStart + elapsed() * 1000);

/** "13:02" in the page's zone. */
export function clockText(date = serverNow()) {
  const zone = body.zone || undefined;
  return new Intl.DateTimeFormat("en-GB", { hour: "numeric", minute: "2-digit", timeZone: zone }).format(date).replace(/^0/, "");
}
