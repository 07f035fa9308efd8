// SPDX-License-Identifier: GPL-2.0-or-later
// What the reader looks at, kept in the address of the page: whoever opens it sees the same, and
// the back button undoes a step.
const LISTS = ["verdict", "change"];
const NAMES = ["plan", "from", "to", "text", "guest", "radio", "dll", "scenario", "test", "at", ...LISTS];

const readState = () => {
  const found = new URLSearchParams(location.hash.slice(1));
  const state = {};
  for (const name of NAMES) state[name] = found.get(name) ?? "";
  for (const name of LISTS) state[name] = state[name] ? state[name].split("~") : [];
  return state;
};

const writtenState = (state) => {
  const written = new URLSearchParams();
  for (const name of NAMES) {
    const value = LISTS.includes(name) ? state[name].join("~") : state[name];
    if (value) written.set(name, value);
  }
  return `#${written}`;
};

let state = readState();
let show = () => {};

// `replace` is for a step that goes on with the one before it, such as the next letter of a word.
const go = (changes, { replace = false } = {}) => {
  state = { ...state, ...changes };
  const hash = writtenState(state);
  if (hash !== (location.hash || "#")) {
    history[replace ? "replaceState" : "pushState"](null, "", hash === "#" ? location.pathname + location.search : hash);
  }
  show();
};
const toggled = (list, value) => (list.includes(value) ? list.filter((one) => one !== value) : [...list, value]);

addEventListener("popstate", () => {
  state = readState();
  show();
});
