import assert from "node:assert/strict";
import test from "node:test";
import vm from "node:vm";

import { load, openWindow } from "./loading.mjs";

const charts = load("charts");

const seen = (name, look) => ({ name, look });

test("a chart that is not drawn is to be drawn, and one that looks as it should is not", () => {
  const drawn = new Map([["velocity", "flow 1 light false"]]);

  assert.deepEqual(charts.outdated([seen("velocity", "flow 1 light false")], drawn), []);
  assert.deepEqual(charts.outdated([seen("load", "flow 1 light false")], drawn), [seen("load", "flow 1 light false")]);
  assert.deepEqual(charts.outdated([], drawn), []);
});

for (const look of ["flow 2 light false", "flow 1 dark false", "flow 1 light true"]) {
  test("a chart is another one where it should look like " + look, () => {
    assert.equal(charts.outdated([seen("velocity", look)], new Map([["velocity", "flow 1 light false"]])).length, 1);
  });
}

test("only what is wanted is drawn", () => {
  const page = openWindow();
  const outputs_list = ["velocity", "load"].map((name) => ({ id: { kind: "chart", page: "flow", name } }));
  page.dash_clientside.callback_context = { outputs_list };
  globalThis.document = { body: { dataset: { page: "flow" } } };
  vm.runInThisContext("var panels = { chart: (...asked) => asked };");

  assert.deepEqual(charts.draw({ names: ["load"] }), [page.dash_clientside.no_update, ["flow", "load", false]]);
});

for (const [active, place, range] of [[undefined, 1, "all"], [1, 2, "log"], [2, 0, "cut"]]) {
  test(`after the scale at ${active} comes that at ${place}`, () => {
    const buttons = ["cut", "all", "log"].map((name) => ({ args: [{ visible: [true] }, { name }] }));

    assert.deepEqual(charts.nextScale({ active, buttons }), [{ visible: [true] }, { name: range, "updatemenus[0].active": place }]);
  });
}
