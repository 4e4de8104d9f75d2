// Small helps for forms that already work: the stepper, one send only, filters that apply at once, focus on what is wrong.

function showStep(stepper) {
  const input = stepper.querySelector("input");
  const per = Number(stepper.dataset.per) || 1;
  const value = Number(input.value);
  stepper.querySelector("output b").textContent = String(Math.round((value / per) * 100) / 100);
  stepper.querySelector('[data-by="-1"]').disabled = value <= Number(input.min);
  stepper.querySelector('[data-by="1"]').disabled = value >= Number(input.max);
}

function readySteppers(root = document) {
  for (const stepper of root.querySelectorAll("[data-stepper]:not(.ready)")) {
    stepper.classList.add("ready");
    const input = stepper.querySelector("input");
    input.classList.add("vh");
    input.tabIndex = -1;
    showStep(stepper);
  }
}

function step(button) {
  const stepper = button.closest("[data-stepper]");
  const input = stepper.querySelector("input");
  if (Number(button.dataset.by) > 0) input.stepUp(); else input.stepDown();
  showStep(stepper);
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

function sendOnce(event) {
  const form = event.target;
  if (event.defaultPrevented || form.method === "dialog" || form.method === "get") return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "1";
  event.submitter?.setAttribute("aria-busy", "true");
}

function forgetSent() {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelectorAll('[aria-busy="true"]').forEach((button) => button.removeAttribute("aria-busy"));
  }
}

export function start() {
  readySteppers();
  document.addEventListener("click", (event) => {
    const by = event.target.closest("[data-stepper] [data-by]");
    if (by) step(by);
    if (event.target.closest("[data-print]")) window.print();
  });
  document.addEventListener("submit", sendOnce);
  window.addEventListener("pageshow", forgetSent);
  document.addEventListener("htmx:afterRequest", forgetSent);
  document.addEventListener("htmx:afterSwap", (event) => readySteppers(event.target));
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-autosubmit]");
    if (form && event.target.type !== "search") form.requestSubmit();
  });
  document.querySelector("[data-focus]")?.focus();
  const open = () => document.querySelectorAll("details.why:not([open])").forEach((d) => { d.open = true; d.dataset.shut = "1"; });
  const shut = () => document.querySelectorAll("details.why[data-shut]").forEach((d) => { d.open = false; delete d.dataset.shut; });
  window.addEventListener("beforeprint", open);
  window.addEventListener("afterprint", shut);
}
