/* Loads files of ui/assets as a browser does: as plain scripts, one after the other, into one world. */

import { readFileSync } from "node:fs";
import vm from "node:vm";

const FOLDER = new URL("../../../../ui/assets/", import.meta.url);

/** Loads `address.js` for "address" and so on, and returns what the last one of them is called after. */
export function load(...names) {
  for (const name of names) {
    const file = new URL(name + ".js", FOLDER);
    vm.runInThisContext(readFileSync(file, "utf8"), { filename: file.pathname });
  }
  return vm.runInThisContext(names.at(-1));
}

/** Puts a window into the world whose page is at `search`; returns it, with a list of what was asked of Dash. */
export function openWindow(search = "") {
  const asked = [];
  const dash_clientside = { no_update: { description: "nothing" }, set_props: (id, props) => asked.push([id, props]) };
  globalThis.window = { location: { search }, dash_clientside, asked };
  return globalThis.window;
}
