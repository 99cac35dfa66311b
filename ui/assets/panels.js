"use strict";
/* What the server answered for each page, and the cards and charts that are made of it. Only designs.js and drawing.js know
   what these look like. */

/** What a page is drawn from.
    @typedef {{ cards: Data[], charts: Record<string, Data>, weeks: Data, heading: any, marks: any, instead?: any }} Answer */
/** An answer as it is kept: with the view that it is the answer to, its number, and the colours it is drawn in.
    @typedef {Answer & { fresh: Data, view: object, number: number, scheme: string }} Kept */

const panels = (() => {
  // Of a window so much is not chart; a column holds a label from here on, and half of two rows down to there.
  const BESIDE_PX = 124;
  const WIDE_PX = 76;
  const NARROW_PX = 60;
  /** @type {Record<string, Kept>} */
  const held = {};
  let answers = 0;

  /** Returns the card of one metric.
      @param {string} page
      @param {Data} data of the card, of its weeks, and how fresh they are */
  function card(page, data) {
    const own = { title_id: "title-" + page + "-" + data.id };
    return drawing.fill(designs.card, { ...designs.metrics[data.id], ...data, ...own }, {});
  }

  /** Returns how much of a chart its table shows, where that is not everything.
      @param {string} title
      @param {number} shown
      @param {number} total */
  function caption(title, shown, total) {
    const some = drawing.number(shown) + " of " + drawing.number(total) + " rows; all are in the CSV file";
    return shown < total ? title + ": " + some : title;
  }

  /** Returns what a panel needs to show its chart as a table.
      @param {Data} terms
      @param {Data} data */
  function twin(terms, data) {
    const rows = drawing.rows(terms.cells, data);
    const total = data.total || Math.max(...terms.cells.map((/** @type {any} */ cell) => drawing.fill(cell, data, {})?.length || 0));
    return {
      caption: caption(terms.title, rows.length, total),
      heads: terms.heads.map((/** @type {string} */ head) => ({ head })),
      rows: rows.map(([first, ...others]) => ({ first, others: others.map((cell) => ({ cell })) })),
    };
  }

  /** Returns a figure whose labels stand below its axis in two rows, in turn, where its columns are too narrow for one:
      plotly would turn them. Where even two rows are too narrow it may.
      @param {Data} figure
      @param {number} width of the window */
  function inTurn(figure, width) {
    const { ticktext: labels, tickfont } = figure.layout?.xaxis || {};
    const room = (width - BESIDE_PX) / (labels?.length || 1);
    if (!Array.isArray(labels) || !(room < WIDE_PX && 2 * room >= NARROW_PX)) return figure;
    const upper = labels.filter((_, place) => place % 2 === 0);
    const below = "<br>".repeat(Math.max(...upper.map((label) => label.split("<br>").length)));
    const ticktext = labels.map((label, place) => (place % 2 ? below + label : label));
    const xaxis = { ...figure.layout.xaxis, ticktext, tickangle: 0, tickfont: { ...tickfont, size: 11 } };
    return { ...figure, layout: { ...figure.layout, xaxis } };
  }

  /** Returns what is in the panel of a chart.
      @param {Data} terms
      @param {Data} data of the chart and of its weeks
      @param {boolean} table
      @param {Data} colours */
  function panel(terms, data, table, colours) {
    const drawn = table && !data.empty ? twin(terms, data) : { figure: inTurn(drawing.fill(terms.design, data, colours), window.innerWidth) };
    return drawing.fill(designs.panel, { ...data, ...terms, ...drawn }, {});
  }

  /** Returns the terms, the data and the colours of a chart of a page, or nothing before its first answer.
      @param {string} page
      @param {string} name */
  function partsOf(page, name) {
    const now = held[page];
    if (!now) return null;
    const data = { ...now.weeks, ...now.fresh, ...now.charts[name] };
    return { terms: designs.charts[name] || {}, data, colours: designs.colours[now.scheme] || {} };
  }

  /** Returns a chart of a page as plotly draws it, or nothing where there is none.
      @param {string} page
      @param {string} name
      @returns {PlotlyFigure | null} */
  function figure(page, name) {
    const parts = partsOf(page, name);
    return parts && !parts.data.empty && !parts.data.cause ? drawing.fill(parts.terms.design, parts.data, parts.colours) : null;
  }

  /** Returns of when the data of a page are, and what marks them.
      @param {string} page
      @returns {string[]} */
  function ageOf(page) {
    const { as_of = "", partial_data, stale } = held[page]?.fresh || {};
    return [as_of, partial_data ? "still reading" : "", stale ? "not refreshed" : ""];
  }

  /** Returns what is in the panel of a chart of a page.
      @param {string} page
      @param {string} name
      @param {boolean} table */
  function chart(page, name, table) {
    const parts = partsOf(page, name);
    return parts ? panel(parts.terms, parts.data, table, parts.colours) : window.dash_clientside.no_update;
  }

  /** Returns what the looks of all charts of a page depend on, or nothing before its first answer.
      @param {string} page */
  function looksOf(page) {
    const now = held[page];
    return now ? [page, now.number, now.scheme, ""].join(" ") : "";
  }

  /** One per page: keeps an answer and draws the cards; the charts follow when they are in sight.
      @param {{ page: Answer, freshness: Data } | null} answer
      @param {string} scheme
      @param {object} view */
  function receive(answer, scheme, view) {
    const { callback_context, no_update } = window.dash_clientside;
    const page = callback_context.outputs_list[0]?.id.replace("cards-", "") || "";
    const before = held[page];
    charts.look();
    if (!answer) return [no_update, no_update, no_update];
    if (before && callback_context.triggered.every(({ prop_id }) => prop_id === "theme.data")) {
      before.scheme = scheme;
      return [no_update, no_update, no_update];
    }
    const { cards, weeks, heading, marks, instead } = answer.page;
    held[page] = { ...answer.page, fresh: answer.freshness, view, number: (answers += 1), scheme };
    for (const [name, { empty }] of Object.entries(answer.page.charts)) {
      document.querySelector('[data-panel="' + name + '"]')?.classList.toggle("silent", Boolean(empty));
    }
    if (instead) return [[instead], heading, marks];
    return [cards.map((each) => card(page, { ...weeks, ...answer.freshness, ...each })), heading, marks];
  }

  /** Asks for a page again, as it is shown.
      @param {string} page */
  function again(page) {
    const view = held[page]?.view;
    const data = { ...view, again: answers };
    if (view) window.dash_clientside.set_props({ kind: "view", name: page }, { data });
  }

  return { card, caption, inTurn, panel, chart, figure, ageOf, looksOf, receive, again };
})();
