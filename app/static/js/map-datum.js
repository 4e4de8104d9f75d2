// WGS-84 to GCJ-02, for maps made in China. Points arrive and leave in WGS-84; only what is drawn on such a map is moved.

const A = 6378245.0, EE = 0.006693421622965943, RAD = Math.PI / 180;

function shift(lat, lon) {
  const x = lon - 105, y = lat - 35, sin = Math.sin, pi = Math.PI;
  const wave = (20 * sin(6 * x * pi) + 20 * sin(2 * x * pi)) * 2 / 3;
  let north = -100 + 2 * x + 3 * y + .2 * y * y + .1 * x * y + .2 * Math.sqrt(Math.abs(x)) + wave;
  north += (20 * sin(y * pi) + 40 * sin(y / 3 * pi)) * 2 / 3 + (160 * sin(y / 12 * pi) + 320 * sin(y * pi / 30)) * 2 / 3;
  let east = 300 + x + 2 * y + .1 * x * x + .1 * x * y + .1 * Math.sqrt(Math.abs(x)) + wave;
  east += (20 * sin(x * pi) + 40 * sin(x / 3 * pi)) * 2 / 3 + (150 * sin(x / 12 * pi) + 300 * sin(x / 30 * pi)) * 2 / 3;
  const magic = 1 - EE * sin(lat * RAD) ** 2, root = Math.sqrt(magic);
  return [north / RAD / (A * (1 - EE) / (magic * root)), east / RAD / (A / root * Math.cos(lat * RAD))];
}

const inChina = (lat, lon) => lat >= .8293 && lat <= 55.8271 && lon >= 72.004 && lon <= 137.8347;

export function toGcj(lat, lon) {
  if (!inChina(lat, lon)) return [lat, lon];
  const [dLat, dLon] = shift(lat, lon);
  return [lat + dLat, lon + dLon];
}

export function fromGcj(lat, lon) {
  let guess = [lat, lon];
  for (let round = 0; round < 12; round++) {
    const [dLat, dLon] = shift(guess[0], guess[1]);
    guess = [lat - dLat, lon - dLon];
  }
  return inChina(guess[0], guess[1]) ? guess : [lat, lon];
}

// What a map needs to place a WGS-84 point and to read one back.
export function datumOf(name) {
  return name === "gcj02" ? { place: toGcj, read: fromGcj } : { place: (a, b) => [a, b], read: (a, b) => [a, b] };
}
