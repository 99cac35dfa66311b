"use strict";
/* Draws each figure in the colours the reader's system asks for, and in light ones, at the width of a sheet, on paper. */
(function () {
  /** @type {{ charts: Record<string, { design: any, data: Data }>, colours: Record<string, Data>,
      picture: { file: string, lines: string[][] } }} */
  const { charts, colours, picture } = JSON.parse(document.getElementById("figures")?.textContent || "{}");
  /** @type {HTMLElement[]} */
  const nodes = Array.from(document.querySelectorAll("[data-chart]"));
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const SHEET = { width: 680, autosize: false };

  let onPaper = false;

  /** Saves a chart as a picture that says whose numbers it shows, of when, and how old they are.
      @param {PlotlyGraph} graph */
  function save(graph) {
    const said = picture.lines.map((parts) => parts.map(drawing.inert).join(" \u00b7 "));
    const title = graph.closest("section")?.querySelector("h3")?.textContent || "";
    const layout = drawing.pictured(graph.layout, getComputedStyle(document.body).backgroundColor, { title, lines: said });
    const filename = picture.file.replace("CHART", graph.dataset.chart || "");
    const size = { width: graph.clientWidth, height: layout.height, scale: 2 };
    window.Plotly?.downloadImage({ data: graph.data, layout, config: {} }, { format: "png", filename, ...size });
  }

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
      modeBarButtons: [[{ name: "Save as PNG", title: "Save as PNG", icon: window.Plotly.Icons.camera, click: save }]],
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
