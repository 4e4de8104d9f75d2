// A link with data-dialog="id" opens that dialog instead of going to its page; a press outside closes it.

export function openDialog(id) {
  const dialog = document.getElementById(id);
  if (dialog?.tagName !== "DIALOG" || dialog.open) return false;
  dialog.showModal();
  return true;
}

export function start() {
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-dialog]");
    if (opener && !event.ctrlKey && !event.metaKey && openDialog(opener.dataset.dialog)) event.preventDefault();
    if (event.target.tagName === "DIALOG") event.target.close();
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") document.querySelectorAll("details.menu[open]").forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
  });
}
