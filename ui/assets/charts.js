"use strict";
/* Charts: only those in sight are drawn, and none twice; each as a drawing or as a table. */

/** What decides how a chart in sight looks: which answer it is made of, in which colours, as a table or not.
    @typedef {{ name: string, look: string }} Seen */

const charts = (() => {
  /** @type {Set<HTMLElement>} */
  const inSight = new Set();
  /** @type {Set<string>} */
  const asTable = new Set();
  /** What is drawn, by page and chart.
      @type {Map<string, string>} */
  const drawn = new Map();
  let timer = 0;
  let asked = 0;
  /** @type {IntersectionObserver | undefined} */
  let sight;

  const nameOf = (/** @type {HTMLElement} */ box) => box.dataset.chart || "";

  /** Returns the charts that are not drawn, or drawn from something else.
      @param {Seen[]} seen
      @param {Map<string, string>} before */
  const outdated = (seen, before) => seen.filter(({ name, look }) => before.get(name) !== look);

  /** @param {IntersectionObserverEntry[]} entries */
  function moved(entries) {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) inSight.add(/** @type {HTMLElement} */ (target));
      else inSight.delete(/** @type {HTMLElement} */ (target));
    }
    look();
  }

  /** Lets Dash fetch the small chart library, where there is one, when the first chart is drawn. */
  function useOwnLibrary() {
    /** @type {HTMLMetaElement | null} */
    const named = document.querySelector('meta[name="chart-script"]');
    if (!named) return;
    // Dash sets an address of its own when it starts.
    Object.defineProperty(window, "_dashPlotlyJSURL", { get: () => named.content, set: () => undefined });
  }

  /** Watches charts from now on; what is a bit further down counts as seen, so that the first charts of the Overview
      are drawn without a scroll. */
  function begin() {
    useOwnLibrary();
    sight = new IntersectionObserver(moved, { rootMargin: "600px" });
  }

  /** Looks soon which charts are to be drawn: much happens at once, and they are drawn together. */
  function look() {
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, 20);
  }

  /** @param {string} page */
  function boxesOn(page) {
    for (const box of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-chart]"))) sight?.observe(box);
    const here = document.getElementById("page-" + page);
    return Array.from(inSight).filter((box) => here && here.contains(box));
  }

  function ask() {
    const page = document.body.dataset.page || "";
    pictures.redraw();
    const looks = panels.looksOf(page);
    if (!looks) return;
    const seen = boxesOn(page).map((box) => ({ name: nameOf(box), look: looks + asTable.has(nameOf(box)) }));
    const wanted = outdated(seen, drawn);
    for (const { name, look } of wanted) drawn.set(name, look);
    const names = wanted.map(({ name }) => name);
    if (names.length) window.dash_clientside.set_props("wanted-" + page, { data: { names, asked: (asked += 1) } });
  }

  /** One per page: draws the charts that are wanted and leaves the others as they are.
      @param {{ names: string[] }} wanted */
  function draw(wanted) {
    const outputs = window.dash_clientside.callback_context.outputs_list;
    const page = document.body.dataset.page || "";
    return outputs.map(({ id }) =>
      wanted.names.includes(id.name) ? panels.chart(page, id.name, asTable.has(id.name)) : window.dash_clientside.no_update,
    );
  }

  /** @param {HTMLElement} button */
  function table(button) {
    /** @type {HTMLElement | null | undefined} */
    const box = button.closest("[data-panel]")?.querySelector("[data-chart]");
    if (!box) return;
    const wanted = !asTable.has(nameOf(box));
    if (wanted) asTable.add(nameOf(box));
    else asTable.delete(nameOf(box));
    button.setAttribute("aria-checked", String(wanted));
    look();
  }

  /** Returns what turns a chart to the next of its scales, which are buttons that plotly draws and no key reaches.
      @param {{ active?: number, buttons: { args: [object, object] }[] }} menu
      @returns {[traces: object, layout: object]} */
  function nextScale({ active = 0, buttons }) {
    const next = (active + 1) % buttons.length;
    const [traces, layout] = buttons[next]?.args || [{}, {}];
    return [traces, { ...layout, "updatemenus[0].active": next }];
  }

  /** @param {HTMLElement} button */
  function scale(button) {
    /** @type {PlotlyGraph | null | undefined} */
    const graph = button.closest("[data-panel]")?.querySelector(".js-plotly-plot");
    const menu = graph?.layout.updatemenus?.[0];
    if (graph && menu) window.Plotly?.update(graph, ...nextScale(menu));
    else shell.say("Only a drawing has a scale.");
  }

  /** @param {HTMLElement} button */
  function retry(button) {
    /** @type {HTMLElement | null} */
    const box = button.closest("[data-page]");
    panels.again(box?.dataset.page || "");
  }

  return { outdated, nextScale, begin, look, draw, table, scale, retry };
})();
