"use strict";
/* Which page is in sight, what it shows, and how a click leads to another one. */

/** One entry of a list, and the groups of one.
    @typedef {{ value: string, label: string }} Option */
/** @typedef {{ group: string, items: Option[] }[]} Options */
/** What the controls and stores of the page hold when one of them changes, in the order in which Dash hands it over; what
    only tells that it was clicked has no name here.
    @typedef {[pathname: string, search: string | null, period: string | null, from: string, to: string, step: string | null,
      project: Controls["project"], type: Controls["type"], label: Controls["label"], component: Controls["component"],
      src: string | null, reset: unknown, opened: boolean, filters: Filters | null, panel: Opened | null, page: string | null,
      periods: Options]} Held */

const pages = (() => {
  /** @type {string | null} */
  let pointed = null;
  /** Whose numbers are shown: as people call it, with its site. */
  let named = "";
  let warm = false;

  /** Returns a value, unless it is what is there already.
      @template T
      @param {T} value
      @param {unknown} before */
  function unlessSame(value, before) {
    return JSON.stringify(value) === JSON.stringify(before) ? window.dash_clientside.no_update : value;
  }

  /** @returns {HTMLElement[]} */
  const boxes = () => Array.from(document.querySelectorAll("#main > [data-page]"));

  /** Returns the page of a path; an unknown path leads to the Overview.
      @param {string} pathname
      @param {{ dataset: DOMStringMap }[]} known */
  const pageAt = (pathname, known) => known.find((box) => box.dataset.path === pathname)?.dataset.page || "overview";

  /** Changes what the address says; everything else follows from it.
      @param {Partial<State>} changes */
  function go(changes) {
    window.dash_clientside.set_props("url", { search: address.changed(window.location.search, changes) });
  }

  /** Changes what the address says without a step that Back would have to take again: of what is still being typed.
      @param {Partial<State>} changes */
  function amend(changes) {
    const search = address.changed(window.location.search, changes);
    overwrite(search);
    window.dash_clientside.set_props("url", { search });
  }

  /** Puts a query into the entry of the history that there is: Dash adds one only where the address differs.
      @param {string} search */
  function overwrite(search) {
    const { pathname, hash } = window.location;
    window.history.replaceState(window.history.state, "", pathname + search + hash);
  }

  const whose = () => named;

  /** Returns the profile that is shown. */
  const profile = () => address.read(window.location.search).src || defaultProfile() || "";

  /** Returns what happened, as Dash tells it.
      @param {CallbackContext["triggered"]} triggered
      @returns {Trigger[]} */
  const triggersOf = (triggered) => triggered.map(({ prop_id, value }) => ({ id: prop_id.replace(/\.[^.]*$/, ""), value }));

  const metricOf = (/** @type {string} */ chart) => document.getElementById(chart)?.dataset.metric || null;

  /** A point of a chart leads to its issue, or to what the chart is made of. A chart that is drawn comes without a point. */
  function point() {
    for (const { id, value } of triggersOf(window.dash_clientside.callback_context.triggered)) {
      if (value) go(address.pointedAt(/** @type {ClickData} */ (value), metricOf(JSON.parse(id).name)));
    }
  }

  /** Turns what happened into an address, and the address into what filters, drawer and pages show.
      @param {Held} held */
  function navigate(...held) {
    const [pathname, search, period, from, to, step, project, type, label, component, src, , opened] = held;
    const controls = { period, from, to, step, project, type, label, component, src, opened, shown: shownDays };
    // Dash joins what happens while a call waits: each of it counts.
    const triggers = triggersOf(window.dash_clientside.callback_context.triggered);
    const state = triggers.reduce((before, trigger) => address.after(before, trigger, controls), address.read(search));
    const next = pageAt(pathname, boxes());
    if (savebar.leaves(held[15], next, isOther(state.src, held[13]?.src))) return stay(held, pathname, state);
    // Back leads to what was there before the drawer, and not into it again.
    if (!opened && triggers.some(({ id }) => id === "drawer")) overwrite(address.write(state));
    const atChart = pointAt(state.panel);
    if (state.panel && !atChart) drawer.fetchTable();
    return [...shownOf(state, held), ...outcome(state, atChart, pathname, held)];
  }

  /** Returns what keeps everything as it is, and asks whether to go on; however somebody meant to leave the settings.
      @param {Held} held
      @param {string} pathname
      @param {State} state */
  function stay(held, pathname, state) {
    const [filters, opened] = [held[13], held[14]];
    const before = address.write({ ...address.read(""), ...filters, ...opened });
    window.dash_clientside.set_props("url", { pathname: "/settings", search: before, hash: "" });
    savebar.hold(() => window.dash_clientside.set_props("url", { pathname, search: address.write(state), hash: "" }));
    const nothing = new Array(16).fill(window.dash_clientside.no_update);
    nothing[10] = filters?.src || defaultProfile();
    return nothing;
  }

  /** Tells whether two addresses show different profiles.
      @param {string | null | undefined} one
      @param {string | null | undefined} other */
  const isOther = (one, other) => (one || defaultProfile()) !== (other || defaultProfile());

  /** Tells whether a link leads away from settings that are not saved.
      @param {HTMLAnchorElement} link */
  function wouldLeave({ pathname, search }) {
    const other = isOther(address.read(search).src, address.read(window.location.search).src);
    return savebar.leaves(document.body.dataset.page, pageAt(pathname, boxes()), other);
  }

  /** Returns what the address and the controls of the filters show.
      @param {State} state
      @param {Held} held */
  function shownOf(state, held) {
    const [, search, period, from, to, step, project, type, label, component, src] = held;
    const choice = address.choiceOf(state);
    const days = document.getElementById("filter-days");
    if (days) days.hidden = choice !== "custom";
    return [
      unlessSame(address.write(state), search || ""),
      unlessSame(choice, period),
      unlessSame(listing(choice, address.summary({ ...state, ...address.NO_LISTS }), held[16]), held[16]),
      unlessSame(state.from || "", from),
      unlessSame(state.to || "", to),
      unlessSame(state.step || "auto", step),
      unlessSame(state.project, project),
      unlessSame(state.type, type),
      unlessSame(state.label, label),
      unlessSame(state.component, component),
      unlessSame(state.src || defaultProfile(), src),
    ];
  }

  const defaultProfile = () => /** @type {HTMLElement | null} */ (document.querySelector("header .whose"))?.dataset.shown;

  /** @param {State} state
      @param {boolean} atChart
      @param {string} pathname
      @param {Held} held */
  function outcome(state, atChart, pathname, held) {
    const [opened, filters, panel, page] = [held[12], held[13], held[14], held[15]];
    return [
      address.incomplete(state) ? window.dash_clientside.no_update : unlessSame(address.filtersOf(state), filters),
      unlessSame(address.openedOf(state), panel),
      unlessSame(Boolean((state.panel && !atChart) || state.issue), opened),
      unlessSame(pageAt(pathname, boxes()), page),
      address.summary(state),
    ];
  }

  /** Returns a list with what an address asks for in it, also where nobody would offer it.
      @param {string} value
      @param {string} words
      @param {Options} offered */
  function listing(value, words, offered) {
    const known = offered.some(({ items }) => items.some((option) => option.value === value));
    const label = words.charAt(0).toUpperCase() + words.slice(1);
    return known ? offered : [...offered, { group: "From the address", items: [{ value, label }] }];
  }

  /** Returns the days of the page in sight, or nothing where it has none.
      @returns {[string, string] | null} */
  function shownDays() {
    const { from, to } = daysInSight();
    return from && to ? [from, to] : null;
  }

  /** Returns what the heading of the page in sight says of its days and of those before and after.
      @returns {DOMStringMap} */
  function daysInSight() {
    /** @type {NodeListOf<HTMLElement>} */
    const spans = document.querySelectorAll("#main .heading [data-from]");
    return Array.from(spans).find((span) => span.offsetParent)?.dataset || {};
  }

  /** Goes one period back or on; the newest data have nothing after them.
      @param {"back" | "on"} way */
  function step(way) {
    const [from, to] = (daysInSight()[way] || "").split("/");
    if (from && to) go({ ...address.CLOSED, days: null, period: null, from, to });
    else shell.say(way === "on" ? "These are the newest data." : "There is nothing before it.");
  }

  /** A link may lead to a chart instead of a drawer.
      @param {string | null} panel */
  function pointAt(panel) {
    /** @type {HTMLElement | null} */
    const chart = panel ? document.querySelector('[data-panel="' + CSS.escape(panel) + '"]') : null;
    for (const other of document.querySelectorAll(".pointed")) other.classList.toggle("pointed", other === chart);
    if (chart && pointed !== panel) window.setTimeout(() => scrollTo(chart), 300);
    if (chart) chart.classList.add("pointed");
    pointed = panel;
    return Boolean(chart);
  }

  /** Scrolls to a chart as soon as its page is shown, which a busy machine takes a while for; not once the address names
      another one.
      @param {HTMLElement} chart */
  function scrollTo(chart) {
    if (chart.offsetParent) chart.scrollIntoView({ block: "center" });
    else if (chart.dataset.panel === pointed) window.setTimeout(() => scrollTo(chart), 100);
  }

  /** Gives the visible page what it shows; the others keep what they had, so that nothing is computed for them.
      @param {string | null} page
      @param {Filters | null} filters
      @param {string | null | undefined} revision
      @param {unknown[]} before */
  function views(page, filters, revision, before) {
    const unchanged = window.dash_clientside.no_update;
    if (!page || !filters || revision === null || revision === undefined) return before.map(() => unchanged);
    show(page);
    if (!warm) warmUp(page);
    const outputs = window.dash_clientside.callback_context.outputs_list;
    return outputs.map(({ id }, place) => {
      const last = /** @type {{ filters: Filters, revision: string } | null} */ (before[place]);
      const same = JSON.stringify([filters, revision]) === JSON.stringify([last?.filters, last?.revision]);
      return id.name !== page || same ? unchanged : { filters, revision, before: last?.filters ?? null };
    });
  }

  /** Returns which profile is asked about, and takes away what was said about the question before. How a job stands is asked
      again for another profile: an answer about the one before, which may be on its way, counts no longer then.
      @param {Filters | null} filters
      @param {string | null} revision
      @param {{ src: string | null } | null | undefined} before */
  function source(filters, revision, before) {
    if (filters && before && isOther(filters.src, before.src)) shell.catchUp();
    return [filters ? unlessSame({ src: filters.src, revision }, before) : window.dash_clientside.no_update, null];
  }

  /** Tells whether the log rests, and what its button says: it is asked for while its page is looked at and nobody has
      paused it.
      @param {string | null} page
      @param {number | null} clicks */
  function watch(page, clicks) {
    const paused = (clicks || 0) % 2 === 1;
    return [page !== "diagnostics" || paused, paused ? "Go on" : "Pause"];
  }

  /** The chart library is large: it is fetched after the first paint, and not only when there is a chart to be drawn.
      @param {string} page */
  function warmUp(page) {
    if (!document.querySelector("#page-" + page + " [data-chart]")) return;
    warm = true;
    const config = { showSendToCloud: false, displayModeBar: false };
    const props = { id: "warm-up-graph", figure: { data: [], layout: {} }, config };
    const children = { namespace: "dash_core_components", type: "Graph", props };
    window.setTimeout(() => window.dash_clientside.set_props("warm-up", { children }), 300);
  }

  /** @param {string} page */
  function show(page) {
    let moved = false;
    for (const box of boxes()) {
      moved = moved || (box.hidden && box.dataset.page === page);
      box.hidden = box.dataset.page !== page;
    }
    links.mark(document.getElementById("page-" + page)?.dataset.path || "/");
    links.aim();
    // What may be folded is open where there is room for it.
    if (!document.body.dataset.page) for (const fold of folds()) fold.open = window.innerWidth > 700;
    document.body.dataset.page = page;
    if (moved) charts.look();
  }

  /** @returns {NodeListOf<HTMLDetailsElement>} */
  const folds = () => document.querySelectorAll("details.fold");

  /** Names the window by its page, and by whose numbers it shows.
      @param {string | null} page
      @param {{ profile: string, site: string } | null} whose */
  function title(page, whose) {
    const heading = document.querySelector("#page-" + page + " h1")?.textContent;
    named = whose ? [whose.profile, whose.site].filter(Boolean).join(", ") : "";
    document.title = [heading, named, "Throughline"].filter(Boolean).join(" - ");
  }

  return { boxes, listing, pageAt, triggersOf, go, amend, whose, profile, daysInSight, point, navigate, views, source, watch, title, step, wouldLeave };
})();
