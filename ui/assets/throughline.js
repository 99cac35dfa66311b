"use strict";
/* What the browser decides by itself: what the URL says, which page and charts are in sight, and light or dark.
   The URL is the one place where the state of the page lives; filters and drawer are read from it and written to it. */
(function () {
  const NO_UPDATE = () => window.dash_clientside.no_update;
  const setProps = (id, props) => window.dash_clientside.set_props(id, props);
  const WORDS = ["panel", "reason", "issue"];
  const MANY = ["project", "type", "label"];
  const PERIODS = ["30", "90", "180", "365"];
  const DAY = /^\d{4}-\d{2}-\d{2}$/;
  const KEY = /^[A-Za-z][A-Za-z0-9_]*-\d+$/;

  /* ---- the URL ---- */

  function readUrl(search) {
    const query = new URLSearchParams(search || "");
    const from = query.get("from"), to = query.get("to"), days = query.get("days");
    const state = { src: query.get("src"), days: PERIODS.includes(days) ? days : "90", from: null, to: null };
    if (from && to && DAY.test(from) && DAY.test(to)) Object.assign(state, { days: "custom", from, to });
    for (const name of MANY) state[name] = query.getAll(name).filter(Boolean);
    for (const name of WORDS) state[name] = query.get(name) || null;
    return state;
  }

  function writeUrl(state) {
    const query = new URLSearchParams();
    if (state.src) query.set("src", state.src);
    for (const name of MANY) for (const value of state[name]) query.append(name, value);
    if (state.days === "custom" && state.from && state.to) {
      query.set("from", state.from);
      query.set("to", state.to);
    } else if (state.days !== "90" && state.days !== "custom") {
      query.set("days", state.days);
    }
    if (state.panel) query.set("panel", state.panel);
    if (state.panel && state.reason) query.set("reason", state.reason);
    if (state.issue) query.set("issue", state.issue);
    const text = query.toString();
    return text ? "?" + text : "";
  }

  const filtersOf = (state) => ({ src: state.src, days: state.days, from: state.from, to: state.to, project: state.project, type: state.type, label: state.label });
  const panelOf = (state) => ({ panel: state.panel, reason: state.reason, issue: state.issue });
  const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
  const unlessSame = (value, before) => (same(value, before) ? NO_UPDATE() : value);
  const pages = () => Array.from(document.querySelectorAll("#main > [data-page]"));
  const filterQuery = () => writeUrl(Object.assign(readUrl(window.location.search), { panel: null, reason: null, issue: null }));

  /* Every drawing of a pattern-matching component arrives like a click, but without a value. */
  function clicked(trigger) {
    if (!trigger.id.startsWith("{") || !trigger.value) return null;
    return Object.assign(JSON.parse(trigger.id), { value: trigger.value });
  }

  const triggers = () => window.dash_clientside.callback_context.triggered.map(({ prop_id, value }) => ({ id: prop_id.replace(/\.[^.]*$/, ""), value }));

  function applied(state, trigger, given) {
    const click = clicked(trigger);
    const { id } = trigger;
    if (click && click.kind === "open") return Object.assign(state, { panel: click.name, reason: null, issue: null });
    if (click && click.kind === "reason") return Object.assign(state, { reason: click.name || null });
    if (click && click.kind === "issue") return Object.assign(state, { issue: click.name || null });
    if (click && click.kind === "graph") return Object.assign(state, pointedAt(click.name, click.value));
    if (id === "drawer") return given.opened ? state : Object.assign(state, { panel: null, reason: null, issue: null });
    if (id === "filter-reset") return Object.assign(readUrl(""), { src: state.src });
    if (id.startsWith("filter-")) return Object.assign(state, chosen(state, given, id));
    return state;
  }

  function chosen(state, given, id) {
    const range = given.range || [];
    if (id === "filter-range") return range[0] && range[1] ? { days: "custom", from: range[0].slice(0, 10), to: range[1].slice(0, 10) } : {};
    if (id === "filter-period" && given.days !== "custom") return { days: given.days, from: null, to: null };
    if (id === "filter-period") return { days: "custom" };
    // Projects, types and labels of one profile mean nothing in another one.
    if (id === "filter-src") return given.src ? { src: given.src, project: [], type: [], label: [], panel: null, reason: null, issue: null } : {};
    const name = id.slice("filter-".length);
    return { [name]: given[name] || [] };
  }

  /* A point of a chart leads to its issue, if it has one, else to the metric that its chart is about. */
  function pointedAt(chart, clickData) {
    const point = (clickData.points || [])[0] || {};
    const key = [].concat(point.customdata, point.text).find((value) => typeof value === "string" && KEY.test(value));
    if (key) return { issue: key };
    const panel = document.getElementById(chart);
    return panel && panel.dataset.metric ? { panel: panel.dataset.metric, reason: null, issue: null } : {};
  }

  function chooseRow(cell) {
    if (cell && KEY.test(cell.rowId || "") && cell.colId !== "key") go({ issue: cell.rowId });
  }

  /* The library of the table is fetched when a drawer with rows opens for the first time. */
  function fetchTable() {
    const address = document.querySelector('meta[name="table-script"]');
    if (fetchTable.begun || !address) return;
    fetchTable.begun = true;
    const script = document.createElement("script");
    script.src = address.content;
    script.onload = () => setProps("table-ready", { data: true });
    document.head.append(script);
  }

  function navigate(pathname, search, days, range, project, type, label, src, reset, opens, reasons, issues, points, opened, filters, panel, page) {
    // Dash joins what happens while a call waits: each of it counts, or Escape is lost to a chip that is being drawn.
    const given = { days, range, project, type, label, src, opened };
    const state = triggers().reduce((before, trigger) => applied(before, trigger, given), readUrl(search));
    const atChart = pointAt(state.panel);
    if (state.panel && !atChart) fetchTable();
    const url = writeUrl(state);
    const incomplete = state.days === "custom" && !(state.from && state.to);
    const dates = state.from && state.to ? [state.from, state.to] : [null, null];
    return [
      url === (search || "") ? NO_UPDATE() : url,
      unlessSame(state.days, days),
      unlessSame(dates, range),
      unlessSame(state.project, project),
      unlessSame(state.type, type),
      unlessSame(state.label, label),
      unlessSame(state.src || document.getElementById("filters-bar").dataset.shown, src),
      incomplete ? NO_UPDATE() : unlessSame(filtersOf(state), filters),
      unlessSame(panelOf(state), panel),
      unlessSame(Boolean((state.panel && !atChart) || state.issue), opened),
      unlessSame(shown(pathname), page),
      summary(state),
    ];
  }

  /* A link may lead to a chart instead of a drawer. */
  function pointAt(panel) {
    const chart = panel && document.querySelector('[data-panel="' + CSS.escape(panel) + '"]');
    for (const other of document.querySelectorAll(".pointed")) other.classList.toggle("pointed", other === chart);
    if (chart && pointAt.last !== panel) window.setTimeout(() => chart.scrollIntoView({ block: "center" }), 300);
    if (chart) chart.classList.add("pointed");
    pointAt.last = panel;
    return Boolean(chart);
  }

  const go = (changes) => setProps("url", { search: writeUrl(Object.assign(readUrl(window.location.search), changes)) });

  function shown(pathname) {
    const found = pages().find((box) => box.dataset.path === pathname);
    return found ? found.dataset.page : "overview";
  }

  function summary(state) {
    const period = state.days !== "custom" ? "last " + state.days + " days" : state.from ? state.from + " to " + state.to : "period ...";
    return [period].concat(MANY.flatMap((name) => state[name])).join(", ");
  }

  /* ---- pages ---- */

  /* Gives the visible page what it shows; the others keep what they had, so that nothing is computed for them. */
  function views(page, filters, revision, before) {
    if (!page || !filters || revision === null || revision === undefined) return before.map(NO_UPDATE);
    showPage(page);
    if (!views.warm) warmUp(page);
    const now = { filters, revision };
    return window.dash_clientside.callback_context.outputs_list.map((output, place) =>
      output.id.name === page ? unlessSame(now, before[place]) : NO_UPDATE()
    );
  }

  /* The chart library is large: it is fetched after the first paint, and not only when the first chart is there to be drawn. */
  function warmUp(page) {
    if (!document.querySelector("#page-" + page + " [data-chart]")) return;
    views.warm = true;
    const props = { id: "warm-up-graph", figure: { data: [], layout: {} }, config: { showSendToCloud: false, displayModeBar: false } };
    window.setTimeout(() => setProps("warm-up", { children: { namespace: "dash_core_components", type: "Graph", props } }), 300);
  }

  function showPage(page) {
    const query = filterQuery();
    let moved = false;
    for (const box of pages()) {
      moved = moved || (box.hidden && box.dataset.page === page);
      box.hidden = box.dataset.page !== page;
    }
    for (const link of document.querySelectorAll("nav.pages a")) {
      const path = link.getAttribute("href").split("?")[0];
      const here = path === document.getElementById("page-" + page).dataset.path;
      link.setAttribute("href", path + query);
      link.toggleAttribute("aria-current", here);
      if (here) link.setAttribute("aria-current", "page");
    }
    // What may be folded is open where there is room for it.
    if (!document.body.dataset.page) for (const fold of document.querySelectorAll("details.fold")) fold.open = window.innerWidth > 700;
    document.body.dataset.page = page;
    const title = document.querySelector("#page-" + page + " h1");
    document.title = (title ? title.textContent + " - " : "") + "Throughline";
    if (moved) lookForCharts();
  }

  const ownPath = (link) => link && link.origin === window.location.origin && !link.target && !link.hasAttribute("download") && pages().some((box) => box.dataset.path === link.pathname);

  /* Links between our pages change the URL without a new page. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[href]");
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || !ownPath(link)) return;
    if (link.getAttribute("href").startsWith("#")) return;
    event.preventDefault();
    setProps("url", { pathname: link.pathname, search: link.search });
    window.scrollTo(0, 0);
    if (link.closest("nav.pages")) return;
    document.getElementById("main").focus({ preventScroll: true });
  });

  /* ---- the source: profile and revision ---- */

  /* A new question also takes away what was said about the question before. */
  const source = (filters, revision, before) => [filters ? unlessSame({ src: filters.src, revision }, before) : NO_UPDATE(), null];

  /* As ui.format.age has it. */
  function age(minutes) {
    if (minutes < 1) return "just now";
    if (minutes < 60) return minutes + " min ago";
    return minutes < 48 * 60 ? Math.floor(minutes / 60) + " h ago" : Math.floor(minutes / 1440) + " days ago";
  }

  window.setInterval(() => {
    for (const span of document.querySelectorAll("[data-instant]")) {
      // The text node, not the element: it belongs to React.
      if (span.firstChild) span.firstChild.nodeValue = age(Math.max(0, Math.floor((Date.now() - Number(span.dataset.instant)) / 60000)));
    }
  }, 20000);

  /* What happened in the meantime, in another tab or by itself, is asked for when somebody looks again. */
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && document.getElementById("job")) setProps("poll", { n_intervals: Date.now() });
  });

  /* ---- charts: only those in sight are asked for ---- */

  const inSight = new Set();
  const asTable = new Set();
  const states = {};
  let timer = null;
  const sight = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) isIntersecting ? inSight.add(target) : inSight.delete(target);
      lookForCharts();
    },
    { rootMargin: "600px" } // the first charts of the Overview are drawn without a scroll
  );

  function lookForCharts() {
    window.clearTimeout(timer);
    timer = window.setTimeout(askForCharts, 40);
  }

  const stamp = (page, box) => JSON.stringify([states[page], asTable.has(box.dataset.chart), box.dataset.again || ""]);
  // Short, because it travels there and back.
  const digest = (text) => Array.from(text).reduce((sum, letter) => (Math.imul(sum, 31) + letter.charCodeAt(0)) | 0, 7).toString(36);

  function askForCharts() {
    for (const box of document.querySelectorAll("[data-chart]")) sight.observe(box);
    for (const box of inSight) if (!box.isConnected) inSight.delete(box);
    const page = document.body.dataset.page;
    if (!states[page]) return;
    const charts = {};
    for (const box of inSight) {
      if (box.closest("[data-page]").dataset.page !== page) continue;
      const wanted = digest(stamp(page, box));
      const drawn = box.querySelector("[data-drawn]");
      const missing = !drawn || drawn.dataset.drawn !== wanted;
      box.toggleAttribute("data-waiting", missing);
      if (missing) charts[box.dataset.chart] = { stamp: wanted, table: asTable.has(box.dataset.chart) };
    }
    if (!Object.keys(charts).length) return;
    const asked = Object.assign({ charts }, states[page]);
    if (same(asked, askForCharts.last)) return;
    askForCharts.last = asked;
    setProps("wanted-" + page, { data: asked });
  }

  /* One per page: remembers what the page shows, and looks which charts that concerns. */
  function follow(view, scheme) {
    const page = window.dash_clientside.callback_context.inputs_list[0].id.name;
    if (view) states[page] = { view, scheme };
    askForCharts.last = null;
    lookForCharts();
    return NO_UPDATE();
  }

  document.addEventListener("click", (event) => {
    if (event.target.id === "sync-now") say("The sync has started.");
    const button = event.target.closest && event.target.closest("[data-action]");
    if (button) actions[button.dataset.action](button, button.closest("section"));
  });

  const actions = {
    table(button, panel) {
      const name = button.closest("[data-panel]").querySelector("[data-chart]").dataset.chart;
      const table = !asTable.has(name);
      table ? asTable.add(name) : asTable.delete(name);
      button.setAttribute("aria-pressed", String(table));
      lookForCharts();
    },
    retry(button) {
      const box = button.closest("[data-chart]");
      if (!box) return;
      box.dataset.again = String(Number(box.dataset.again || 0) + 1);
      askForCharts.last = null;
      lookForCharts();
    },
    png(button) {
      const panel = button.closest("[data-panel]");
      const graph = panel.querySelector(".js-plotly-plot");
      if (!graph || !window.Plotly) return say("There is no chart to save.");
      const surface = getComputedStyle(panel).backgroundColor;
      const layout = Object.assign({}, graph.layout, { paper_bgcolor: surface, plot_bgcolor: surface, title: { text: panel.querySelector("h2").textContent } });
      layout.margin = Object.assign({}, layout.margin, { t: 48 });
      const options = { format: "png", scale: 2, width: graph.clientWidth, height: graph.clientHeight + 34, filename: "throughline-" + panel.dataset.panel };
      window.Plotly.downloadImage({ data: graph.data, layout, config: { showSendToCloud: false } }, options);
    },
    share() {
      copy(window.location.href);
    },
    link(button) {
      const panel = button.closest("[data-panel]").dataset.panel;
      const state = Object.assign(readUrl(window.location.search), { panel, reason: null, issue: null });
      copy(window.location.origin + window.location.pathname + writeUrl(state));
    },
    sheet() {
      openSheet(document.body.dataset.sheet !== "open");
    },
  };

  function copy(address) {
    const failed = () => window.prompt("Copy this link:", address);
    if (!navigator.clipboard) return failed();
    navigator.clipboard.writeText(address).then(() => say("The link is copied."), failed);
  }

  function say(words) {
    const live = document.getElementById("live");
    live.textContent = words;
    window.clearTimeout(say.timer);
    say.timer = window.setTimeout(() => (live.textContent = ""), 4000);
  }

  /* ---- links to exports carry the filters of the moment ---- */

  function aim(event) {
    const link = event.target.closest && event.target.closest('a[data-export]');
    if (link) link.setAttribute("href", link.dataset.export + filterQuery());
  }
  for (const name of ["pointerdown", "focusin", "click", "contextmenu"]) document.addEventListener(name, aim, true);

  /* ---- the sheet of filters on a phone, menus ---- */

  function openSheet(open) {
    document.body.dataset.sheet = open ? "open" : "";
    const button = document.getElementById("filters-button");
    button.setAttribute("aria-expanded", String(open));
    if (open) document.querySelector("#filters-bar input, #filters-bar button").focus();
    else button.focus();
  }

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (document.body.dataset.sheet === "open") openSheet(false);
    const menu = event.target.closest && event.target.closest("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.querySelector("summary").contains(event.target)) menu.open = false;
  });

  /* ---- light or dark ---- */

  const STORED = "throughline-scheme";

  function preferred() {
    const kept = window.localStorage.getItem(STORED);
    if (kept === "light" || kept === "dark") return kept;
    return window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  }

  function scheme(clicks) {
    let now = preferred();
    if (clicks) {
      now = now === "dark" ? "light" : "dark";
      window.localStorage.setItem(STORED, now);
    }
    document.documentElement.lang = "en";
    document.body.dataset.agThemeMode = now;
    return [now, now];
  }

  /* The rows of the drawer come from the server page by page; another number means that the pages held are of no use. */
  function forgetRows(head) {
    if (head && document.querySelector("#drawer-rows .ag-root")) {
      window.dash_ag_grid.getApiAsync("drawer-rows").then((api) => api.purgeInfiniteCache());
    }
    return NO_UPDATE();
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, { throughline: { navigate, views, source, follow, scheme, chooseRow, forgetRows } });

  const functions = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  /* A key opens the history of its issue here; the arrow beside it leads to Jira. */
  functions.IssueLink = function (props) {
    const url = (props.data && props.data.url) || "";
    const key = props.value || "";
    if (!KEY.test(key)) return key;
    const open = React.createElement("button", { type: "button", className: "key", title: "Show its history", onClick: () => go({ issue: key }) }, key);
    if (!/^https?:\/\//.test(url)) return open;
    const link = { href: url, target: "_blank", rel: "noopener noreferrer", title: "Open " + key + " in Jira", "aria-label": "Open " + key + " in Jira", className: "jira" };
    return React.createElement("span", null, open, React.createElement("a", link, "\u2197"));
  };

  document.addEventListener("keydown", (event) => {
    const cell = event.key === "Enter" && event.target.classList && event.target.classList.contains("ag-cell") && event.target;
    const button = cell && cell.querySelector("button.key");
    if (button) button.click();
  });
})();

/* Mantine puts a <header> into the drawer, which a screen reader would take for the banner of a second page. */
const heads = new MutationObserver(() => {
  const head = document.querySelector(".mantine-Drawer-header");
  if (!head) return;
  head.setAttribute("role", "none");
  heads.disconnect();
});
heads.observe(document.documentElement, { childList: true, subtree: true });
