"use strict";
/* Connects the other files of this folder to the page. It does nothing else, and they do nothing when they are loaded. */
(() => {
  /** Calls with the element on which something happens; the document and text are not asked.
      @template {keyof DocumentEventMap} Name
      @param {Name} name
      @param {(event: DocumentEventMap[Name], target: Element) => void} call
      @param {boolean} [first] whether the element itself hears of it later */
  function on(name, call, first = false) {
    /** @param {DocumentEventMap[Name]} event */
    function heard(event) {
      if (event.target instanceof Element) call(event, event.target);
    }
    document.addEventListener(name, heard, first);
  }

  /** What the buttons with `data-action` do.
      @type {Record<string, (button: HTMLElement) => void>} */
  const ACTIONS = {
    table: charts.table,
    scale: charts.scale,
    retry: charts.retry,
    menu: menus.toggle,
    png: pictures.save,
    enlarge: pictures.enlarge,
    shrink: pictures.shrink,
    share: shell.share,
    link: shell.link,
    sheet: shell.sheet,
    sync: shell.order,
    cancel: shell.order,
    refetch: shell.order,
    "ask-now": shell.order,
    back: () => pages.step("back"),
    on: () => pages.step("on"),
    calendar: calendar.open,
    open: drawer.openPanel,
    reason: drawer.chooseReason,
    issue: drawer.showIssue,
    by: drawer.breakDown,
    group: drawer.chooseGroup,
    column: drawer.chooseColumn,
    compare: compare.choose,
    evidence: compare.evidence,
    copy: drawer.copy,
    events: marks.open,
    happened: marks.happened,
    views: marks.views,
    present: present.start,
    pause: present.pause,
    "present-end": present.end,
    mark: marks.mark,
    week: forecast.week,
    record: forecast.record,
    stay: () => savebar.answer(false),
    giveup: () => savebar.answer(true),
  };

  /** @param {Event} _event
      @param {Element} target */
  function act(_event, target) {
    /** @type {HTMLElement | null} */
    const button = target.closest("[data-action]");
    if (button) ACTIONS[button.dataset.action || ""]?.(button);
  }

  on("keydown", drawer.keepFocus, true);
  on("keydown", drawer.leaveTable, true);
  on("keydown", drawer.enterCell);
  on("keydown", shell.escape);
  on("keydown", marks.escape);
  on("keydown", present.key);
  on("mousedown", marks.press, true);
  on("keydown", menus.walk);
  on("keydown", savebar.keys);
  on("click", savebar.guardButtons, true);
  window.addEventListener("beforeunload", savebar.unload);
  for (const call of [settings.focusForm, links.follow, menus.leave, act, shell.closeMenus]) on("click", call);
  for (const name of /** @type {const} */ (["pointerdown", "focusin", "click", "contextmenu"])) on(name, shell.aim, true);
  on("submit", forecast.submit);
  on("dragstart", settings.take);
  on("dragover", settings.carry);
  on("drop", settings.drop);
  on("dragend", settings.letGo);
  window.fetch = shell.listening(window.fetch.bind(window));
  document.addEventListener("visibilitychange", shell.catchUp);
  document.addEventListener("scroll", settings.markSection, { passive: true });
  new ResizeObserver(settings.markSection).observe(document.body);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", shell.followSystem);
  window.setInterval(shell.tellAges, 20000);
  window.setInterval(shell.comeBack, 3000);
  // By this mark Dash looks, for each tip and at each change of anything on the page, through all there is on it for what
  // changed inside the tip: a quarter of the work of opening a page. What our tips stand around never changes.
  delete window.dash_mantine_components?.Tooltip?.dashChildrenUpdate;
  charts.begin();
  links.begin();
  present.begin();
  drawer.begin();
  drawer.nameHeads();

  // A ClientsideFunction names the file and the function.
  window.dash_clientside = Object.assign({}, window.dash_clientside, { charts, compare, drawer, forecast, pages, panels, savebar, settings, shell });
  const cells = { IssueLink: drawer.issueLink };
  window.dashAgGridComponentFunctions = Object.assign({}, window.dashAgGridComponentFunctions, cells);
})();
