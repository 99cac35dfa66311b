"use strict";
/* A calendar beside the fields of days: the browser's own, which knows keyboards, languages and phones. What is typed stays a
   text, also where it is no day. */

const calendar = (() => {
  /** Returns the day that a calendar begins with, or nothing where a field holds none.
      @param {string} typed */
  function dayOf(typed) {
    const found = /^\s*(\d{4}-\d{2}-\d{2})\s*$/.exec(typed)?.[1] || "";
    const read = new Date(found + "T00:00:00Z");
    return !Number.isNaN(read.getTime()) && read.toISOString().startsWith(found) ? found : "";
  }

  /** Opens a calendar at a button; the day that is chosen goes into the field that the button names.
      @param {HTMLElement} button */
  function open(button) {
    const field = document.getElementById(button.dataset.field || "");
    if (!(field instanceof HTMLInputElement)) return;
    document.querySelector(".day-picker")?.remove();
    const picker = document.createElement("input");
    Object.assign(picker, { type: "date", className: "day-picker", tabIndex: -1, value: dayOf(field.value) });
    picker.setAttribute("aria-hidden", "true");
    const { left, top, width, height } = button.getBoundingClientRect();
    Object.assign(picker.style, { left: left + "px", top: top + "px", width: width + "px", height: height + "px" });
    picker.addEventListener("change", () => window.dash_clientside.set_props(field.id, { value: picker.value }));
    document.body.append(picker);
    if ("showPicker" in picker) picker.showPicker();
    else field.focus();
  }

  return { dayOf, open };
})();
