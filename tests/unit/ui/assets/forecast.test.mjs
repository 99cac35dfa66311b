import assert from "node:assert/strict";
import test from "node:test";

import { load, openWindow } from "./loading.mjs";

const forecast = load("address", "forecast");

test("a question stands in the address beside what was there", () => {
  const rest = [["note", "mine"], ["items", "3"], ["exclude", "2026-W01"]];
  assert.deepEqual(forecast.asking(rest, { items: "", by: " 2026-12-24 ", exclude: "", growth: "1" }), [
    ["note", "mine"],
    ["by", "2026-12-24"],
    ["growth", "1"],
  ]);
});

test("an empty question leaves nothing behind", () => {
  assert.deepEqual(forecast.asking([["items", "3"]], { items: "", by: "", exclude: "", growth: "" }), []);
});

test("the fields show what the address asks", () => {
  assert.deepEqual(forecast.asked("?src=demo&items=43&exclude=2026-W01&exclude=2026-W02&growth=1"), [
    "43",
    "",
    "2026-W01, 2026-W02",
    "1",
  ]);
  assert.deepEqual(forecast.asked(null), ["", "", "", ""]);
});

test("a form changes its own fields and leaves those of the other one", () => {
  const rest = [["items", "3"], ["exclude", "2026-W01"], ["cap", "4"]];
  assert.deepEqual(forecast.asking(rest, { cap: "8", halve: "", drop: "" }), [
    ["items", "3"],
    ["exclude", "2026-W01"],
    ["cap", "8"],
  ]);
});

test("a week is left out, and taken in again", () => {
  assert.equal(forecast.without("", "2026-W02"), "2026-W02");
  assert.equal(forecast.without("2026-W02", "2026-W01"), "2026-W01,2026-W02");
  assert.equal(forecast.without("2026-W01, 2026-W02", "2026-W01"), "2026-W02");
  assert.equal(forecast.without("2026-W02", "2026-W02"), "");
});

test("the server is asked again where the view or the page's own words change, and for nothing else", () => {
  const { dash_clientside } = openWindow();
  const view = { filters: { src: "demo" }, revision: "1" };
  assert.equal(forecast.question(null, "?items=4", null), dash_clientside.no_update);
  const asked = forecast.question(view, "?src=demo&items=4&cap=3&rows=label&note=mine", null);
  assert.deepEqual(asked, { ...view, question: "items=4&cap=3" });
  assert.equal(forecast.question(view, "?items=4&cap=3&panel=flow_time&by=label", asked), dash_clientside.no_update);
  assert.deepEqual(forecast.question(view, "?by=2031-01-01", asked), { ...view, question: "by=2031-01-01" });
  assert.deepEqual(forecast.question({ ...view, revision: "2" }, "?items=4&cap=3", asked), { ...asked, revision: "2" });
});
