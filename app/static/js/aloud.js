// Read the page aloud, in its language, a little slower than speech. A second press stops.
import { say } from "./words.js";

const SKIP = "[aria-hidden=true], .vh, .map-canvas, [data-map], nav, .foot, template, script, [hidden], details:not([open]) > :not(summary)";

function sentences(root) {
  const texts = [];
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) { if (node.data.trim()) texts.push(node.data.trim()); return; }
    if (node.nodeType !== Node.ELEMENT_NODE || node.matches(SKIP)) return;
    const name = node.getAttribute("role") === "img" ? node.getAttribute("aria-label") : null;
    if (name) { texts.push(name); return; }
    node.childNodes.forEach(walk);
    if (/^(block|flex|grid|list-item)$/.test(getComputedStyle(node).display)) texts.push("\n");
  };
  walk(root);
  return texts.join(" ").split("\n").map((line) => line.replace(/\s+/g, " ").trim()).filter(Boolean);
}

function speak(button) {
  const speech = window.speechSynthesis;
  const label = button.lastChild;
  const word = label.textContent;
  const lines = [document.querySelector(".topbar h1")?.textContent ?? "", ...sentences(document.querySelector(button.dataset.readAloud))].filter(Boolean);
  const lang = document.documentElement.lang;
  const voice = speech.getVoices().find((v) => v.lang.replace("_", "-").startsWith(lang.slice(0, 2)));
  const done = () => { button.setAttribute("aria-pressed", "false"); label.textContent = word; };
  button.setAttribute("aria-pressed", "true");
  label.textContent = say("stopReading");
  lines.forEach((line, at) => {
    const said = new SpeechSynthesisUtterance(line);
    Object.assign(said, { lang, rate: 0.9, voice: voice ?? null });
    if (at === lines.length - 1) said.onend = done;
    said.onerror = done;
    speech.speak(said);
  });
}

export function start() {
  const buttons = document.querySelectorAll("[data-read-aloud]");
  if (!("speechSynthesis" in window)) { buttons.forEach((button) => { button.hidden = true; }); return; }
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-read-aloud]");
    if (!button) return;
    if (button.getAttribute("aria-pressed") === "true") window.speechSynthesis.cancel(); else speak(button);
  });
  window.addEventListener("pagehide", () => window.speechSynthesis.cancel());
}
