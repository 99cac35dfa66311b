import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./loading.mjs";

const drawing = load("drawing");
const DATA = { name: "Flow time", zero: 0, empty: "", late: [0, 1], weeks: [{ week: "W1" }, { week: "W2" }], days: [1.5, null] };
const filled = (design) => drawing.fill(design, DATA, { bar: "#123456" });

for (const [what, design, expected] of [
  ["a value", "$name", "Flow time"],
  ["a colour", "@bar", "#123456"],
  ["a text that is no place", "%{y} days", "%{y} days"],
  ["a node without what is missing", { a: "$zero", b: "$unknown" }, { a: 0 }],
  ["a list without what is missing", ["$unknown", "x"], ["x"]],
  ["the one where there is something", { $if: ["zero", "there", "not there"] }, "there"],
  ["the other where there is nothing", { $if: ["empty", "there", "not there"] }, "not there"],
  ["a copy for each", [{ $each: ["weeks", { w: "$week", n: "$name" }] }], [{ w: "W1", n: "Flow time" }, { w: "W2", n: "Flow time" }]],
  ["a column by number", { $pick: ["$late", ["no", "yes"]] }, ["no", "yes"]],
  ["a column of texts", { $text: ["$days", " d"] }, ["1.5 d", " d"]],
  ["what stands at a place", { $take: ["$days", [1]] }, [null]],
  ["what is marked", { $where: ["$days", "$late", 0] }, [1.5]],
  ["keys", { $split: ["A-1 A-2"] }, ["A-1", "A-2"]],
  ["instants", { $clock: [29538720, [0, 60], 16] }, ["2026-03-01 00:00", "2026-03-01 01:00"]],
  ["bars", { $bars: [[25, null]] }, "polygon(0% 100%, 0% 100%, 0% 75%, 40% 75%, 40% 100%)"],
  ["a veil", { $veil: [[0, 1]] }, "linear-gradient(90deg, transparent 0% 50%, var(--spark-veil) 50% 100%)"],
]) {
  test("a design has a place for " + what, () => assert.deepEqual(filled(design), expected));
}

test("what is made of something missing is missing, and stays a design for the next data", () => {
  const design = Object.freeze({ a: Object.freeze({ $text: ["$unknown", "x"] }), b: Object.freeze(["$name"]) });

  assert.deepEqual(filled(design), { b: ["Flow time"] });
  assert.deepEqual(drawing.fill(design, { unknown: "1", name: "2" }, {}), { a: "1x", b: ["2"] });
});

test("data are no designs: what looks like a place in them is a text", () => {
  assert.deepEqual(drawing.fill({ a: "$text" }, { text: "$name", name: "secret" }, {}), { a: "$name" });
  assert.deepEqual(drawing.fill({ a: "$node" }, { node: { $if: ["name", 1] }, name: "x" }, {}), { a: { $if: ["name", 1] } });
});

test("foreign text is harmless in a figure", () => {
  assert.equal(drawing.inert("<b>\n$x$ &amp;"), "&lt;b&gt; &#36;x&#36; &amp;amp;");
  assert.equal(Array.from(drawing.inert("x".repeat(61))).length, 60);
});

test("a table has rows of texts, two hundred at most", () => {
  const n = Array.from({ length: 201 }, (_, place) => place * 1000);

  assert.deepEqual(drawing.rows(["$a", "$b"], { a: [1204.2, null], b: ["x", "y"] }), [["1\u202f204", "x"], ["\u2013", "y"]]);
  assert.equal(drawing.rows(["$n"], { n }).length, 200);
  assert.deepEqual(drawing.rows(["$a", "$unknown"], { a: [1] }), []);
});

test("a chart that leaves its page takes a title and lines along, is higher by these, and stays as it is on the page", () => {
  const layout = Object.freeze({ height: 300, margin: Object.freeze({ l: 40, t: 14 }) });
  const { title, ...rest } = drawing.pictured(layout, "rgb(1, 2, 3)", { title: "Flow time", lines: ["Team A", "drawn today"] });

  // 52 for the title and 18 for each of two lines, in place of 14.
  assert.deepEqual(rest, {
    height: 374,
    margin: { l: 40, t: 88 },
    paper_bgcolor: "rgb(1, 2, 3)",
    plot_bgcolor: "rgb(1, 2, 3)",
    updatemenus: [],
  });
  assert.equal(title.text, "Flow time");
  assert.equal(title.subtitle.text, "Team A<br>drawn today");
  assert.deepEqual(drawing.pictured({ height: 200 }, "", { title: "", lines: [] }).margin, { t: 52 });
});
