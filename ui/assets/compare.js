"use strict";
/* The Compare page: rows, columns and order stand in the address, and every number of the table opens what it is made of. */

const compare = (() => {
  const FIELDS = /** @type {const} */ (["rows", "columns", "order", "picture"]);
  const isOurs = (/** @type {string} */ name) => FIELDS.some((field) => field === name);

  /** Returns what an address says of rows, columns and order, as a query of its own.
      @param {string | null} search
      @param {string | null} before */
  function ask(search, before) {
    const now = new URLSearchParams(address.read(search).rest.filter(([name]) => isOurs(name))).toString();
    return now === before ? window.dash_clientside.no_update : now;
  }

  /** Returns what an address says beside the names of every page, with some of our words changed; an empty one goes.
      @param {[string, string][]} rest
      @param {Record<string, string>} changes
      @returns {[string, string][]} */
  function changed(rest, changes) {
    const others = rest.filter(([name]) => !(name in changes));
    return [...others, ...Object.entries(changes)].filter(([, value]) => value);
  }

  /** A chip, or the head of a column, says itself what it changes.
      @param {HTMLElement} button */
  function choose({ dataset }) {
    pages.go({ rest: changed(address.read(window.location.search).rest, JSON.parse(dataset.changes || "{}")) });
  }

  /** Opens what a number is made of: of its group, or of its profile.
      @param {HTMLElement} button */
  function evidence({ dataset }) {
    const { name: panel = null, by = null, group = null, src } = dataset;
    const issue = dataset.issue || null;
    pages.go(src ? { ...address.CLOSED, panel, issue, src } : { ...address.CLOSED, panel, by, group, issue });
  }

  /** @param {{ page: { comparison?: Data, instead?: unknown, heading: unknown } } | null} answer */
  function draw(answer) {
    const { no_update } = window.dash_clientside;
    if (!answer) return [no_update, no_update];
    const { comparison, instead, heading } = answer.page;
    return [instead || drawing.fill(designs.compare, comparison || {}, {}), heading];
  }

  return { ask, changed, choose, evidence, draw };
})();
