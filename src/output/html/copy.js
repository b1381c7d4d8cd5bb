
"use strict";
// What can be pasted gets a button that copies it; without a clipboard, or without a script, there is none.
for (const paste of document.querySelectorAll(".paste")) {
  if (!navigator.clipboard) break;
  const text = paste.querySelector("pre");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = "Copy";
  button.setAttribute("aria-label", `Copy the text for ${paste.closest(".card").querySelector(".code").textContent}`);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.textContent);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(text);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  paste.append(button);
}
