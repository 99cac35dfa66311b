"use strict";
/* The state of the page lives in its address, and nowhere else. Values in, values out: nothing here looks at the page.
   Dash loads the files of this folder by name, so this one comes first, and throughline.js, which connects them, last. */

/** What is looked at, as the address has it: two days win over the name of a period, and that over a number of days. What is
    not said is null.
    @typedef {{ days: string | null, period: string | null, from: string | null, to: string | null }} Period */
/** @typedef {"project" | "type" | "label" | "component" | "epic" | "fix_version"} Many */
/** With what is marked in the charts, and the day at which the period is cut.
    @typedef {Period & Record<Many, string[]> & { src: string | null, step: string | null, marks: string | null,
      cut: string | null }} Filters */
/** What is open, and what somebody works on in it.
    @typedef {"panel" | "reason" | "find" | "sort" | "by" | "group" | "issue"} Open */
/** @typedef {Record<Open, string | null>} Opened */
/** Names that are not ours stay in the address: whoever wrote them may want them back.
    @typedef {Filters & Opened & { rest: [string, string][] }} State */
/** What happened: the component, and the value that it arrived with.
    @typedef {{ id: string, value: unknown }} Trigger */
/** What the controls show; `shown` tells which days the page shows.
    @typedef {{ period: string | null, from: string, to: string, step: string | null, project: string[] | null,
      type: string[] | null, label: string[] | null, component: string[] | null, src: string | null, opened: boolean,
      shown: () => [string, string] | null }} Controls */
/** @typedef {{ points?: { customdata?: unknown, text?: unknown }[] }} ClickData */

