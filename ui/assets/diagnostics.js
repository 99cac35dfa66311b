// The log is only asked for while its page is looked at and nobody has paused it.
(function () {
  "use strict";
  const watch = (page, clicks) => {
    const paused = (clicks || 0) % 2 === 1;
    return [page !== "diagnostics" || paused, paused ? "Go on" : "Pause"];
  };
  window.dash_clientside = Object.assign({}, window.dash_clientside, { diagnostics: { watch } });
})();
