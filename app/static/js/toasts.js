// A toast can be undone for 60 seconds; it counts, then goes. It never steals the focus.

function tick() {
  for (const toast of document.querySelectorAll("[data-toast]")) {
    const left = Number(toast.dataset.seconds) - 1;
    toast.dataset.seconds = String(left);
    const face = toast.querySelector("[data-left]");
    if (face) face.textContent = String(Math.max(0, left));
    const held = toast.matches(":hover") || toast.contains(document.activeElement);
    if (left <= 0 && !(held && left > -10) && toast.closest("[data-toasts]")) toast.remove();
  }
}

/** Show a passing message at the foot of the page. */
export function toast(text, seconds = 8) {
  const place = document.querySelector("[data-toasts]");
  if (!place) return;
  const box = Object.assign(document.createElement("div"), { className: "toast" });
  box.setAttribute("role", "status");
  box.dataset.toast = "";
  box.dataset.seconds = String(seconds);
  box.append(Object.assign(document.createElement("span"), { textContent: text }));
  place.append(box);
}

export function start() { setInterval(tick, 1000); }
