"use strict";
/* Events: the dialog that keeps them, and the day that a click in a chart means. */

const marks = (() => {
  const DAY_MS = 86_400_000;

  /** Returns the day of an instant of a chart's axis. A bar stands around the first day of its step, so the left half of it
      is drawn before that day and yet belongs to the step.
      @param {number} instant on the axis, in milliseconds
      @param {number} step how long a step is, 0 where the axis has none */
  function dayAt(instant, step) {
    return new Date(Math.floor((instant + step / 2) / DAY_MS) * DAY_MS).toISOString().slice(0, 10);
  }

  /** Returns how long the steps of a chart are, 0 where it runs over days.
      @param {any} axis
      @param {any[]} traces */
  function stepOf(axis, traces) {
    if (axis.tick0 === undefined) return 0;
    const [first, second] = traces[0]?.x || [];
    return second ? Date.parse(second) - Date.parse(first) : 7 * DAY_MS;
  }

  /** Returns the instant that stands at a place of a time axis, in milliseconds.
      @param {{ p2d: (px: number) => unknown }} axis
      @param {number} px */
  function instantAt(axis, px) {
    const clock = String(axis.p2d(px)).slice(0, 19).replace(" ", "T");
    return Date.parse(clock.length > 10 ? clock + "Z" : clock);
  }

  /** Opens the dialog of events, with a day where one is known.
      @param {string} [day] */
  function open(day) {
    if (day) window.dash_clientside.set_props("event-day", { value: day });
    window.dash_clientside.set_props("events-dialog", { opened: true });
  }

  /** Lets the next click in a chart mean its day; once more, or Escape, takes that back.
      @param {boolean} wanted */
  function arm(wanted) {
    document.body.dataset.marking = wanted ? "on" : "";
    for (const button of document.querySelectorAll('[data-action="mark"]')) button.setAttribute("aria-pressed", String(wanted));
    if (wanted) shell.say("Click into a chart, on the day of the event.");
  }

  const isArmed = () => document.body.dataset.marking === "on";

  /** Takes a press in a chart that runs over time for the day that it means, before the chart itself hears of it.
      @param {MouseEvent} event
      @param {Element} target */
  function press(event, target) {
    /** @type {any} */
    const graph = isArmed() && target.closest(".js-plotly-plot");
    const axis = graph?._fullLayout?.xaxis;
    if (!axis || axis.type !== "date") return;
    event.preventDefault();
    event.stopPropagation();
    arm(false);
    const left = graph.getBoundingClientRect().left + axis._offset;
    open(dayAt(instantAt(axis, event.clientX - left), stepOf(graph.layout.xaxis, graph.data)));
  }

  /** @param {KeyboardEvent} event */
  function escape(event) {
    if (event.key === "Escape" && isArmed()) arm(false);
  }

  /** Opens the dialog with the day of a change that has no name yet.
      @param {HTMLElement} button */
  const happened = (button) => open(button.dataset.day);

  return { dayAt, stepOf, instantAt, happened, open: () => open(), views: () => window.dash_clientside.set_props("views-dialog", { opened: true }), mark: () => arm(!isArmed()), press, escape };
})();
