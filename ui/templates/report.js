"use strict";
/* Draws each figure in the colours the reader's system asks for, and in light ones, at the width of a sheet, on paper. */
(function () {
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const nodes = Array.from(document.querySelectorAll("[data-chart]"));
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const SHEET = { width: 680, autosize: false };

  let onPaper = false;

  function draw(node) {
    const scheme = dark.matches && !onPaper ? "dark" : "light";
    const figure = figures[node.dataset.chart][scheme];
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

  function turn(paper) {
    onPaper = paper;
    drawAll();
  }

  /* One chart at a time, so that the page can be read and scrolled while the others are drawn. */
  function drawNext(place) {
    if (place === nodes.length) return document.documentElement.setAttribute("data-drawn", String(place));
    Promise.resolve(draw(nodes[place])).finally(() => window.setTimeout(drawNext, 0, place + 1));
  }

  dark.addEventListener("change", drawAll);
  window.addEventListener("beforeprint", () => turn(true));
  window.addEventListener("afterprint", () => turn(false));
  drawNext(0);
})();
