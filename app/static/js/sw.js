// Served at /sw.js. Keeps our own files and the last look of the worker's (and recruiter's) pages, so that they open
// without signal. Reads only: acts are kept by offline.js. What a signed-out phone kept is thrown away.

const FILES = "hourhand-files-1";
const PAGES = "hourhand-pages-1";
const KEEP_PAGES = [/^\/worker(\/|$)/, /^\/recruiter(\/|$)/];
const PATIENCE = 6000;
const OWN = [
  "/static/css/tokens.css", "/static/css/base.css", "/static/css/components.css", "/static/css/stories.css", "/static/css/grid.css",
  "/static/css/phone.css", "/static/css/pages.css", "/static/css/print.css", "/static/img/icons.svg", "/static/img/mark.svg",
  "/static/js/app.js", "/static/js/aloud.js", "/static/js/clock.js", "/static/js/desk.js", "/static/js/dialogs.js", "/static/js/forms.js",
  "/static/js/offline.js", "/static/js/poll.js", "/static/js/sentence.js", "/static/js/store.js", "/static/js/theme.js", "/static/js/times.js",
  "/static/js/toasts.js", "/static/js/words.js",
];

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(FILES).then((cache) => Promise.allSettled(OWN.map((path) => cache.add(path)))).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const wanted = new Set([FILES, PAGES]);
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((n) => !wanted.has(n)).map((n) => caches.delete(n)))).then(() => self.clients.claim()));
});

// Our own files: from the network while there is one (a new version shows at once), else as kept.
async function file(request) {
  const cache = await caches.open(FILES);
  try {
    const fresh = await patient(request);
    if (fresh.ok) await cache.put(request, fresh.clone());
    return fresh;
  } catch {
    return (await cache.match(request, { ignoreSearch: true })) ?? Response.error();
  }
}

function patient(request) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("slow")), PATIENCE);
    fetch(request).then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

// A kept page says that it is one: its clock shows when it was made (clock.js).
async function marked(kept) {
  const text = await kept.text();
  return new Response(text.replace("<body ", "<body data-kept "), { headers: kept.headers });
}

async function page(request) {
  const cache = await caches.open(PAGES);
  try {
    const fresh = await patient(request);
    if (fresh.ok && !fresh.redirected && (fresh.headers.get("content-type") ?? "").includes("text/html")) await cache.put(request, fresh.clone());
    return fresh;
  } catch {
    const kept = (await cache.match(request)) ?? (await cache.match("/worker"));
    return kept ? marked(kept) : Response.error();
  }
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (/^\/(sign-out|sign-in|logout|login)\b/.test(url.pathname)) { event.waitUntil(caches.delete(PAGES)); return; }
  if (request.method !== "GET") return;
  if (url.pathname.startsWith("/static/")) { event.respondWith(file(request)); return; }
  if (request.mode === "navigate" && KEEP_PAGES.some((path) => path.test(url.pathname))) event.respondWith(page(request));
});
