import assert from "node:assert/strict";
import test from "node:test";
import vm from "node:vm";

import { load, openWindow } from "./loading.mjs";

const panels = load("drawing", "charts", "panels");
vm.runInThisContext(`charts.look = () => undefined;
  const designs = {
    card: { id: "$title_id", title: "$title", value: "$value", age: "$age", weeks: "$names" },
    panel: { $if: ["rows", { caption: "$caption", heads: "$heads", rows: "$rows" }, { figure: "$figure", note: "$note" }] },
    metrics: { flow_time: { title: "Flow time" } },
    colours: { light: { bar: "blue" }, dark: { bar: "white" } },
    charts: { velocity: { title: "Throughput", heads: ["week", "items"], cells: ["$names", "$y"],
      design: { y: "$y", colour: "@bar" } } },
  };`);

const ANSWER = {
  page: {
    cards: [{ id: "flow_time", value: "5.5" }],
    charts: { velocity: { y: [2, null], note: "Some words." } },
    weeks: { names: ["W10", "W11"] },
    heading: "two weeks", marks: "one event",
  },
  freshness: { age: "just now" },
};
const VIEW = { filters: { days: "30" }, revision: "r1" };

/** The panels of the page, by the name of their chart: whether each stands below the others. */
const silent = {};
globalThis.document = {
  querySelector: (selector) => ({ classList: { toggle: (_name, on) => (silent[selector] = on) } }),
};

/** What a page receives, and what its window was asked for. */
function received(answer, scheme = "light", triggered = "answer-flow.data") {
  const page = openWindow();
  page.dash_clientside.callback_context = { outputs_list: [{ id: "cards-flow" }], triggered: [{ prop_id: triggered }] };
  return { page, shown: panels.receive(answer, scheme, VIEW) };
}

test("nothing is drawn before there is an answer", () => {
  const { page, shown } = received(null);

  assert.deepEqual(shown, Array(3).fill(page.dash_clientside.no_update));
  assert.equal(panels.looksOf("flow"), "");
  assert.equal(panels.chart("flow", "velocity", false), page.dash_clientside.no_update);
});

test("an answer becomes cards and a heading", () => {
  const { shown } = received(ANSWER);

  assert.deepEqual(shown, [
    [{ id: "title-flow-flow_time", title: "Flow time", value: "5.5", age: "just now", weeks: ["W10", "W11"] }],
    "two weeks",
    "one event",
  ]);
});

test("a chart is drawn from it, as a figure and as a table", () => {
  received(ANSWER);

  assert.deepEqual(panels.chart("flow", "velocity", false), { figure: { y: [2, null], colour: "blue" }, note: "Some words." });
  assert.deepEqual(panels.chart("flow", "velocity", true), {
    caption: "Throughput",
    heads: [{ head: "week" }, { head: "items" }],
    rows: [{ first: "W10", others: [{ cell: "2" }] }, { first: "W11", others: [{ cell: "\u2013" }] }],
  });
});

test("a chart with nothing to draw stands below the others until it has something", () => {
  const nothing = { ...ANSWER.page, charts: { velocity: { empty: "No data in this period." } } };
  received({ ...ANSWER, page: nothing });
  assert.deepEqual(silent, { '[data-panel="velocity"]': true });
  received(ANSWER);

  assert.deepEqual(silent, { '[data-panel="velocity"]': false });
});

test("other colours ask nobody: the same answer is drawn in them", () => {
  received(ANSWER);
  const before = panels.looksOf("flow");
  const { page, shown } = received(ANSWER, "dark", "theme.data");

  assert.deepEqual(shown, Array(3).fill(page.dash_clientside.no_update));
  assert.notEqual(panels.looksOf("flow"), before);
  assert.equal(panels.chart("flow", "velocity", false).figure.colour, "white");
  assert.deepEqual(page.asked, []);
});

test("every answer looks different from the one before", () => {
  received(ANSWER);
  const before = panels.looksOf("flow");
  received(ANSWER);

  assert.notEqual(panels.looksOf("flow"), before);
});

test("a page is asked for again with the view that it has", () => {
  const { page } = received(ANSWER);
  panels.again("flow");
  panels.again("nowhere");

  assert.equal(page.asked.length, 1);
  const [[id, { data }]] = page.asked;
  assert.deepEqual(id, { kind: "view", name: "flow" });
  assert.deepEqual({ ...data, again: 0 }, { ...VIEW, again: 0 });
});

test("a caption says how much of a long table is shown", () => {
  assert.equal(panels.caption("Throughput", 52, 52), "Throughput");
  assert.equal(panels.caption("Items", 200, 1538), "Items: 200 of 1\u202f538 rows; all are in the CSV file");
});

/** The labels below the axis of a chart, in a window of that many pixels. */
function labelsAt(width, ticktext) {
  return panels.inTurn({ layout: { xaxis: { ticktext, tickfont: { size: 12 } } } }, width).layout.xaxis;
}

test("labels stand in two rows, in turn, where their columns are too narrow for one", () => {
  const names = ["To do", "In<br>review", "Test", "Done"];

  assert.deepEqual(labelsAt(1366, names).ticktext, names);
  // 124 pixels are not chart: 427 - 124 is 75.75 for each of four.
  assert.deepEqual(labelsAt(428, names).ticktext, names);
  assert.deepEqual(labelsAt(427, names), {
    ticktext: ["To do", "<br>In<br>review", "Test", "<br>Done"], tickangle: 0, tickfont: { size: 11 },
  });
  assert.deepEqual(labelsAt(244, names).tickangle, 0);
  assert.deepEqual(labelsAt(243, names).ticktext, names); // not even two rows have the room
});

test("below labels of two lines the second row begins on the third", () => {
  assert.deepEqual(labelsAt(300, ["In<br>review", "Done"]).ticktext, ["In<br>review", "Done"]);
  assert.deepEqual(labelsAt(260, ["In<br>review", "Done"]).ticktext, ["In<br>review", "<br><br>Done"]);
});

test("a figure without labels of its own stays as it is", () => {
  const figure = { layout: { xaxis: { type: "date" } } };

  assert.equal(panels.inTurn(figure, 320), figure);
});
