// Choosing a place with a pin: click or tap, drag, or arrow keys on the focused map. Writes WGS-84 into two named inputs.

const STEP_PX = 12, FAR_PX = 80;
const WAYS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

function inputsOf(element) {
  const [lat, lon] = (element.dataset.pick || "lat lon").split(/[\s,]+/), scope = element.closest("form") || document;
  return [lat || "lat", lon || "lon"].map((name) => scope.querySelector(`[name="${CSS.escape(name)}"]`));
}

function pinIcon(L) {
  const pin = document.createElement("span");
  pin.className = "mk-pin";
  return L.divIcon({ html: pin, className: "mk-icon", iconSize: [44, 44], iconAnchor: [22, 40] });
}

export class Picker {
  constructor(L, map, element, datum, words) {
    Object.assign(this, { L, map, element, datum, words, marker: null });
    [this.latInput, this.lonInput] = inputsOf(element);
    map.keyboard.disable();
    element.tabIndex = 0;
    element.setAttribute("role", "application");   // arrow keys belong to the pin here
    map.on("click", (event) => this.put(event.latlng));
    element.addEventListener("keydown", (event) => this.key(event));
    const change = () => this.fromInputs();
    [this.latInput, this.lonInput].forEach((input) => input && input.addEventListener("change", change));
    this.spoken = document.createElement("p");
    this.spoken.className = "vh"; this.spoken.setAttribute("role", "status");
    element.after(this.spoken);
    this.fromInputs();
  }

  fromInputs() {
    const lat = Number.parseFloat(this.latInput?.value), lon = Number.parseFloat(this.lonInput?.value);
    if (!Number.isFinite(lat) || !Number.isFinite(lon)) return;
    const at = this.datum.place(lat, lon);
    this.draw(this.L.latLng(at));
    this.map.setView(at, Math.max(this.map.getZoom() || 0, 15), { animate: false });   // Leaflet drops a view asked for while it animates another
  }

  key(event) {
    if (event.target.closest("a, button, .leaflet-control")) return;
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); this.put(this.marker ? this.marker.getLatLng() : this.map.getCenter()); return; }
    if (event.key === "+" || event.key === "=") { this.map.zoomIn(); return; }
    if (event.key === "-") { this.map.zoomOut(); return; }
    const way = WAYS[event.key];
    if (!way) return;
    event.preventDefault();
    const step = event.shiftKey ? FAR_PX : STEP_PX, from = this.marker ? this.marker.getLatLng() : this.map.getCenter();
    const at = this.map.latLngToContainerPoint(from).add([way[0] * step, way[1] * step]);
    this.put(this.map.containerPointToLatLng(at));
  }

  draw(latlng) {
    if (this.marker) { this.marker.setLatLng(latlng); return; }
    this.marker = this.L.marker(latlng, { icon: pinIcon(this.L), draggable: true, autoPan: true, keyboard: false, zIndexOffset: 1000 }).addTo(this.map);
    const pin = this.marker.getElement();
    pin?.setAttribute("role", "img");   // a name belongs to a role
    pin?.setAttribute("aria-label", this.words.pin);
    this.marker.on("dragend", () => this.put(this.marker.getLatLng()));
  }

  put(latlng) {
    this.draw(latlng);
    if (!this.map.getBounds().pad(-.1).contains(latlng)) this.map.panTo(latlng, { animate: false });
    const [lat, lon] = this.datum.read(latlng.lat, latlng.lng).map((n) => n.toFixed(5));
    this.write(this.latInput, lat);
    this.write(this.lonInput, lon);
    this.spoken.textContent = this.words.pinAt.replace("{lat}", lat).replace("{lon}", lon);
    this.element.dispatchEvent(new CustomEvent("map:pick", { bubbles: true, detail: { lat: Number(lat), lon: Number(lon) } }));
  }

  write(input, value) {
    if (!input) return;
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  redraw(datum) {
    this.datum = datum;
    this.fromInputs();
  }
}
