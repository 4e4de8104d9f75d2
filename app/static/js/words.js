// Words in the page's language, from <template id="words">.

/** Return a word; {name} places are filled from values. */
export function say(key, values = {}) {
  const text = document.getElementById("words")?.dataset[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_all, name) => values[name] ?? "");
}

/** "25 h", "24 min", "41 s", "over": the same steps as components/numbers.html. */
export function leftInWords(seconds) {
  if (seconds >= 172800) return say("days", { n: Math.floor(seconds / 86400) });
  if (seconds >= 7200) return say("hours", { n: Math.floor(seconds / 3600) });
  if (seconds >= 60) return say("minutes", { n: Math.floor(seconds / 60) });
  return seconds > 0 ? say("seconds", { n: Math.floor(seconds) }) : say("over");
}
