"use strict";
/* A chart by itself: as large as the window, and as a picture that says whose numbers it shows, of when, and how old they are. */

const pictures = (() => {
  // A picture goes into slides and mails: it is as wide as on a desk, wherever it is made.
  const LEAST_WIDTH = 760;
  const CONFIG = { displayModeBar: false, showSendToCloud: false, responsive: true };
  /** Which chart is shown large, and how it looked when it was drawn.
      @type {{ name: string, metric: string | null, look: string } | null} */
  let large = null;

  /** @param {HTMLElement} inside
      @returns {HTMLElement | null} */
  const panelOf = (inside) => inside.closest("[data-panel]");
  const textOf = (/** @type {Element | null | undefined} */ element) => (element?.textContent || "").trim();
  const page = () => document.body.dataset.page || "";

  /** Returns what stands beneath the title of a picture: whose numbers, of which days and filters, how old.
      @param {{ whose: string, from?: string, to?: string, filters: string[], age: string[], day: string }} said */
  function caption({ whose, from, to, filters, age, day }) {
    const days = from && to ? from + " to " + to : "";
    const first = [whose, days, ...filters].filter(Boolean);
    return [first, [...age.filter(Boolean), "drawn " + day]].map((parts) => parts.map(drawing.inert).join(" \u00b7 "));
  }

  /** Returns what a picture of the page in sight says of itself. */
  function captionNow() {
    const { from, to } = pages.daysInSight();
    const { filters, age } = { filters: address.listed(window.location.search), age: panels.ageOf(page()) };
    return caption({ whose: pages.whose(), from, to, filters, age, day: new Date().toISOString().slice(0, 10) });
  }

  /** Returns the name of the file of a picture, as those of the other files of a profile are made.
      @param {{ profile: string, name: string, from?: string, to?: string }} said */
  function fileName({ profile, name, from, to }) {
    const parts = ["throughline", profile, name, from, to].filter(Boolean);
    return parts.join("-").replace(/[^A-Za-z0-9_.-]+/g, "-");
  }

  /** @param {HTMLElement} inside */
  function save(inside) {
    const panel = panelOf(inside);
    const name = panel?.dataset.panel || "";
    /** @type {PlotlyGraph | null | undefined} */
    const graph = panel?.querySelector(".js-plotly-plot");
    const figure = graph || panels.figure(page(), name);
    if (!panel || !figure || !window.Plotly) return shell.say("There is no chart to save.");
    const said = { title: textOf(panel.querySelector("h2")), lines: captionNow() };
    const layout = drawing.pictured(figure.layout, getComputedStyle(panel).backgroundColor, said);
    const size = { width: Math.max(graph?.clientWidth || 0, LEAST_WIDTH), height: layout.height };
    const filename = fileName({ profile: pages.profile(), name, ...pages.daysInSight() });
    window.Plotly.downloadImage({ data: figure.data, layout, config: CONFIG }, { format: "png", scale: 2, ...size, filename });
  }

  /** @returns {HTMLDialogElement | null} */
  const dialog = () => /** @type {HTMLDialogElement | null} */ (document.getElementById("enlarged"));

  /** Shows a chart as large as the window; Escape and its button lead back.
      @param {HTMLElement} inside */
  function enlarge(inside) {
    const panel = panelOf(inside), box = dialog();
    if (!panel || !box) return;
    if (!window.Plotly) return shell.say("The chart is not drawn yet.");
    large = { name: panel.dataset.panel || "", metric: panel.dataset.metric || null, look: "" };
    tell("#enlarged-title", textOf(panel.querySelector("h2")));
    tell(".enlarged-about", captionNow()[0] || "");
    tell(".enlarged-foot", textOf(panel.querySelector(".chart-foot")));
    box.addEventListener("close", clear, { once: true });
    box.showModal();
    redraw();
  }

  /** @param {string} where in the dialog
      @param {string} words */
  function tell(where, words) {
    const place = dialog()?.querySelector(where);
    if (place) place.textContent = words;
  }

  /** Draws the chart that is shown large anew where it looks different by now: in other colours, from newer data. */
  function redraw() {
    /** @type {PlotlyGraph | null | undefined} */
    const node = dialog()?.querySelector(".enlarged-chart");
    const look = panels.looksOf(page());
    const figure = large && large.look !== look && panels.figure(page(), large.name);
    if (!large || !node || !figure || !window.Plotly) return;
    large.look = look;
    const layout = { ...figure.layout, height: undefined, autosize: true };
    window.Plotly.newPlot(node, figure.data, layout, CONFIG).then(() => node.on("plotly_click", follow));
  }

  /** A point leads where it leads on the page.
      @param {ClickData} clicked */
  function follow(clicked) {
    const leads = address.pointedAt(clicked, large?.metric || null);
    dialog()?.close();
    pages.go(leads);
  }

  function clear() {
    /** @type {HTMLElement | null | undefined} */
    const node = dialog()?.querySelector(".enlarged-chart");
    if (node) window.Plotly?.purge(node);
    large = null;
  }

  const shrink = () => dialog()?.close();

  return { caption, fileName, save, enlarge, redraw, shrink };
})();
