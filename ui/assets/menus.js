"use strict";
/* The menu of a chart, by mouse and by keyboard: its button opens it, arrows walk through it, Escape gives the focus back. */

const menus = (() => {
  const ITEMS = '[role^="menuitem"]';

  /** Returns the place in a menu that a key leads to, round its ends; nothing where the key means nothing there.
      @param {string} key
      @param {number} at the place that has the focus; -1 for none
      @param {number} count of places */
  function placeAfter(key, at, count) {
    if (!count) return null;
    if (key === "Home") return 0;
    if (key === "End") return count - 1;
    if (key === "ArrowDown") return (at + 1) % count;
    return key === "ArrowUp" ? (Math.max(at, 0) - 1 + count) % count : null;
  }

  /** @param {Element} inside
      @returns {HTMLButtonElement | null} */
  const buttonOf = (inside) => inside.closest(".chart-menu")?.querySelector('[aria-haspopup="menu"]') || null;

  /** @param {Element} inside
      @returns {HTMLElement[]} */
  const itemsOf = (inside) => Array.from(inside.closest(".chart-menu")?.querySelectorAll(ITEMS) || []);

  /** @param {HTMLButtonElement} button */
  const isOpen = (button) => button.getAttribute("aria-expanded") === "true";

  /** @param {HTMLButtonElement} button
      @param {boolean} open */
  function turn(button, open) {
    button.setAttribute("aria-expanded", String(open));
    if (button.nextElementSibling instanceof HTMLElement) button.nextElementSibling.hidden = !open;
  }

  /** Gives a menu its copies of the entries, when it is first opened.
      @param {HTMLButtonElement} button */
  function fill(button) {
    const name = /** @type {HTMLElement | null} */ (button.closest("[data-panel]"))?.dataset.panel ?? "";
    if (itemsOf(button).length) return;
    for (const entry of document.getElementById("chart-entries")?.children || []) {
      const copy = /** @type {HTMLElement} */ (entry.cloneNode(true));
      if (copy.dataset.action === "scale" && !designs.charts[name]?.design.layout.updatemenus) continue;
      if (copy.dataset.export) copy.dataset.export += `/${name}.csv`;
      button.nextElementSibling?.append(copy);
    }
  }

  /** @param {HTMLButtonElement} button
      @param {string} key with which it is opened */
  function open(button, key = "Home") {
    closeOthers(button);
    fill(button);
    turn(button, true);
    const items = itemsOf(button);
    items[placeAfter(key, -1, items.length) ?? 0]?.focus();
  }

  /** @param {HTMLButtonElement} button */
  function close(button) {
    turn(button, false);
    button.focus();
  }

  /** @param {Element | null} button that stays as it is */
  function closeOthers(button) {
    /** @type {NodeListOf<HTMLButtonElement>} */
    const opened = document.querySelectorAll('[aria-haspopup="menu"][aria-expanded="true"]');
    for (const other of opened) if (other !== button) turn(other, false);
  }

  /** What a click on the button of a menu does.
      @param {HTMLElement} inside */
  function toggle(inside) {
    const button = buttonOf(inside);
    if (button && isOpen(button)) close(button);
    else if (button) open(button);
  }

  /** A choice closes the menu before it acts, so that what it opens gives the focus back to the button; so does a click
      anywhere else.
      @param {Event} _event
      @param {Element} target */
  function leave(_event, target) {
    const button = buttonOf(target);
    closeOthers(button);
    if (button && target.closest(ITEMS)) close(button);
  }

  /** @param {KeyboardEvent} event
      @param {Element} target */
  function walk(event, target) {
    const button = buttonOf(target);
    if (!button) return;
    if (!isOpen(button)) {
      if (target !== button || !["ArrowDown", "ArrowUp"].includes(event.key)) return;
      event.preventDefault();
      open(button, event.key);
      return;
    }
    // The button is where Tab goes on from, once what had the focus is hidden.
    if (event.key === "Tab" || event.key === "Escape") return close(button);
    const items = itemsOf(button);
    const place = placeAfter(event.key, items.findIndex((item) => item === target), items.length);
    if (place === null) return;
    event.preventDefault();
    items[place]?.focus();
  }

  return { placeAfter, toggle, leave, walk };
})();
