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

  function nameFile() {
    window.setTimeout(() => {
      const field = document.querySelector("#settings-profiles input[type=file]");
      if (field) field.setAttribute("aria-label", "Import a profile from a file");
    }, 0);
    return window.dash_clientside.no_update;
  }

  /* Who follows "Connect your Jira" can type at once. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest('.banner a[href^="/settings"]');
    if (!link) return;
    const until = Date.now() + 4000;
    const focus = () => {
      const field = document.getElementById("settings-url");
      if (field && field.offsetParent) field.focus();
      else if (Date.now() < until) window.setTimeout(focus, 50);
    };
    window.setTimeout(focus, 50);
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, { settings: { stage, nameFile } });
})();
