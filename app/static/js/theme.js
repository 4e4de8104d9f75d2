// Appearance changes at once; the choice itself is an ordinary form to /preferences.

export function start() {
  document.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-theme-form]");
    const value = event.submitter?.value;
    if (!form || !value) return;
    event.preventDefault();
    if (value === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = value;
    form.querySelectorAll("button").forEach((button) => button.setAttribute("aria-pressed", String(button === event.submitter)));
    const body = new URLSearchParams(new FormData(form, event.submitter));
    fetch(form.action, { method: "POST", body, redirect: "manual" }).catch(() => {});
    document.dispatchEvent(new CustomEvent("hourhand:theme"));
  });
}