const address = (() => {
  const MANY = /** @type {const} */ (["project", "type", "label", "component", "epic", "fix_version"]);
  const ONE = /** @type {const} */ (["days", "period", "from", "to", "step", "src", "marks", "cut"]);
  const OPEN = /** @type {const} */ (["panel", "reason", "find", "sort", "by", "group", "issue"]);
  /** The Forecast asks by which day: by what rows are grouped is said beside a panel alone.
      @type {readonly string[]} */
  const SHARED = ["by"];
  const USUAL = "90";
  const AUTOMATIC = "auto";
  const CUSTOM = "custom";
  const KEY = /^[A-Za-z][A-Za-z0-9_]*-\d+$/;
  /** @type {Opened} */
  const CLOSED = { panel: null, reason: null, find: null, sort: null, by: null, group: null, issue: null };
  const NO_LISTS = { project: [], type: [], label: [], component: [], epic: [], fix_version: [] };
  /** @type {Period} */
  const USUAL_PERIOD = { days: null, period: null, from: null, to: null };

  /** Tells whether something is the key of an issue.
      @param {unknown} value
      @returns {value is string} */
  const isKey = (value) => typeof value === "string" && KEY.test(value);

  /** Returns what the query of an address says, word for word; what makes no sense is told by the server.
      @param {string | null | undefined} search
      @returns {State} */
  function read(search) {
    const query = new URLSearchParams(search || "");
    const one = (/** @type {string} */ name) => query.get(name) || null;
    const many = (/** @type {string} */ name) => query.getAll(name).filter(Boolean);
    const panel = one("panel");
    /** @type {readonly string[]} */
    const known = [...MANY, ...ONE, ...OPEN].filter((name) => panel || !SHARED.includes(name));
    const open = /** @type {Opened} */ (Object.fromEntries(OPEN.map((name) => [name, one(name)])));
    return {
      ...{ src: one("src"), days: one("days"), period: one("period"), from: one("from"), to: one("to"), step: one("step") },
      ...{ marks: one("marks"), cut: one("cut") },
      ...{ project: many("project"), type: many("type"), label: many("label"), component: many("component") },
      ...{ epic: many("epic"), fix_version: many("fix_version") },
      ...open,
      by: panel && open.by,
      rest: [...query].filter(([name]) => !known.includes(name)),
    };
  }

  /** Returns where a link within the page leads that names only what it changes: profile and filters stay.
      @param {string} search of the link; one that names a profile says everything itself
      @param {string} current of the page */
  function keeping(search, current) {
    const wanted = new URLSearchParams(search);
    if (wanted.has("src")) return search;
    const said = read(search);
    const kept = { ...read(current), ...openedOf(said) };
    if (["days", "period", "from", "to"].some((name) => wanted.has(name))) Object.assign(kept, periodOf(said));
    for (const name of /** @type {const} */ (["step", "marks", "cut"])) if (wanted.has(name)) kept[name] = said[name];
    for (const name of MANY) if (wanted.has(name)) kept[name] = said[name];
    return write(kept);
  }

  /** @param {Period} state
      @returns {Period} */
  const periodOf = ({ days, period, from, to }) => ({ days, period, from, to });

  /** @param {State} state
      @returns {[string, string | null][]} */
  function periodPairs({ days, period, from, to }) {
    if (from || to) return [["from", from], ["to", to]];
    if (period) return period === CUSTOM ? [] : [["period", period]];
    return days === USUAL ? [] : [["days", days]];
  }

  /** What is worked on means nothing without a panel, and a group nothing without what it is a group of.
      @param {State} state
      @returns {[string, string | null][]} */
  function openPairs({ panel, reason, find, sort, by, group }) {
    return panel ? [["reason", reason], ["find", find], ["sort", sort], ["by", by], ["group", by && group]] : [];
  }

  /** Returns the query of an address, with its question mark, or nothing for a first visit.
      @param {State} state */
  function write(state) {
    /** @type {[string, string | null][]} */
    const pairs = [
      ["src", state.src],
      ...MANY.flatMap((name) => state[name].map((value) => /** @type {[string, string]} */ ([name, value]))),
      ...periodPairs(state),
      ["step", state.step === AUTOMATIC ? null : state.step],
      ["marks", state.marks],
      ["cut", state.cut],
      ["panel", state.panel],
      ...openPairs(state),
      ["issue", state.issue],
      ...state.rest.filter(([name]) => !(state.panel && SHARED.includes(name))),
    ];
    const query = new URLSearchParams();
    for (const [name, value] of pairs) if (value) query.append(name, value);
    const text = query.toString();
    return text ? "?" + text : "";
  }

  /** Returns a query with something changed in it.
      @param {string} search
      @param {Partial<State>} changes */
  const changed = (search, changes) => write({ ...read(search), ...changes });

  /** Returns a query without what is open.
      @param {string} search */
  const filtersOnly = (search) => changed(search, CLOSED);

  /** @param {State} state
      @returns {Filters} */
  function filtersOf({ rest: _rest, ...all }) {
    /** @type {readonly string[]} */
    const open = OPEN;
    return /** @type {Filters} */ (Object.fromEntries(Object.entries(all).filter(([name]) => !open.includes(name))));
  }

  /** @param {State} state
      @returns {Opened} */
  const openedOf = ({ panel, reason, find, sort, by, group, issue }) => ({ panel, reason, find, sort, by, group, issue });

  /** Returns what the list of periods shows for a state.
      @param {State} state */
  const choiceOf = ({ days, period, from, to }) => (from || to ? CUSTOM : period || days || USUAL);

  /** Tells whether somebody is still choosing the days of a period.
      @param {State} state */
  const incomplete = (state) => choiceOf(state) === CUSTOM && !(state.from || state.to);

  /** Returns the filters in words.
      @param {State} state */
  function summary(state) {
    const { from, to, period, days } = state;
    const days_ = from || to ? (from || "...") + " to " + (to || "...") : "period ...";
    const named = period && period !== CUSTOM ? period.replaceAll("-", " ") : "last " + (days || USUAL) + " days";
    return [choiceOf(state) === CUSTOM ? days_ : named, ...MANY.flatMap((name) => state[name])].join(", ");
  }

  /** Returns the values of all filters that are set.
      @param {string} search */
  const listed = (search) => MANY.flatMap((name) => read(search)[name]);

  /** A point of a chart leads to its issue, if it has one, else to the metric that its chart is about.
      @param {ClickData} data
      @param {string | null} metric
      @returns {Partial<State>} */
  function pointedAt(data, metric) {
    const point = (data.points || [])[0] || {};
    const key = [point.customdata, point.text].flat().find(isKey);
    if (key) return { issue: key };
    return metric ? { ...CLOSED, panel: metric } : {};
  }

  /** A period of one's own begins with the days that are shown, so that one of them can be changed.
      @param {Controls} controls
      @returns {Partial<State>} */
  function chosenPeriod({ period, shown }) {
    const days = period === CUSTOM ? shown() : null;
    if (days) return { ...USUAL_PERIOD, from: days[0], to: days[1] };
    return { ...USUAL_PERIOD, [/^\d+$/.test(period || "") ? "days" : "period"]: period };
  }

  /** @param {string} filter
      @param {State} state
      @param {Controls} controls
      @returns {Partial<State>} */
  function chosen(filter, state, controls) {
    const { from, to, step, src } = controls;
    if (filter === "from" || filter === "to") return { from: from.trim() || null, to: to.trim() || null };
    // A list that shows nothing was not answered.
    if (filter === "period") return controls.period && controls.period !== choiceOf(state) ? chosenPeriod(controls) : {};
    if (filter === "step") return step ? { step } : {};
    // Projects, types and labels of one profile mean nothing in another one.
    if (filter === "src") return src ? { ...CLOSED, ...read(""), ...periodOf(state), step: state.step, src } : {};
    const name = /** @type {const} */ (["project", "type", "label", "component"]).find((known) => known === filter);
    return name ? { [name]: controls[name] || [] } : {};
  }

  /** Returns the state after something happened; what means nothing changes nothing.
      @param {State} state
      @param {Trigger} trigger
      @param {Controls} controls
      @returns {State} */
  function after(state, { id }, controls) {
    if (id === "drawer") return controls.opened ? state : { ...state, ...CLOSED };
    if (id === "filter-reset") return { ...read(""), src: state.src };
    if (id.startsWith("filter-")) return { ...state, ...chosen(id.slice("filter-".length), state, controls) };
    return state;
  }

  return {
    ...{ CLOSED, NO_LISTS, isKey, choiceOf, read, write, keeping, changed, filtersOnly, filtersOf, openedOf, incomplete },
    ...{ summary, listed, pointedAt, after },
  };
})();
