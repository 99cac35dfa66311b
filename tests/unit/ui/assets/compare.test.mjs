import assert from "node:assert/strict";
import test from "node:test";

import { load, openWindow } from "./loading.mjs";

const compare = load("address", "pages", "compare");

test("what a chip changes stands in the address beside what was there, and an empty word goes", () => {
  const rest = [["note", "mine"], ["rows", "label"], ["order", "-items"]];
  assert.deepEqual(compare.changed(rest, { rows: "type", order: "", columns: "flow_time" }), [
    ["note", "mine"],
    ["rows", "type"],
    ["columns", "flow_time"],
  ]);
});

test("the question changes with its own words alone", () => {
  const { dash_clientside } = openWindow();
  const asked = compare.ask("?src=demo&rows=label&items=4&panel=flow_time&by=label&group=web", null);
  assert.equal(asked, "rows=label");
  assert.equal(compare.ask("?rows=label&issue=WEB-1", asked), dash_clientside.no_update);
  assert.equal(compare.ask("", asked), "");
});

test("a number opens what its row is made of, with the row as its group", () => {
  const window = openWindow("?rows=label");
  compare.evidence({ dataset: { name: "flow_time", by: "label", group: "shop & more", src: "" } });
  compare.evidence({ dataset: { name: "flow_time", by: "profile", group: "team-b", src: "team-b" } });
  assert.deepEqual(window.asked, [
    ["url", { search: "?panel=flow_time&by=label&group=shop+%26+more&rows=label" }],
    ["url", { search: "?src=team-b&panel=flow_time&rows=label" }],
  ]);
});
