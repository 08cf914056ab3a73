import { upload } from "./upload.js";

document.querySelectorAll("form[data-upload]").forEach(upload);
document.querySelectorAll("[data-open-dialog]").forEach((button) => {
  const dialog = document.getElementById(button.dataset.openDialog);
  if (dialog) button.addEventListener("click", (event) => { event.preventDefault(); dialog.showModal(); });
});
document.querySelectorAll("dialog [data-close-dialog]").forEach((button) => button.addEventListener("click", () => button.closest("dialog").close()));
