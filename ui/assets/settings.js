"use strict";
/* The board of statuses: a card stands in the column of its stage, and can be dragged into another one. */

const settings = (() => {
  const STAGES = ["not_started", "active", "waiting", "done"];
  /** @type {HTMLElement | null} */
  let dragged = null;

  /** Returns the classes of a card in a stage.
      @param {string} value */
  const stage = (value) => "status-card stage-" + value;

  /** Returns the stage whose column is under a pointer, whatever else is: the board has as many columns as stages, and what
      is beside it counts as its outermost column.
      @param {{ left: number, width: number }} box the board
      @param {number} x the pointer */
  function stageAt(box, x) {
    const place = Math.floor(((x - box.left) / box.width) * STAGES.length);
    return STAGES[Math.max(0, Math.min(STAGES.length - 1, place))];
  }

  /** @param {Element | null | undefined} board
      @param {string} [over] */
  function mark(board, over) {
    for (const head of board?.querySelectorAll(".board-head") || []) {
      head.classList.toggle("over", head.classList.contains("stage-" + over));
    }
  }

  /** @param {DragEvent} event
      @param {Element} target */
  function take(event, target) {
    dragged = target.closest(".status-card");
    if (!dragged || !event.dataTransfer) return;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", dragged.dataset.status || "");
    dragged.classList.add("dragged");
  }

  /** @param {DragEvent} event
      @param {Element} target */
  function carry(event, target) {
    const board = dragged && target.closest(".board");
    if (!board) return;
    event.preventDefault();
    mark(board, stageAt(board.getBoundingClientRect(), event.clientX));
  }

  /** @param {DragEvent} event
      @param {Element} target */
  function drop(event, target) {
    const board = target.closest(".board");
    if (!dragged || !board) return;
    event.preventDefault();
    const id = { kind: "settings-stage", name: dragged.dataset.status || "" };
    window.dash_clientside.set_props(id, { value: stageAt(board.getBoundingClientRect(), event.clientX) });
  }

  function letGo() {
    if (!dragged) return;
    dragged.classList.remove("dragged");
    mark(dragged.closest(".board"));
    dragged = null;
  }

  /** Calls once an element is there: what the server sends is drawn later, by a busy one up to half a minute.
      @param {string} selector
      @param {(found: HTMLElement) => void} call
      @param {number} [tries] */
  function whenThere(selector, call, tries = 600) {
    /** @type {HTMLElement | null} */
    const found = document.querySelector(selector);
    if (found && found.offsetParent) call(found);
    else if (tries) window.setTimeout(() => whenThere(selector, call, tries - 1), 50);
  }

  /** The field that takes the file of an import comes without a name. */
  function nameFile() {
    const name = (/** @type {HTMLElement} */ field) => field.setAttribute("aria-label", "Import a profile from a file");
    whenThere("#settings-profiles input[type=file]", name);
    return window.dash_clientside.no_update;
  }

  /** What was saved leads to the numbers, which begin at the top of their page.
      @param {unknown} told a sentence, or parts that say what is wrong */
  function toTop(told) {
    if (typeof told === "string" && told) window.scrollTo(0, 0);
    return window.dash_clientside.no_update;
  }

  /** Keeps the list of projects and the query the same, at once: whoever presses a button does not wait for Jira to have
      counted. What was said of the query before is not said of this one.
      @param {string[] | null} projects
      @param {string | null} query */
  function pair(projects, query) {
    const { no_update } = window.dash_clientside;
    if (triggeredBy("projects")) return [no_update, queryOf(projects || []), ""];
    const found = projectsOf(query || "");
    return [String(found) === String(projects || []) ? no_update : found, no_update, ""];
  }

  /** Returns the query for projects, "" for none; quoted, since a key may be a word of the language.
      @param {string[]} keys */
  function queryOf(keys) {
    const quoted = [...new Set(keys)].sort().map((key) => `"${key}"`);
    return quoted.length ? `project in (${quoted.join(", ")})` : "";
  }

  /** Returns the projects of a query that ``queryOf`` made; none for any other query.
      @param {string} query */
  function projectsOf(query) {
    const [, quoted] = /^\s*project\s+in\s*\(\s*("[^"]+"(?:\s*,\s*"[^"]+")*)\s*\)\s*$/i.exec(query) || [];
    return quoted ? [...quoted.matchAll(/"([^"]+)"/g)].map(([, key]) => key) : [];
  }

  /** Returns the address that a typed token is for: what stood beside it when it was typed, or first after that. Decided
      here, since a change of the address must not be quicker than the server.
      @param {string | null} token
      @param {string | null} url
      @param {string | null} before */
  function typedFor(token, url, before) {
    return token ? hostFor(token, url, before) || url || "" : null;
  }

  /** Returns the same of a code host, whose empty address is its own, so that none comes after it.
      @param {string | null} token
      @param {string | null} url
      @param {string | null} before */
  function hostFor(token, url, before) {
    if (!token) return null;
    return triggeredBy("token") ? url || "" : before;
  }

  /** @param {string} part of the id of what changed */
  function triggeredBy(part) {
    return window.dash_clientside.callback_context.triggered.some(({ prop_id }) => prop_id.includes(part));
  }

  /** Who follows "Connect your Jira" can type at once.
      @param {Event} _event
      @param {Element} target */
  function focusForm(_event, target) {
    if (target.closest('.banner a[href^="/settings"]')) whenThere("#settings-url", (field) => field.focus());
  }

  /** Returns which section is being read: the last one whose top has passed the upper part of the window; of those
      that begin beside each other the one that the address names, else the first.
      @param {number[]} tops of the sections, from the top of the window
      @param {number} height of the window
      @param {number} [named] by the address */
  function sectionAt(tops, height, named = -1) {
    const top = tops.filter((each) => each <= height / 3).at(-1);
    return top === undefined ? 0 : top === tops[named] ? named : tops.indexOf(top);
  }

  /** Marks the entry of the section that is being read. */
  function markSection() {
    /** @type {HTMLAnchorElement[]} */
    const entries = Array.from(document.querySelectorAll(".sections a"));
    if (!entries[0]?.offsetParent) return;
    const headings = entries.map((entry) => document.getElementById(entry.hash.slice(1)));
    // What is not shown yet lies at the very top for whoever asks.
    const tops = headings.map((heading) => {
      return heading?.offsetParent ? (heading.closest("section") ?? heading).getBoundingClientRect().top : Infinity;
    });
    // The last section may be too short to come so far up.
    const atEnd = window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 2 && window.scrollY > 0;
    const now = atEnd ? entries.length - 1 : sectionAt(tops, window.innerHeight, entries.findIndex((entry) => entry.hash === location.hash));
    const entry = entries[now];
    const row = entry?.parentElement;
    if (entry && row) row.scrollLeft = entry.offsetLeft - row.offsetLeft - 16;
    entries.forEach((entry, n) => (n === now ? entry.setAttribute("aria-current", "true") : entry.removeAttribute("aria-current")));
  }

  return { STAGES, stage, stageAt, take, carry, drop, letGo, nameFile, focusForm, sectionAt, markSection, toTop, pair, queryOf, projectsOf, typedFor,
    hostFor };
})();
