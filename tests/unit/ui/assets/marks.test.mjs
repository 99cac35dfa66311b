/* Which day a click in a chart means. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { load } from "./loading.mjs";

const marks = load("marks");
const WEEK = 7 * 86_400_000;

test("in a chart of days it is the day that the click stands on", () => {
  assert.equal(marks.dayAt(Date.parse("2026-03-05T23:59:59Z"), 0), "2026-03-05");
  assert.equal(marks.dayAt(Date.parse("2026-03-06T00:00:00Z"), 0), "2026-03-06");
});

test("the left half of a bar belongs to its week although it stands before its Monday", () => {
  assert.equal(marks.dayAt(Date.parse("2026-02-26T12:00:00Z"), WEEK), "2026-03-02");
  assert.equal(marks.dayAt(Date.parse("2026-03-02T00:00:00Z"), WEEK), "2026-03-05");
  assert.equal(marks.dayAt(Date.parse("2026-03-05T11:59:00Z"), WEEK), "2026-03-08");
});

test("only axes with a first label run over steps", () => {
  assert.equal(marks.stepOf({ tick0: "2026-03-02" }, [{ x: ["2026-03-02", "2026-03-09"] }]), WEEK);
  assert.equal(marks.stepOf({ tick0: "2026-03-02" }, [{ x: ["2026-03-02"] }]), WEEK);
  assert.equal(marks.stepOf({}, [{ x: ["2026-03-02", "2026-03-09"] }]), 0);
});

test("an axis tells its instants as a clock, with or without a time", () => {
  const axis = (said) => ({ p2d: () => said });
  assert.equal(marks.instantAt(axis("2026-03-05 12:30:15.1234"), 1), Date.parse("2026-03-05T12:30:15Z"));
  assert.equal(marks.instantAt(axis("2026-03-05 12:30"), 1), Date.parse("2026-03-05T12:30Z"));
  assert.equal(marks.instantAt(axis("2026-03-05"), 1), Date.parse("2026-03-05T00:00Z"));
});
