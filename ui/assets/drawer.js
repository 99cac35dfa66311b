"use strict";
/* The drawer: it takes the focus, keeps it while it is open and gives it back; and the table of issues in it. */

const drawer = (() => {
  const STOPS = "a[href], button:not([disabled]), input:not([disabled]), select, textarea, summary, [tabindex='0']";
  /** @type {HTMLElement | null} */
  let open = null;
  /** @type {(Element & HTMLOrSVGElement) | null} */
  let opener = null;
  let fetching = false;
  /** Which rows the table was last asked for. */
  let asked = "";
  /** The columns that have something in any row. @type {string[]} */
  let filled = [];
  const STORED = "throughline-columns";
  const USUAL_ORDER = "-days";
  const KEY_WIDTH = 135;
  /** The room that a column needs, the most important first. @type {Record<string, number>} */
  const COLUMNS = Object.fromEntries([
    ...[["summary", 110], ["days", 104], ["share", 104], ["note", 170], ["type", 116], ["status", 132]],
    ...[["end", 164], ["start", 164], ["service", 116], ["priority", 104], ["labels", 140]],
  ]);
  const SUMMARY_PART = 0.28;
  /** What the server does not look through all rows for. */
  const ALWAYS = ["summary"];

  const shown = (/** @type {Element} */ each) => each.getClientRects().length > 0;

  /** @returns {HTMLElement | null} */
  function dialog() {
    /** @type {NodeListOf<HTMLElement>} */
    const all = document.querySelectorAll('[role="dialog"]');
    return Array.from(all).filter(shown).pop() || null;
  }

  /** Returns what the Tab key leads to within a dialog.
      @param {HTMLElement} box */
  function stops(box) {
    /** @type {NodeListOf<HTMLElement>} */
    const all = box.querySelectorAll(STOPS);
    return Array.from(all).filter((each) => shown(each) && each.tabIndex >= 0);
  }

  /** Returns which stop the Tab key leads to, or nothing where the browser finds the next one by itself.
      @param {number} at the place of the stop that has the focus; -1 if it is outside
      @param {number} count of stops
      @param {boolean} back whether Shift is held */
  function nextStop(at, count, back) {
    const last = count - 1;
    if (count < 1 || (at >= 0 && at !== (back ? 0 : last))) return null;
    return back ? last : 0;
  }

  /** Takes the focus and gives it back. Mantine's own trap begins when a dialog is mounted, and the drawer stays mounted. */
  function look() {
    const now = dialog();
    if (now === open) return;
    if (now && !open) opener = /** @type {HTMLElement | null} */ (document.activeElement);
    open = now;
    if (open) {
      if (!open.contains(document.activeElement)) (stops(open)[0] || open).focus();
    } else if (opener && opener.isConnected && opener !== document.body) {
      opener.focus();
    }
  }

  /** @returns {HTMLElement | null} */
  const enlarged = () => document.querySelector("dialog[open]");

  /** @param {KeyboardEvent} event */
  function keepFocus(event) {
    const box = event.key === "Tab" && (enlarged() || dialog());
    if (!box) return;
    const all = stops(box);
    const at = all.findIndex((each) => each === document.activeElement);
    // What has the focus within, without being a stop, leads to the next one by itself.
    if (at < 0 && box.contains(document.activeElement)) return;
    const next = all[nextStop(at, all.length, event.shiftKey) ?? -1];
    if (!next) return;
    event.preventDefault();
    next.focus();
  }

  /** The issue table keeps Escape to itself, where it means nothing: it closes the drawer from there, too.
      @param {KeyboardEvent} event
      @param {Element} target */
  function leaveTable(event, target) {
    if (event.key !== "Escape" || !target.closest(".ag-root")) return;
    /** @type {HTMLElement | null | undefined} */
    const close = target.closest('[role="dialog"]')?.querySelector(".mantine-Drawer-close");
    if (!close) return;
    event.stopPropagation();
    close.click();
  }

  /** Enter on the cell of a key does what a click on the key does.
      @param {KeyboardEvent} event
      @param {Element} target */
  function enterCell(event, target) {
    /** @type {HTMLElement | null} */
    const button = event.key === "Enter" && target.classList.contains("ag-cell") ? target.querySelector("button.key") : null;
    if (button) button.click();
  }

  /** Watches the drawer once it is there: opening and closing change styles and children at the end of the body. */
  function begin() {
    const box = document.getElementById("drawer") || document.querySelector(".mantine-Drawer-root");
    if (!box) {
      window.setTimeout(begin, 200);
      return;
    }
    const watch = new MutationObserver(() => window.setTimeout(look, 0));
    const changes = { attributes: true, attributeFilter: ["style", "hidden"], childList: true, subtree: true };
    watch.observe(box.parentElement || box, changes);
    look();
  }

  /** Mantine puts a <header> into drawer and dialogs, which a screen reader would take for the banner of a second page. */
  function nameHeads() {
    const heads = ["mantine-Drawer-header", "mantine-Modal-header"].map((name) => document.getElementsByClassName(name));
    const look = () => heads.forEach((found) => [...found].forEach((head) => head.setAttribute("role", "none")));
    new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true });
  }

  /** The library of the table is fetched when a drawer with rows opens for the first time. */
  function fetchTable() {
    /** @type {HTMLMetaElement | null} */
    const place = document.querySelector('meta[name="table-script"]');
    if (fetching || !place) return;
    fetching = true;
    const script = document.createElement("script");
    script.src = place.content;
    script.onload = () => window.dash_clientside.set_props("table-ready", { data: true });
    document.head.append(script);
  }

  /** Calls with the table, where it is mounted.
      @param {(api: TableApi) => void} call */
  function withTable(call) {
    if (document.querySelector("#drawer-rows .ag-root")) window.dash_ag_grid.getApiAsync("drawer-rows").then(call);
  }

  /** Returns the order of a table in the word of the address, or nothing for the usual one.
      @param {{ colId: string, sort?: "asc" | "desc" | null }[]} columns */
  function orderOf(columns) {
    const sorted = columns.find((column) => column.sort);
    const word = sorted ? (sorted.sort === "desc" ? "-" : "") + sorted.colId : USUAL_ORDER;
    return word === USUAL_ORDER ? null : word;
  }

  /** The rows come from the server page by page: where others are asked for, the pages held are of no use. Returns what the
      search shows.
      @param {Opened | null} opened
      @param {unknown} filters
      @param {unknown} revision
      @param {string | null} typed */
  function show(opened, filters, revision, typed) {
    const { panel = null, reason, find, sort = null, by, group } = opened || {};
    const now = JSON.stringify([panel, reason, find, group && by, group, filters, revision]);
    if (panel) {
      const stale = now !== asked;
      asked = now;
      withTable((api) => refresh(api, sort, stale));
    }
    const searching = document.activeElement?.id === "drawer-find";
    return searching || (find || "") === (typed || "") ? window.dash_clientside.no_update : find || "";
  }

  /** Another order asks for the rows by itself.
      @param {TableApi} api
      @param {string | null} sort
      @param {boolean} stale */
  function refresh(api, sort, stale) {
    if (orderOf(api.getColumnState()) !== sort) {
      const word = sort || USUAL_ORDER;
      const state = [{ colId: word.replace("-", ""), sort: word.startsWith("-") ? "desc" : "asc" }];
      api.applyColumnState({ state, defaultState: { sort: null } });
    }
    if (stale) api.purgeInfiniteCache();
  }

  /** @param {string | null} words */
  function find(words) {
    const { panel, find: now } = address.read(window.location.search);
    if (panel && (words || "").trim() !== (now || "")) pages.amend({ find: (words || "").trim() || null });
  }

  /** The address says how the table is sorted, so that a link shows the same.
      @param {{ sortModel?: { colId: string, sort: "asc" | "desc" }[] } | null} request */
  function keepOrder(request) {
    if (!request?.sortModel?.length) return;
    const word = orderOf(request.sortModel);
    const { panel, sort } = address.read(window.location.search);
    if (panel && word !== sort) pages.go({ sort: word });
  }

  /** Opens what a number is made of.
      @param {HTMLElement} button */
  const openPanel = ({ dataset }) => pages.go({ ...address.CLOSED, panel: dataset.name || null });

  /** Shows the rows that were left out for one reason; without one those that count.
      @param {HTMLElement} button */
  const chooseReason = ({ dataset }) => pages.go({ reason: dataset.name || null });

  /** Shows the history of an issue; without one none.
      @param {HTMLElement} button */
  const showIssue = ({ dataset }) => pages.go({ issue: dataset.name || null });

  /** @param {HTMLElement} button */
  function breakDown({ dataset }) {
    const { by } = address.read(window.location.search);
    pages.go({ by: by === dataset.name ? null : dataset.name || null, group: null });
  }

  /** @param {HTMLElement} button */
  function chooseGroup({ dataset }) {
    const { group } = address.read(window.location.search);
    pages.go({ group: group === dataset.name ? null : dataset.name || null });
  }

  /** @param {HTMLElement} button */
  const copy = ({ dataset }) => shell.copy(dataset.text || "", dataset.said);

  /** Returns the columns that somebody chose; nothing where they leave it to the room that there is.
      @returns {string[] | null} */
  function chosenColumns() {
    const kept = window.localStorage.getItem(STORED);
    return kept === null ? null : kept.split(",").filter(Boolean);
  }

  /** Returns the columns that are shown: those chosen, or as many as there is room for, the important ones first. What has
      nothing in any row takes no room.
      @param {string[] | null} chosen
      @param {string[]} filled
      @param {number} width of the table, less that of its keys */
  function columnsShown(chosen, filled, width) {
    const some = Object.keys(COLUMNS).filter((name) => filled.includes(name) || ALWAYS.includes(name));
    if (chosen) return some.filter((name) => chosen.includes(name));
    let room = width;
    return some.filter((name) => {
      room -= name === "summary" ? Math.max(COLUMNS[name] || 0, width * SUMMARY_PART) : COLUMNS[name] || 0;
      return room >= 0 || name === "summary";
    });
  }

  /** Lets the table show what has something to say and fits.
      @param {string[] | null} names of the columns that have */
  function fit(names) {
    if (!names) return;
    filled = names;
    // The rows came with them, and are drawn first.
    window.setTimeout(() => withTable(lay), 50);
  }

  /** @param {TableApi} api */
  function lay(api) {
    const width = document.getElementById("drawer-rows")?.clientWidth || 0;
    const shown = columnsShown(chosenColumns(), filled, width - KEY_WIDTH);
    // Before the others, which share the room that it leaves.
    api.autoSizeColumns(["key"]);
    api.setColumnsVisible(Object.keys(COLUMNS).filter((name) => !shown.includes(name)), false);
    api.setColumnsVisible(shown, true);
    for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll('[data-action="column"]'))) {
      button.setAttribute("aria-pressed", String(shown.includes(button.dataset.name || "")));
    }
  }

  /** Shows or hides a column, and remembers what is shown now.
      @param {HTMLElement} button */
  function chooseColumn(button) {
    const turned = button.getAttribute("aria-pressed") !== "true";
    const name = button.dataset.name || "";
    /** @type {NodeListOf<HTMLElement>} */
    const pressed = document.querySelectorAll('[data-action="column"][aria-pressed="true"]');
    const before = Array.from(pressed).map(({ dataset }) => dataset.name || "");
    const after = turned ? [...before, name] : before.filter((each) => each !== name);
    window.localStorage.setItem(STORED, after.join(","));
    withTable(lay);
  }

  /** A click beside the key opens the history of the row's issue; the key itself is a button.
      @param {{ rowId?: string, colId?: string } | null} cell */
  function chooseRow(cell) {
    if (cell && address.isKey(cell.rowId) && cell.colId !== "key") pages.go({ issue: cell.rowId });
  }

  /** Returns the address of an issue in Jira if a browser may follow it, else nothing.
      @param {TableCell["data"]} row */
  const linkOf = (row) => (row && /^https?:\/\//.test(row.url || "") ? row.url : undefined);

  /** A key opens the history of its issue here; the arrow beside it leads to Jira.
      @param {TableCell} props */
  function issueLink({ value: key = "", data }) {
    if (!address.isKey(key)) return key;
    const show = () => pages.go({ issue: key });
    const button = { type: "button", className: "key", title: "Show its history", onClick: show };
    const opens = React.createElement("button", button, key);
    const href = linkOf(data), title = "Open " + key + " in Jira";
    const cell = { className: "key-cell" };
    if (!href) return React.createElement("span", cell, opens);
    const link = { href, target: "_blank", rel: "noopener noreferrer", title, "aria-label": title, className: "jira" };
    return React.createElement("span", cell, opens, React.createElement("a", link, "\u2197"));
  }

  return {
    ...{ nextStop, linkOf, begin, nameHeads, keepFocus, leaveTable, enterCell, fetchTable, chooseRow, issueLink },
    ...{ show, find, keepOrder, orderOf, openPanel, chooseReason, showIssue, breakDown, chooseGroup, chooseColumn, columnsShown, copy, fit },
  };
})();
