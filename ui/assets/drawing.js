"use strict";
/* Puts data into designs, which ui/design.py describes and makes. Pages and reports draw with this file alone. */

/** @typedef {Record<string, any>} Data */

const drawing = (() => {
  const SHOWN_ROWS = 200;
  const LONGEST = 60;

  /** Tells whether there is something: 0 is, empty texts and lists are not.
      @param {any} value */
  const isThere = (value) => value !== undefined && value !== null && value !== false && value !== "" && value.length !== 0;

  /** Returns foreign text so that plotly, which reads a kind of HTML, shows it letter by letter, on one line.
      @param {string} text */
  function inert(text) {
    const line = text.replace(/[\p{C}\p{Z}\s]+/gu, " ").trim();
    const letters = Array.from(line);
    const cut = letters.length <= LONGEST ? line : letters.slice(0, LONGEST - 1).join("").trimEnd() + "\u2026";
    return cut.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll("$", "&#36;");
  }

  /** @param {any[]} parts */
  function join(...parts) {
    const lengths = parts.filter(Array.isArray).map((part) => part.length);
    const row = (/** @type {number} */ n) => parts.map((part) => (Array.isArray(part) ? part[n] : part)).join("");
    return lengths.length ? Array.from({ length: Math.min(...lengths) }, (_, n) => row(n)) : parts.join("");
  }

  /** @param {number} first
      @param {number[]} steps
      @param {number} letters */
  function clock(first, steps, letters) {
    let minutes = first;
    return steps.map((step) => new Date((minutes += step) * 60000).toISOString().replace("T", " ").slice(0, letters));
  }

  const percent = (/** @type {number} */ value) => Number(value.toFixed(2)) + "%";

  /** @param {(number | null)[]} heights */
  function outline(heights) {
    const width = 100 / Math.max(heights.length, 1);
    const corners = heights.flatMap((height, place) => {
      if (height === null) return [];
      const left = percent(place * width), right = percent((place + 0.8) * width), top = percent(100 - height);
      return [left + " 100%", left + " " + top, right + " " + top, right + " 100%"];
    });
    return "polygon(" + ["0% 100%", ...corners].join(", ") + ")";
  }

  /** @param {number[]} partial */
  function veil(partial) {
    const width = 100 / Math.max(partial.length, 1);
    const ends = partial.flatMap((hidden, place) => (hidden === partial[place + 1] ? [] : [place + 1]));
    const stops = ends.map((end, n) => {
      const colour = partial[end - 1] ? "var(--spark-veil) " : "transparent ";
      return colour + percent((ends[n - 1] || 0) * width) + " " + percent(end * width);
    });
    return stops.length ? "linear-gradient(90deg, " + stops.join(", ") + ")" : "none";
  }

  /** What can stand in a design, made of its parts once these are filled.
      @type {Record<string, (...parts: any[]) => any>} */
  const MAKERS = {
    $pick: (number, options) =>
      Array.isArray(number) ? number.map((place) => (place === null ? null : options[place])) : options[Number(number)],
    $text: join,
    $take: (column, places) => places.map((/** @type {number} */ place) => column[place]),
    $where: (column, mask, value) => column.filter((/** @type {any} */ _, /** @type {number} */ n) => mask[n] === value),
    $split: (column) => (typeof column === "string" ? column.split(" ") : column),
    $inert: (column) => (typeof column === "string" ? inert(column) : column.map(inert)),
    $clock: clock,
    $bars: outline,
    $veil: veil,
  };

  /** @param {any[]} parts
      @param {Data} data
      @param {Data} colours */
  function fillIf([name, then, otherwise], data, colours) {
    return fill(isThere(data[name]) ? then : otherwise, data, colours);
  }

  /** @param {any[]} parts
      @param {Data} data
      @param {Data} colours */
  function fillEach([name, template], data, colours) {
    const copies = (data[name] || []).map((/** @type {Data} */ entry) => fill(template, { ...data, ...entry }, colours));
    return copies.filter((/** @type {any} */ copy) => copy !== undefined);
  }

  /** @param {any[]} list
      @param {Data} data
      @param {Data} colours */
  function fillList(list, data, colours) {
    return list.flatMap((part) => {
      const filled = fill(part, data, colours);
      if (part && part.$each) return filled;
      return filled === undefined ? [] : [filled];
    });
  }

  /** @param {Data} design
      @param {Data} data
      @param {Data} colours */
  function fillNode(design, data, colours) {
    const names = Object.keys(design);
    const name = names.length === 1 ? String(names[0]) : "";
    if (name === "$if") return fillIf(design.$if, data, colours);
    if (name === "$each") return fillEach(design.$each, data, colours);
    const make = Object.hasOwn(MAKERS, name) ? MAKERS[name] : undefined;
    if (!make) {
      const filled = names.map((own) => [own, fill(design[own], data, colours)]);
      return Object.fromEntries(filled.filter(([, value]) => value !== undefined));
    }
    const parts = design[name].map((/** @type {any} */ part) => fill(part, data, colours));
    return parts.includes(undefined) ? undefined : make(...parts);
  }

  /** Returns a design with data in its places; a place whose value is missing leaves nothing behind.
      @param {any} design
      @param {Data} data
      @param {Data} colours
      @returns {any} */
  function fill(design, data, colours) {
    if (typeof design === "string") {
      if (design.length < 2 || !"$@".includes(design.charAt(0))) return design;
      return (design.charAt(0) === "$" ? data : colours)[design.slice(1)];
    }
    if (Array.isArray(design)) return fillList(design, data, colours);
    return design && typeof design === "object" ? fillNode(design, data, colours) : design;
  }

  /** Returns a value with as many digits as a reader can use, in the words of ui.format.number.
      @param {number} value */
  function number(value) {
    const size = Math.abs(value);
    if (size < 100 && !Number.isInteger(value)) return value.toFixed(size >= 1 ? 1 : 2);
    return value.toFixed(0).replace(/\B(?=(\d{3})+$)/g, "\u202f");
  }

  /** @param {any} value */
  function cell(value) {
    if (value === null || value === undefined) return "\u2013";
    return typeof value === "number" ? number(value) : String(value);
  }

  /** Returns the first rows of a table as texts, of columns that are designs.
      @param {any[]} columns
      @param {Data} data
      @returns {string[][]} */
  function rows(columns, data) {
    const filled = columns.map((column) => fill(column, data, {}) || []);
    const length = Math.min(SHOWN_ROWS, ...filled.map((column) => column.length));
    return Array.from({ length }, (_, n) => filled.map((column) => cell(column[n])));
  }

  const TITLE_HEIGHT = 52;
  const LINE_HEIGHT = 18;

  /** Returns the layout of a chart that leaves its page: with the colour behind it, without buttons, and above it a title and
      what the page says around it; as much higher as these need.
      @param {Data} layout
      @param {string} surface
      @param {{ title: string, lines: string[] }} said foreign texts have been made inert */
  function pictured(layout, surface, { title, lines }) {
    const top = TITLE_HEIGHT + LINE_HEIGHT * lines.length;
    const subtitle = { text: lines.join("<br>"), font: { size: 12 } };
    return {
      ...layout,
      updatemenus: [],
      paper_bgcolor: surface,
      plot_bgcolor: surface,
      title: { text: title, subtitle, font: { size: 17 }, x: 0, xref: "container", xanchor: "left", pad: { l: 16 } },
      margin: { ...layout.margin, t: top },
      height: layout.height + top - (layout.margin?.t || 0),
    };
  }

  return { fill, inert, number, rows, pictured };
})();
