"use strict";
/* The question of the Forecast page: its fields stand in the address, so that a link asks the same. */

const forecast = (() => {
  const FIELDS = /** @type {const} */ (["items", "by", "exclude", "growth"]);

  /** Returns what an address says beside the names of the page, with a question in place of the one it had.
      @param {[string, string][]} rest
      @param {Record<string, unknown>} fields
      @returns {[string, string][]} */
  function asking(rest, fields) {
    const others = rest.filter(([name]) => !FIELDS.some((field) => field === name));
    const said = FIELDS.map((name) => /** @type {[string, string]} */ ([name, String(fields[name] || "").trim()]));
    return [...others, ...said.filter(([, value]) => value)];
  }

  /** Returns the question of an address, field by field.
      @param {string | null} search */
  function asked(search) {
    const { rest } = address.read(search);
    const said = (/** @type {string} */ field) => rest.filter(([name]) => name === field).map(([, value]) => value);
    return FIELDS.map((field) => (field === "exclude" ? said(field).join(", ") : said(field)[0] || ""));
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
    if (!(form instanceof HTMLFormElement) || form.id !== "forecast-question") return;
    event.preventDefault();
    const search = window.location.search;
    const rest = asking(address.read(search).rest, Object.fromEntries(new FormData(form)));
    window.dash_clientside.set_props("url", { search: address.changed(search, { rest }) });
  }

  return { asking, asked, show, submit };
})();
