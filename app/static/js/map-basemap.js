// The drawn map: reads /map/basemap.bin (see geo/basemap.py) and paints it into canvas tiles with the page's own colours.

const BUCKET_ZOOM = 13;
// Width in pixels at zoom 10, 12, 14, 16, 18; the first zoom at which it is drawn; whether it has an edge.
const WIDE = [1.3, 2.4, 4.6, 9.5, 22], MAIN = [.9, 2, 4, 8.5, 20], MIDDLE = [.5, 1.4, 3.2, 7, 17];
const LOOKS = {
  motorway: [WIDE, 0], trunk: [WIDE, 0], primary: [MAIN, 0], secondary: [MIDDLE, 10],
  tertiary: [[0, .9, 2.4, 5.5, 14], 12], unclassified: [[0, .6, 1.7, 4.5, 11], 12], residential: [[0, .6, 1.6, 4.5, 11], 12],
  living_street: [[0, .4, 1.2, 3.5, 9], 13], pedestrian: [[0, .3, .9, 2.5, 6], 14],
};

function lookOf(name) {
  const link = name.endsWith("_link"), [widths, from] = LOOKS[link ? name.slice(0, -5) : name];
  return { widths: link ? widths.map((w) => w * .66) : widths, from: link ? Math.max(from, 12) : from, edged: widths[0] > 0 };
}

function widthAt(widths, zoom) {
  const at = Math.min(Math.max((zoom - 10) / 2, 0), 3.999), low = Math.floor(at);
  return widths[low] + (widths[low + 1] - widths[low]) * (at - low);
}

// One way of telling positions: parts of the whole mercator square, counted from the city's middle to keep digits.
export const mercator = (lat, lon) => {
  const sin = Math.sin(lat * Math.PI / 180);
  return [(lon + 180) / 360, .5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)];
};

export function decode(buffer) {
  const bytes = new Uint8Array(buffer), text = new TextDecoder();
  if (text.decode(bytes.subarray(0, 4)) !== "HHB1") throw new Error("not a basemap");
  const size = new DataView(buffer).getUint32(4, true), head = JSON.parse(text.decode(bytes.subarray(8, 8 + size)));
  let at = 8 + size, [lat, lon] = head.origin;
  const number = () => {
    let value = 0, scale = 1, byte;
    do { byte = bytes[at++]; value += (byte & 127) * scale; scale *= 128; } while (byte > 127);
    return value;
  };
  const step = () => { const z = number(); return z % 2 ? -(z + 1) / 2 : z / 2; };
  const [x0, y0] = mercator(head.centre[0], head.centre[1]);
  const line = () => {
    const points = new Float32Array(2 * (number() + 2));
    for (let i = 0; i < points.length; i += 2) {
      lat += step(); lon += step();
      const [x, y] = mercator(lat / 1e5, lon / 1e5);
      points[i] = x - x0; points[i + 1] = y - y0;
    }
    return points;
  };
  const classes = head.classes.map(([name, count]) => ({ ...lookOf(name), lines: Array.from({ length: count }, line) }));
  const waters = head.waters.map((kind) => ({ kind, ring: line() }));
  return { head, x0, y0, classes, waters, buckets: fill(classes, x0, y0) };
}

// Which ways touch which square of zoom 13, with a margin for their width.
function fill(classes, x0, y0) {
  const buckets = new Map(), scale = 2 ** BUCKET_ZOOM, margin = 12 / 256;
  classes.forEach((kind, rank) => kind.lines.forEach((line) => {
    let west = Infinity, east = -Infinity, north = Infinity, south = -Infinity;
    for (let i = 0; i < line.length; i += 2) {
      west = Math.min(west, line[i]); east = Math.max(east, line[i]);
      north = Math.min(north, line[i + 1]); south = Math.max(south, line[i + 1]);
    }
    for (let x = Math.floor((west + x0) * scale - margin); x <= (east + x0) * scale + margin; x++) {
      for (let y = Math.floor((north + y0) * scale - margin); y <= (south + y0) * scale + margin; y++) {
        const key = x * 65536 + y;
        if (!buckets.has(key)) buckets.set(key, classes.map(() => []));
        buckets.get(key)[rank].push(line);
      }
    }
  }));
  return buckets;
}

function linesIn(base, coords) {
  const spread = 2 ** (BUCKET_ZOOM - coords.z);
  if (spread <= 1) {
    const key = Math.floor(coords.x * spread) * 65536 + Math.floor(coords.y * spread);
    return base.buckets.get(key);
  }
  const sets = base.classes.map(() => new Set());
  for (let x = coords.x * spread; x < (coords.x + 1) * spread; x++) {
    for (let y = coords.y * spread; y < (coords.y + 1) * spread; y++) {
      (base.buckets.get(x * 65536 + y) || []).forEach((lines, rank) => lines.forEach((line) => sets[rank].add(line)));
    }
  }
  return sets;
}

export function inks(element) {
  const style = getComputedStyle(element), read = (name) => style.getPropertyValue(name).trim();
  return { land: read("--land"), road: read("--road"), edge: read("--road-edge"), water: read("--water"), park: read("--park") };
}

export function paint(canvas, base, coords, ink, ratio) {
  const pen = canvas.getContext("2d"), scale = 256 * ratio * 2 ** coords.z;
  const left = (base.x0 * 2 ** coords.z - coords.x) * 256 * ratio, top = (base.y0 * 2 ** coords.z - coords.y) * 256 * ratio;
  const trace = (line) => {
    pen.moveTo(line[0] * scale + left, line[1] * scale + top);
    for (let i = 2; i < line.length; i += 2) pen.lineTo(line[i] * scale + left, line[i + 1] * scale + top);
  };
  pen.fillStyle = ink.land;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  for (const water of base.waters) {
    pen.beginPath(); trace(water.ring); pen.closePath();
    pen.fillStyle = water.kind === "island" ? ink.park : ink.water;
    pen.fill();
  }
  const lines = linesIn(base, coords);
  if (!lines) return;
  pen.lineJoin = pen.lineCap = "round";
  const stroke = (rank, width, colour) => {
    pen.beginPath(); lines[rank].forEach(trace);
    pen.lineWidth = width * ratio; pen.strokeStyle = colour; pen.stroke();
  };
  const shown = base.classes.map((kind, rank) => ({ ...kind, rank, width: widthAt(kind.widths, coords.z) }));
  const drawn = shown.filter((kind) => coords.z >= kind.from && kind.width > 0).reverse();
  for (const kind of drawn) {
    if (kind.edged ? kind.width > 1.2 : kind.width > 3) stroke(kind.rank, kind.width + 1.6, ink.edge);
  }
  for (const kind of drawn) stroke(kind.rank, kind.width, ink.road);
}

let loading = null;

export function loadBasemap(url) {
  loading ||= fetch(url, { credentials: "same-origin" }).then((answer) => {
    if (!answer.ok) throw new Error(`basemap: ${answer.status}`);
    return answer.arrayBuffer();
  }).then(decode);
  loading.catch(() => { loading = null; });
  return loading;
}

export function basemapLayer(L, base, element) {
  const Layer = L.GridLayer.extend({
    createTile(coords) {
      const tile = document.createElement("canvas"), ratio = Math.min(window.devicePixelRatio || 1, 2);
      tile.width = tile.height = 256 * ratio;
      paint(tile, base, coords, this.ink ||= inks(element), ratio);
      return tile;
    },
    repaint() { this.ink = inks(element); this.redraw(); },
  });
  return new Layer({ minZoom: 9, maxZoom: 19, keepBuffer: 1, updateWhenZooming: false });
}
