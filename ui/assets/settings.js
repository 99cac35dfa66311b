"use strict";
/* The board of statuses: a card stands in the column of its stage, and can be dragged into another one. */
(function () {
  const STAGES = ["not_started", "active", "waiting", "done"];
  let dragged = null;

  const stage = (value) => "status-card stage-" + value;

  /* Where a pointer stands, whatever is under it: the board has as many columns as stages. */
  function stageAt(board, x) {
    const box = board.getBoundingClientRect();
    const place = Math.floor(((x - box.left) / box.width) * STAGES.length);
    return STAGES[Math.max(0, Math.min(STAGES.length - 1, place))];
  }

  function mark(board, over) {
    for (const head of board.querySelectorAll(".board-head")) head.classList.toggle("over", head.classList.contains("stage-" + over));
  }

  document.addEventListener("dragstart", (event) => {
    dragged = event.target.closest && event.target.closest(".status-card");
    if (!dragged) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.status);
    dragged.classList.add("dragged");
  });
  document.addEventListener("dragover", (event) => {
    const board = dragged && event.target.closest && event.target.closest(".board");
    if (!board) return;
    event.preventDefault();
    mark(board, stageAt(board, event.clientX));
  });
  document.addEventListener("drop", (event) => {
    const board = dragged && event.target.closest && event.target.closest(".board");
    if (!board) return;
    event.preventDefault();
    const id = { kind: "settings-stage", name: dragged.dataset.status };
    window.dash_clientside.set_props(id, { value: stageAt(board, event.clientX) });
  });
  document.addEventListener("dragend", () => {
    if (!dragged) return;
    dragged.classList.remove("dragged");
    mark(dragged.closest(".board"), null);
    dragged = null;
  });

  /* Calls once an element is there: what the server sends is drawn later, and some of it much later. */
  function whenThere(selector, call, tries = 80) {
    const found = document.querySelector(selector);
    if (found && found.offsetParent) call(found);
    else if (tries) window.setTimeout(() => whenThere(selector, call, tries - 1), 50);
  }

  function nameFile() {
    whenThere("#settings-profiles input[type=file]", (field) => field.setAttribute("aria-label", "Import a profile from a file"));
    return window.dash_clientside.no_update;
  }

  /* Who follows "Connect your Jira" can type at once. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest('.banner a[href^="/settings"]');
    if (link) whenThere("#settings-url", (field) => field.focus());
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, { settings: { stage, nameFile } });
})();
