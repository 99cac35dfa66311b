"use strict";
/* Draws each figure in the colours the reader's system asks for, and in light ones, at the width of a sheet, on paper. */
(function () {
  /** @type {{ charts: Record<string, { design: any, data: Data }>, colours: Record<string, Data> }} */
  const { charts, colours } = JSON.parse(document.getElementById("figures")?.textContent || "{}");
  /** @type {HTMLElement[]} */
  const nodes = Array.from(document.querySelectorAll("[data-chart]"));
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const SHEET = { width: 680, autosize: false };

  let onPaper = false;

  /** @param {HTMLElement} node */
  function draw(node) {
    const scheme = dark.matches && !onPaper ? "dark" : "light";
    const chart = charts[node.dataset.chart || ""];
    if (!chart || !window.Plotly) return undefined;
    /** @type {PlotlyFigure} */
    const figure = drawing.fill(chart.design, chart.data, colours[scheme] || {});
    const config = {
      responsive: !onPaper,
      displaylogo: false,
      showSendToCloud: false,
      modeBarButtons: [["toImage"]],
      toImageButtonOptions: { filename: node.dataset.chart, format: "png", scale: 2 },
    };
    const layout = Object.assign({}, figure.layout, onPaper ? SHEET : { autosize: true });
    return window.Plotly.react(node, figure.data, layout, config);
  }

  const drawAll = () => nodes.forEach(draw);

  /** @param {boolean} paper */
  function turn(paper) {
    onPaper = paper;
    drawAll();
  }

  /** One chart at a time, so that the page can be read and scrolled while the others are drawn.
      @param {number} place */
  function drawNext(place) {
    const node = nodes[place];
    if (node) Promise.resolve(draw(node)).finally(() => window.setTimeout(drawNext, 0, place + 1));
    else document.documentElement.setAttribute("data-drawn", String(place));
  }

  dark.addEventListener("change", drawAll);
  window.addEventListener("beforeprint", () => turn(true));
  window.addEventListener("afterprint", () => turn(false));
  drawNext(0);
})();
