// Maps: every <div class="map-canvas" data-map> becomes a Leaflet map over our own drawn streets. See docs/city.md for the attributes.

import { basemapLayer, loadBasemap } from "./map-basemap.js";
import { datumOf } from "./map-datum.js";
import { Marks } from "./map-marks.js";
import { Picker } from "./map-pick.js";

const here = (path) => new URL(path, import.meta.url).href;
const maps = new Map();

function words() {
  const spoken = document.getElementById("words")?.dataset || {};
  return {
    zoomIn: spoken.zoomIn || "Zoom in", zoomOut: spoken.zoomOut || "Zoom out", pin: spoken.pin || "The pin",
    pinAt: spoken.pinAt || "Pin at {lat}, {lon}",
  };
}

function styled(path) {
  const href = here(path);
  if ([...document.styleSheets].some((sheet) => sheet.href === href)) return Promise.resolve();
  const existing = [...document.querySelectorAll("link[rel=stylesheet]")].find((link) => link.href === href);
  const link = existing || Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  return new Promise((done) => {
    link.addEventListener("load", done, { once: true }); link.addEventListener("error", done, { once: true });
    if (!existing) document.head.prepend(link);
  });
}

function script(path) {
  return new Promise((done, failed) => {
    const tag = document.createElement("script");
    tag.nonce = document.querySelector("script[nonce]")?.nonce || "";
    tag.src = here(path); tag.onload = done; tag.onerror = failed;
    document.head.append(tag);
  });
}

let leaflet = null;
function needLeaflet() {
  leaflet ||= window.L ? Promise.resolve(window.L)
    : script("../vendor/leaflet/leaflet.js").catch(() => script("../vendor/leaflet/dist/leaflet.js")).then(() => window.L);
  return leaflet;
}

function dataIn(element) {
  const inside = element.querySelector("script[data-map-data]"), text = inside?.textContent || element.dataset.points;
  return text ? JSON.parse(text) : null;
}

class LiveMap {
  constructor(L, element, base) {
    Object.assign(this, { L, element, base, etag: null, touched: false });
    const gcj = Boolean(element.dataset.tileUrl) && element.dataset.datum === "gcj02";
    this.datum = datumOf(gcj ? "gcj02" : "wgs84");
    const first = dataIn(element);
    this.map = L.map(element, {
      zoomControl: false, attributionControl: false, zoomSnap: .25, zoomDelta: .5, wheelPxPerZoomLevel: 120, minZoom: 9, maxZoom: 19,
      zoomAnimation: !matchMedia("(prefers-reduced-motion: reduce)").matches, scrollWheelZoom: !element.dataset.quiet, dragging: !element.dataset.still, keyboard: !element.dataset.still,
    });
    this.map.setView(this.datum.place(...this.base.head.centre), Number(element.dataset.zoom) || 12);
    this.map.on("dragstart zoomstart", (event) => { if (event.type === "dragstart" || this.ready) this.touched = true; });
    const mood = () => { element.dataset.zoomed = this.map.getZoom() < 12 ? "far" : "near"; };
    this.map.on("zoomend", mood);
    mood();
    this.controls();
    this.ground(gcj);
    this.marks = new Marks(L, this.map, element, this.datum);
    if (first) this.show(first);
    if (element.hasAttribute("data-pick")) this.picker = new Picker(L, this.map, element, this.datum, words());
    if (element.dataset.src) this.poll();
    this.watch = new ResizeObserver(() => { this.map.invalidateSize({ pan: false }); if (!this.touched) this.fit(); });
    this.watch.observe(element);
    this.ready = true;
    element.dataset.ready = "1";
    performance.mark("map-ready");
  }

  ground(gcj) {
    const url = this.element.dataset.tileUrl;
    if (!url) { this.streets(); return; }
    let good = 0, bad = 0;
    const tiles = this.L.tileLayer(url, { maxZoom: 19 }).addTo(this.map);
    tiles.on("tileload", () => { good++; }).on("tileerror", () => {
      if (++bad < 4 || good) return;
      tiles.remove(); this.streets();
      if (gcj) { this.datum = datumOf("wgs84"); this.marks.redraw(this.datum); this.picker?.redraw(this.datum); }
    });
  }

