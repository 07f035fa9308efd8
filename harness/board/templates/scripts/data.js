// SPDX-License-Identifier: GPL-2.0-or-later
// The data of the page, and how a place of the matrix is read from it. A test and a night are told
// by their number; the place of both is night × TESTS + test.
const data = JSON.parse(document.getElementById("data").textContent);
const NIGHTS = data.nights.id.length;
const TESTS = data.tests.scenario.length;
const NOTHING = ".";
const RETRIED = 1;
const FLIPPED = 2;
const CRASHED = 4;
const MARK = 24;
const words = data.words;
const VERDICTS = Object.values(words.verdicts);

const part = (test, name) => data.tests[`${name}s`][data.tests[name][test]];
const testId = (test) => ["guest", "radio", "dll", "scenario"].map((name) => part(test, name)).join("/");
const testIds = Array.from({ length: TESTS }, (_, test) => testId(test));
const haystacks = testIds.map((id) => id.toLowerCase());
// Parts that are the same for every test say nothing in a list of tests.
const telling = ["dll", "guest", "radio"].filter((name) => data.tests[`${name}s`].length > 1);
const shortName = (test) => ["scenario", ...telling].map((name) => part(test, name)).join(" · ");

const letterAt = (night, test) => data.nights.verdicts[night][test];
const verdictOf = (letter) => words.verdicts[letter];
const changeAt = (night, test) => words.changes[data.nights.changes[night][test]];
const flagsAt = (night, test) => parseInt(data.nights.flags[night][test], 32);
const markOf = (flags) => words.marks[flags & MARK];
const passed = (letter) => letter === "P" || letter === "D";
const told = (letter) => verdictOf(letter) ?? words.states[letter] ?? "not in this night";

const two = (number) => String(number).padStart(2, "0");
const dateOf = (seconds) => {
  const at = new Date(seconds * 1000);
  return `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`;
};
const timeOf = (seconds) => {
  const at = new Date(seconds * 1000);
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())} UTC`;
};
const nightDate = (night) => dateOf(data.nights.started[night]);
const spanOf = (seconds) => {
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${two(minutes % 60)} min`;
};
const counted = (count, one, more = `${one}s`) => `${count.toLocaleString("en")} ${count === 1 ? one : more}`;

// The rows of attempts of a place, which are in the order of places.
const firstAt = (places, place) => {
  let low = 0;
  let high = places.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (places[middle] < place) low = middle + 1;
    else high = middle;
  }
  return low;
};
const rowsAt = (table, place) => {
  const rows = [];
  for (let row = firstAt(table.place, place); table.place[row] === place; row += 1) rows.push(row);
  return rows;
};
const textOf = (code) => (code < 0 ? "" : data.texts[code]);
const folderOf = (table, row) => `${data.parents[table.folder[row]]}/${table.run[row]}/`;

// Elements are made of names and texts only: nothing in the data can become markup.
const el = (name, properties = {}, ...children) => {
  const made = document.createElement(name);
  fill(made, properties);
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
};
const fill = (made, properties) => {
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name in made && name !== "list") made[name] = value;
    else made.setAttribute(name, value);
  }
};
const badge = (verdict) => el("span", { className: `badge v-${verdict}`, title: words.meanings[verdict] }, verdict);
const byId = (id) => document.getElementById(id);
