"use strict";
/* The question of the Forecast page: its fields stand in the address, so that a link asks the same. */

const forecast = (() => {
  const FIELDS = /** @type {const} */ (["items", "by", "exclude", "growth"]);
  const WORDS = [...FIELDS, "cap", "halve", "drop", "record"];
  const FORMS = ["forecast-question", "forecast-what-if"];

  /** Returns what an address says beside the names of the page, with the fields of a form in place of what it said of them.
      @param {[string, string][]} rest
      @param {Record<string, unknown>} fields
      @returns {[string, string][]} */
  function asking(rest, fields) {
    const others = rest.filter(([name]) => !(name in fields));
    const said = Object.entries(fields).map(([name, value]) => /** @type {[string, string]} */ ([name, String(value || "").trim()]));
    return [...others, ...said.filter(([, value]) => value)];
  }

  /** Returns the weeks to leave out with one more, or without it if it was one of them.
      @param {string} weeks
      @param {string} week */
  function without(weeks, week) {
    const known = weeks.split(/[\s,]+/).filter(Boolean);
    return (known.includes(week) ? known.filter((other) => other !== week) : [...known, week].sort()).join(",");
  }

  /** Changes what the address asks.
      @param {Record<string, unknown>} fields */
  function ask(fields) {
    const search = window.location.search;
    const rest = asking(address.read(search).rest, fields);
    window.dash_clientside.set_props("url", { search: address.changed(search, { rest }) });
  }

  /** Leaves out the week of a bar, or takes it in again.
      @param {HTMLElement} button */
  function week(button) {
    const [, , exclude] = asked(window.location.search);
    ask({ exclude: without(exclude || "", button.dataset.week || "") });
  }

  /** Shows the past forecasts of a horizon one by one.
      @param {HTMLElement} button */
  const record = (button) => ask({ record: button.dataset.weeks });

  /** Returns the question of an address, field by field.
      @param {string | null} search */
  function asked(search) {
    const { rest } = address.read(search);
    const said = (/** @type {string} */ field) => rest.filter(([name]) => name === field).map(([, value]) => value);
    return FIELDS.map((field) => (field === "exclude" ? said(field).join(", ") : said(field)[0] || ""));
  }

  /** Returns what the server is asked: the view of the page with the words of the address that are the page's own. It stays
      what it is as long as these do, whatever else the address says, and there is none before the page was in sight.
      @param {object | null} view
      @param {string | null} search
      @param {unknown} before */
  function question(view, search, before) {
    const { no_update } = window.dash_clientside;
    if (!view) return no_update;
    const said = address.read(search).rest.filter(([name]) => WORDS.includes(name));
    const now = { ...view, question: new URLSearchParams(said).toString() };
    return JSON.stringify(now) === JSON.stringify(before) ? no_update : now;
  }

  /** Shows the question of the address in its fields.
      @param {string | null} search */
  function show(search) {
    const [items, by, exclude, growth] = asked(search);
    const scope = document.querySelector("#forecast-question select");
    if (scope instanceof HTMLSelectElement) scope.value = growth || "";
    return [items, by, exclude];
  }

  /** @param {Event} event
      @param {Element} form */
  function submit(event, form) {
    if (!(form instanceof HTMLFormElement) || !FORMS.includes(form.id)) return;
    event.preventDefault();
    ask(Object.fromEntries(new FormData(form)));
  }

  return { asking, without, asked, question, show, submit, week, record };
})();
