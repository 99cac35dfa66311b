"use strict";
/* What the browser decides by itself: what the URL says, and light or dark. The URL is the one place where the
   state of the page lives; filters and drawer are read from it and written to it. */
(function () {
  const NO_UPDATE = () => window.dash_clientside.no_update;
  const MANY = ["project", "type", "label"];
  const PERIODS = ["30", "90", "180", "365"];
  const DAY = /^\d{4}-\d{2}-\d{2}$/;

  function readUrl(search) {
    const query = new URLSearchParams(search || "");
    const from = query.get("from"), to = query.get("to"), days = query.get("days");
    const state = { days: PERIODS.includes(days) ? days : "90", from: null, to: null, panel: query.get("panel"), reason: query.get("reason") };
    if (from && to && DAY.test(from) && DAY.test(to)) Object.assign(state, { days: "custom", from, to });
    for (const name of MANY) state[name] = query.getAll(name);
    return state;
  }

  function writeUrl(state) {
    const query = new URLSearchParams();
    for (const name of MANY) for (const value of state[name]) query.append(name, value);
    if (state.days === "custom" && state.from && state.to) {
      query.set("from", state.from);
      query.set("to", state.to);
    } else if (state.days !== "90" && state.days !== "custom") {
      query.set("days", state.days);
    }
    if (state.panel) query.set("panel", state.panel);
    if (state.panel && state.reason) query.set("reason", state.reason);
    const text = query.toString();
    return text ? "?" + text : "";
  }

  const filtersOf = (state) => ({ days: state.days, from: state.from, to: state.to, project: state.project, type: state.type, label: state.label });
  const panelOf = (state) => ({ panel: state.panel, reason: state.reason });
  const unlessSame = (value, before) => (JSON.stringify(value) === JSON.stringify(before) ? NO_UPDATE() : value);

  /* A click on a card or a chip arrives as a pattern-matching id; a card that was just drawn arrives too, without a click. */
  function clicked(trigger) {
    if (!trigger || !trigger.id.startsWith("{") || !trigger.value) return null;
    return JSON.parse(trigger.id);
  }

  function applied(state, trigger, given) {
    const click = clicked(trigger);
    const id = trigger ? trigger.id : "url";
    if (click && click.kind === "open") return Object.assign(state, { panel: click.name, reason: null });
    if (click && click.kind === "reason") return Object.assign(state, { reason: click.name || null });
    if (id === "drawer") return given.opened ? state : Object.assign(state, { panel: null, reason: null });
    if (id === "filter-reset") return readUrl("");
    if (id.startsWith("filter-")) return Object.assign(state, chosen(state, given, id));
    return state;
  }

  function chosen(state, given, id) {
    const range = given.range || [];
    if (id === "filter-range") return range[0] && range[1] ? { days: "custom", from: range[0].slice(0, 10), to: range[1].slice(0, 10) } : {};
    if (id === "filter-period" && given.days !== "custom") return { days: given.days, from: null, to: null };
    if (id === "filter-period") return { days: "custom" };
    const name = id.slice("filter-".length);
    return { [name]: given[name] || [] };
  }

  function navigate(search, days, range, project, type, label, reset, opens, reasons, opened, filters, panel) {
    const trigger = window.dash_clientside.callback_context.triggered[0];
    const last = trigger ? { id: trigger.prop_id.replace(/\.[^.]*$/, ""), value: trigger.value } : null;
    const state = applied(readUrl(search), last, { days, range, project, type, label, opened });
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
      incomplete ? NO_UPDATE() : unlessSame(filtersOf(state), filters),
      unlessSame(panelOf(state), panel),
      unlessSame(Boolean(state.panel), opened),
    ];
  }

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
    if (head && window.dash_ag_grid) {
      window.dash_ag_grid.getApiAsync("drawer-rows").then((api) => api.purgeInfiniteCache());
    }
    return NO_UPDATE();
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, { throughline: { navigate, scheme, forgetRows } });

  const functions = (window.dashAgGridComponentFunctions = window.dashAgGridComponentFunctions || {});
  functions.IssueLink = function (props) {
    const url = (props.data && props.data.url) || "";
    if (!/^https?:\/\//.test(url)) return props.value || "";
    return React.createElement("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, props.value);
  };
})();
