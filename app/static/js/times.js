// What moves with time: rings each second; relative times, dial hands and the board's line every half minute.
import { elapsed, serverNow } from "./clock.js";
import { leftInWords } from "./words.js";

const rings = new WeakMap();

function secondsLeft(ring) {
  let seen = rings.get(ring);
  if (!seen || seen.text !== ring.dataset.left) {  // new, or refreshed in place by a poll
    seen = { text: ring.dataset.left, at: elapsed() };
    rings.set(ring, seen);
  }
  return Math.max(0, Number(seen.text) - (elapsed() - seen.at));
}

function turnRings() {
  for (const ring of document.querySelectorAll("[data-ring]")) {
    const left = secondsLeft(ring);
    const share = Math.min(1, left / Math.max(1, Number(ring.dataset.total)));
    ring.querySelector(".fg").setAttribute("stroke-dashoffset", (100 - 100 * share).toFixed(1));
    const text = leftInWords(left);
    const face = ring.querySelector("b");
    if (face.textContent !== text) {
      face.textContent = text;
      ring.setAttribute("aria-label", `${ring.dataset.label} ${text}`);
    }
    if (left === 0 && !ring.classList.contains("over")) {
      ring.classList.add("over");
      ring.dispatchEvent(new CustomEvent("hourhand:over", { bubbles: true }));
    }
  }
}

const relative = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always", style: "short" });

function refreshRelative() {
  const now = serverNow().getTime();
  for (const time of document.querySelectorAll("time[data-when]")) {
    const minutes = Math.round((Date.parse(time.dateTime) - now) / 60000);
    if (minutes !== 0 && Math.abs(minutes) < 60) time.textContent = relative.format(minutes, "minute");
  }
}

function turnHands() {
  for (const hand of document.querySelectorAll("[data-hand]")) {
    const first = (hand.dataset.first ??= /rotate\(([\d.]+)/.exec(hand.getAttribute("transform"))[1]);
    hand.setAttribute("transform", `rotate(${((Number(first) + elapsed() / 120) % 360).toFixed(1)} 24 24)`);
  }
}

function moveNowline() {
  for (const line of document.querySelectorAll("[data-nowline]")) {
    const minute = Number(line.dataset.nowline) + elapsed() / 60;
    line.style.left = `${Math.min(100, Math.max(0, ((minute - 420) * 100) / 840))}%`;
    line.querySelector("b").textContent = `${Math.floor(minute / 60) % 24}:${String(Math.floor(minute % 60)).padStart(2, "0")}`;
  }
}

export function start() {
  const slow = () => { refreshRelative(); turnHands(); moveNowline(); };
  setInterval(turnRings, 1000);
  setInterval(slow, 30000);
  document.addEventListener("htmx:afterSwap", () => { turnRings(); slow(); });
}