  streets() {
    this.layer = basemapLayer(this.L, this.base, this.element).addTo(this.map);
    const chinese = document.documentElement.lang.startsWith("zh");
    for (const label of this.base.head.labels) {
      const word = document.createElement("span");
      word.className = `ml ml-${label.kind}`; word.textContent = chinese ? label.name : label.name_en;
      if (label.turn) word.style.setProperty("--turn", `${label.turn}deg`);
      const icon = this.L.divIcon({ html: word, className: "mk-icon", iconSize: [0, 0] });
      this.L.marker(label.at, { icon, interactive: false, keyboard: false, zIndexOffset: -1000 }).addTo(this.map);
    }
  }

  controls() {
    const { L, map, element } = this, credit = element.dataset.attribution ?? this.base.head.attribution;
    if (!element.dataset.still && !element.classList.contains("short")) {
      L.control.zoom({ position: "topright", zoomInText: "+", zoomOutText: "−", zoomInTitle: words().zoomIn, zoomOutTitle: words().zoomOut }).addTo(map);
    }
    const note = L.control({ position: "bottomright" });
    note.onAdd = () => {
      const link = document.createElement("a");
      link.className = "m-credit"; link.textContent = credit; link.href = "https://www.openstreetmap.org/copyright"; link.rel = "noreferrer";
      return link;
    };
    if (credit) note.addTo(map);
  }

  show(data) {
    this.marks.show(data);
    if (!this.touched) this.fit();
  }

  fit() {
    const points = this.marks.bounds(), pad = Math.min(36, this.element.clientHeight / 7);
    if (points.length && this.element.clientHeight) this.settle(() => this.map.fitBounds(points, { paddingTopLeft: [pad, pad], paddingBottomRight: [pad * 1.3, pad], maxZoom: Number(this.element.dataset.maxZoom) || 15.5, animate: false }));
  }

  settle(move) { const before = this.ready; this.ready = false; move(); this.ready = before; }

  async poll() {
    const every = Math.max(2, Number(this.element.dataset.every) || 5) * 1000;
    if (!maps.has(this.element) && this.ready) return;
    if (!document.hidden) await this.ask().catch(() => {});
    this.timer = setTimeout(() => this.poll(), every);
  }

  async ask() {
    const headers = { Accept: "application/json", ...(this.etag ? { "If-None-Match": this.etag } : {}) };
    const answer = await fetch(this.element.dataset.src, { credentials: "same-origin", headers });
    if (answer.status !== 200) return;
    const tag = answer.headers.get("ETag"), text = await answer.text();
    if (text === this.text) return;
    this.etag = tag; this.text = text;
    this.show(JSON.parse(text));
  }

  // False when the page was morphed and took the map's inside away.
  get whole() { return this.element.isConnected && this.element.contains(this.map.getPane("mapPane")); }

  close() {
    this.watch.disconnect();
    clearTimeout(this.timer);
    maps.delete(this.element);
    if (this.whole) this.map.remove();
    else { this.map.off(); delete this.element._leaflet_id; }
    delete this.element.dataset.ready;
  }
}

async function build(element) {
  if (maps.has(element)) return;
  maps.set(element, null);
  try {
    const url = element.dataset.basemap || "/map/basemap.bin";
    const [L, base] = await Promise.all([needLeaflet(), loadBasemap(url), styled("../vendor/leaflet/leaflet.css"), styled("../css/map.css")]);
    if (element.isConnected) maps.set(element, new LiveMap(L, element, base));
  } catch (error) {
    maps.delete(element);
    element.dataset.failed = "1";   // what the map says in words stays on the page
    console.warn("map", error);
  }
}

export function buildMaps(root = document) {
  maps.forEach((live) => { if (live && !live.whole) live.close(); });
  if (root.matches?.("[data-map]")) build(root);
  root.querySelectorAll?.("[data-map]").forEach(build);
}

// For other scripts: mapOf(div).show(data), .marks.choose(code), .map (Leaflet). Null until the map is there.
export const mapOf = (element) => maps.get(element) || null;

function repaint() { requestAnimationFrame(() => maps.forEach((live) => live?.layer?.repaint())); }

new MutationObserver(repaint).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme", "class"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
document.addEventListener("htmx:afterSettle", () => buildMaps());
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => buildMaps());
else buildMaps();
