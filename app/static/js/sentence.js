// The request form's sentence fills itself: each <span data-fills="name"> shows what is chosen for that field,
// and the dial beside it turns. A choice says its words with data-say, else by its own label.

function chosenIn(form, name) {
  const fields = [...form.elements].filter((field) => field.name === name);
  return fields.find((field) => (field.type === "radio" || field.type === "checkbox" ? field.checked : true));
}

function wordsOf(field) {
  if (!field) return "";
  if (field.tagName === "SELECT") {
    const option = field.selectedOptions[0];
    return option?.value ? option.dataset.say || option.textContent.trim() : "";
  }
  if (field.dataset.say) return field.dataset.say;
  if (field.type === "radio" || field.type === "checkbox") return field.closest("label")?.querySelector("b")?.textContent ?? "";
  return field.value;
}

function fill(form) {
  for (const blank of document.querySelectorAll(`[data-fills][data-form="${form.id}"]`)) {
    const words = blank.dataset.fills.split(" ").map((name) => wordsOf(chosenIn(form, name))).filter(Boolean);
    blank.textContent = words.length ? words.join(blank.dataset.between ?? " ") : blank.dataset.empty;
    blank.classList.toggle("open", !words.length);
  }
}

function turnDial(form) {
  const dial = document.querySelector(`[data-dial-for="${form.id}"] .dial-arc`);
  const start = chosenIn(form, form.dataset.startField ?? "start")?.dataset.clock;
  const minutes = Number(chosenIn(form, form.dataset.minutesField ?? "minutes")?.value ?? 0);
  if (!dial || !start || !minutes) return;
  const [hour, minute] = start.split(":").map(Number);
  const long = Math.min(11.99, minutes / 60);
  dial.setAttribute("stroke-dasharray", `${long.toFixed(3)} ${(12 - long).toFixed(3)}`);
  dial.setAttribute("stroke-dashoffset", (-((hour % 12) + minute / 60)).toFixed(3));
}

// On a slow line the answer to one choice comes after the next choice has been made: it would undo it, so it is let go.
function keepNewer(form) {
  let newer = false;
  form.addEventListener("change", () => { newer = true; }, true);
  form.addEventListener("htmx:beforeRequest", () => { newer = false; });
  form.addEventListener("htmx:beforeSwap", (event) => { if (newer) event.detail.shouldSwap = false; });
}

export function start() {
  for (const form of document.querySelectorAll("form[data-sentence]")) {
    keepNewer(form);
    const refresh = () => { fill(form); turnDial(form); };
    form.addEventListener("change", refresh);
    document.addEventListener("htmx:afterSwap", refresh);
    refresh();
  }
}
