"use strict";
/* Draws each figure in the colours the reader's system asks for, and in light ones, at the width of a sheet, on paper. */
(function () {
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const nodes = Array.from(document.querySelectorAll("[data-chart]"));
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const SHEET = { width: 680, autosize: false };

  function draw(node, scheme, size) {
    const figure = figures[node.dataset.chart][scheme];
    const config = {
      responsive: !size,
      displaylogo: false,
      showSendToCloud: false,
      modeBarButtons: [["toImage"]],
      toImageButtonOptions: { filename: node.dataset.chart, format: "png", scale: 2 },
    };
    return window.Plotly.react(node, figure.data, Object.assign({}, figure.layout, size), config);
  }

  function drawAll(scheme, size) {
    for (const node of nodes) draw(node, scheme, size);
  }

  const scheme = () => (dark.matches ? "dark" : "light");

  /* One chart at a time, so that the page can be read and scrolled while the others are drawn. */
  function drawNext(place) {
    if (place === nodes.length) return document.documentElement.setAttribute("data-drawn", String(place));
    Promise.resolve(draw(nodes[place], scheme())).finally(() => window.setTimeout(drawNext, 0, place + 1));
  }

  dark.addEventListener("change", () => drawAll(scheme()));
  window.addEventListener("beforeprint", () => drawAll("light", SHEET));
  window.addEventListener("afterprint", () => drawAll(scheme()));
  drawNext(0);
})();
