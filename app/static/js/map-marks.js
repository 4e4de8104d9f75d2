// What lies on the map: people, visits, homes, zones, routes, blurred areas. Data become DOM by textContent only.
//
// { points: [{kind, lat, lon, s, code, family, text, label, href}], zones: [{name, s, polygon}], routes: [{s, points}],
//   areas: [{lat, lon, radius_m, label}], fit: [[lat, lon], …] }     s is the sign of the design: maybe set live done move care stop.

const SVG = "http://www.w3.org/2000/svg";
const SIGNS = { stop: "M3 3l6 6M9 3l-6 6", done: "M2.5 6.5l2.4 2.4 4.6-5", care: "M6 1.5 11 10H1z" };
const ROOM = { worker: 22, visit: 13, home: 24, station: 20, compound: 4 };   // what a mark keeps to itself, pixels
const SIZES = { worker: 26, visit: 20, home: 30, station: 26, compound: 10 };

function sign(path) {
  const svg = document.createElementNS(SVG, "svg"), line = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 12 12"); svg.setAttribute("aria-hidden", "true"); line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

function piece(point) {
  const mark = document.createElement("span");
  mark.className = `mk mk-${point.kind || "visit"}`;
  mark.dataset.s = point.s || "set";
  if (point.kind === "worker") mark.textContent = [...(point.family || point.text || "?")][0];
  else if (SIGNS[point.s] && point.kind !== "compound") mark.append(sign(SIGNS[point.s]));
  return mark;
}

// Same look: then only the place is new.
const lookOf = (point) => [point.kind, point.s, point.family, point.text, point.label, point.href].join("\u0000");

function iconOf(L, point) {
  const holder = document.createElement("span"), size = SIZES[point.kind] || 20;
  holder.className = "mk-holder";
  holder.append(piece(point));
  if (point.text && point.kind !== "worker") {
    const word = document.createElement("b");
    word.className = "mk-word"; word.textContent = point.text;
    holder.append(word);
  }
  return L.divIcon({ html: holder, className: "mk-icon", iconSize: [size, size] });
}

function announce(marker, point, element) {
  const node = marker.getElement();
  if (!node) return;
  node.setAttribute("aria-label", point.label || point.text || point.family || "");
  if (point.label) node.title = point.label;
  node.setAttribute("role", point.href ? "link" : point.code ? "button" : "img");
  node.classList.toggle("chosen", Boolean(point.code) && element.dataset.chosen === point.code);
}

function choose(element, point) {
  const event = new CustomEvent("map:choose", { bubbles: true, cancelable: true, detail: point });
  if (element.dispatchEvent(event) && point.href) window.location.assign(point.href);
}

export class Marks {
  constructor(L, map, element, datum) {
    Object.assign(this, { L, map, element, datum, known: new Map(), drawn: [], now: {} });
    map.on("zoomend", () => this.spread());
  }

  at(point) { return this.datum.place(point.lat, point.lon); }

  show(data) {
    this.now = Array.isArray(data) ? { points: data } : data || {};
    this.drawn.forEach((layer) => layer.remove());
    this.drawn = [];
    (this.now.zones || []).forEach((zone) => this.zone(zone));
    (this.now.areas || []).forEach((area) => this.area(area));
    (this.now.routes || []).forEach((route) => this.route(route));
    this.points(this.now.points || []);
    this.spread();
  }

  redraw(datum) { this.datum = datum; this.known.forEach(({ marker }) => marker.remove()); this.known.clear(); this.show(this.now); }

  keep(layer) { this.drawn.push(layer.addTo(this.map)); return layer; }

  ring(pairs) { return pairs.map(([lat, lon]) => this.datum.place(lat, lon)); }

  zone(zone) {
    const shape = this.keep(this.L.polygon(this.ring(zone.polygon), { className: `mz mz-${zone.s || "set"}`, interactive: false }));
    if (!zone.name) return;
    const word = document.createElement("span");
    word.className = "mz-word"; word.textContent = zone.name;
    const icon = this.L.divIcon({ html: word, className: "mk-icon", iconSize: [0, 0] }), box = shape.getBounds();
    this.keep(this.L.marker([box.getNorth(), box.getCenter().lng], { icon, interactive: false, keyboard: false, zIndexOffset: -500 }));
  }

  area(area) {
    this.keep(this.L.circle(this.at(area), { radius: area.radius_m || 900, className: "ma", interactive: false }));
    if (area.label) this.words(this.at(area), area.label, "mz-word");
  }

  words(at, text, name) {
    const word = document.createElement("span");
    word.className = name; word.textContent = text;
    const icon = this.L.divIcon({ html: word, className: "mk-icon", iconSize: [0, 0] });
    this.keep(this.L.marker(at, { icon, interactive: false, keyboard: false }));
  }

  route(route) {
    const line = this.ring(route.points);
    this.keep(this.L.polyline(line, { className: "mr-under", interactive: false }));
    this.keep(this.L.polyline(line, { className: `mr mr-${route.s || "set"}`, interactive: false }));
  }

  points(points) {
    const gone = new Set(this.known.keys());
    points.forEach((point, index) => {
      const key = `${point.kind}:${point.code || index}`;
      gone.delete(key);
      this.point(key, point);
    });
    gone.forEach((key) => { this.known.get(key).marker.remove(); this.known.delete(key); });
  }

  point(key, point) {
    const old = this.known.get(key), look = lookOf(point);
    if (old && old.look === look) {
      old.marker.setLatLng(this.at(point)); old.point = point;
      announce(old.marker, point, this.element);
      return;
    }
    if (old) old.marker.remove();
    const live = Boolean(point.href || point.code), first = point.kind === "worker" ? 400 : 0;
    const marker = this.L.marker(this.at(point), { icon: iconOf(this.L, point), interactive: live, keyboard: live, zIndexOffset: first });
    marker.addTo(this.map);
    const entry = { marker, look, point };
    if (live) {
      marker.on("click", () => choose(this.element, entry.point));
      marker.getElement().addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault(); event.stopPropagation();
        choose(this.element, entry.point);
      });
    }
    announce(marker, point, this.element);
    this.known.set(key, entry);
  }

  // Marks that would hide one another step aside; the first keeps its place.
  spread() {
    const placed = [], far = this.element.dataset.zoomed === "far" ? .8 : 1;
    this.known.forEach(({ marker, point }) => {
      if (far < 1 && point.s === "done") return;   // not drawn from afar
      const at = this.map.latLngToLayerPoint(marker.getLatLng());
      const need = (ROOM[point.kind] || 13) * (point.s === "maybe" || point.s === "stop" ? 1.4 : 1) * far;
      const free = (x, y) => placed.every((p) => Math.hypot(p.x - x, p.y - y) >= (p.need + need) / 2);
      let [dx, dy] = [0, 0];
      for (let turn = 0; !free(at.x + dx, at.y + dy) && turn < 24; turn++) {
        const away = need * (.55 + turn / 9);
        [dx, dy] = [away * Math.cos(turn * 2.4), away * Math.sin(turn * 2.4)];
      }
      placed.push({ x: at.x + dx, y: at.y + dy, need });
      const node = marker.getElement();
      if (node) node.firstChild.style.transform = dx || dy ? `translate(${dx.toFixed(1)}px, ${dy.toFixed(1)}px)` : "";
    });
  }

  // The mark of this code stands out; an empty code: none does.
  choose(code) {
    this.element.dataset.chosen = code || "";
    this.known.forEach(({ marker, point }) => marker.getElement().classList.toggle("chosen", Boolean(code) && point.code === code));
  }

  // Everything that should be seen at once.
  bounds() {
    const { points = [], zones = [], routes = [], areas = [], fit } = this.now;
    if (fit) return this.ring(fit);
    const box = areas.flatMap((a) => { const r = (a.radius_m || 900) / 111195; return [{ lat: a.lat - r, lon: a.lon - r * 1.16 }, { lat: a.lat + r, lon: a.lon + r * 1.16 }]; });
    const lines = [...zones.map((z) => z.polygon), ...routes.map((r) => r.points)].flat();
    return [...[...points, ...box].map((p) => this.at(p)), ...this.ring(lines)];
  }
}
