/** The only script of the console: it copies a text, and says so. Without it, the text can be selected. */
export const SCRIPT = `
for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    document.querySelector("#copied").textContent = "Copied.";
  });
}
`;
