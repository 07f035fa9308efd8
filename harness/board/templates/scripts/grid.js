// SPDX-License-Identifier: GPL-2.0-or-later
// The matrix: only what is in sight is in the document. One place of it has the focus (a roving
// tab index); row −1 is the head with the nights, column −1 the names of the tests.
const CELL = 20;
const ROW = 24;
const HEAD = 40;
const AHEAD = 5;
const PRINTED = 34;
const grid = { view: null, row: 0, column: 0, drawn: "", printing: false, first: 0, lines: new Map() };

const placeName = (night, test) => `${data.nights.id[night]}~${testIds[test]}`;
const namedPlace = (name) => {
  const [id, ...rest] = name.split("~");
  const night = nightNumber(id);
  const test = testIds.indexOf(rest.join("~"));
  return night < 0 || test < 0 ? null : { night, test };
};

// What a place shows is told by its letter and flags: each kind is made once, then copied.
const kinds = new Map();
const cellOf = (letter, flag) => {
  const key = letter + flag;
  if (!kinds.has(key)) kinds.set(key, cellKind(letter, parseInt(flag, 32)));
  return kinds.get(key).cloneNode(true);
};

const flagWords = (flags) => [flags & CRASHED ? "crashed" : "", flags & RETRIED ? "retried" : "", markOf(flags) ?? ""].filter(Boolean);

const cellKind = (letter, flags) => {
  const css = ["cell", `v-${verdictOf(letter) ?? "none"}`];
  if (flags & RETRIED) css.push("retried");
  if (flags & CRASHED) css.push("crashed");
  if (flags & MARK) css.push("marked", markOf(flags).split(" ")[0]);
  const text = letter === "P" || letter === NOTHING ? "" : letter; // a pass is a dot of the style
  return el("div", { className: css.join(" "), role: "gridcell", "aria-label": [told(letter), ...flagWords(flags)].join(", ") }, text);
};

const labelOf = (row, column) => {
  const { view } = grid;
  const night = view.nights[column];
  const test = view.tests[row];
  if (row < 0) return nightLabel(night);
  const words = [testIds[test], nightDate(night), told(letterAt(night, test)), changeAt(night, test) ?? "", ...flagWords(flagsAt(night, test))];
  return words.filter(Boolean).join(", ");
};

const nightLabel = (night) => {
  const differs = { build: ", another build", environment: ", another environment" }[differsAt(night)] ?? "";
  return `night of ${nightDate(night)} ${timeOf(data.nights.started[night])}, ${data.nights.state[night]}, ${data.nights.verdict[night]}${differs}`;
};

const headOf = (night, column, first) => {
  const { view } = grid;
  const date = nightDate(night);
  const month = first || date.slice(0, 7) !== nightDate(view.nights[column - 1]).slice(0, 7) ? date.slice(0, 7) : "";
  return el("div", { className: `night ${differsAt(night)}${night === view.night ? " shown" : ""}`, role: "columnheader", "aria-label": nightLabel(night) }, el("small", {}, month), date.slice(8));
};

const widthOfNames = () => (byId("grid").clientWidth < 560 ? 140 : 290);

const inSight = () => {
  const { view } = grid;
  const box = byId("grid");
  if (grid.printing) return { rows: [0, view.tests.length], columns: [Math.max(0, view.nights.length - PRINTED), view.nights.length] };
  const range = (from, size, unit, count) => [Math.max(0, Math.floor(from / unit) - AHEAD), Math.min(count, Math.ceil((from + size) / unit) + AHEAD)];
  return {
    rows: range(box.scrollTop, box.clientHeight, ROW, view.tests.length),
    columns: range(box.scrollLeft, box.clientWidth - widthOfNames(), CELL, view.nights.length),
  };
};

const drawGrid = (force = false) => {
  if (!grid.view) return;
  const box = byId("grid");
  const { rows, columns } = inSight();
  const drawn = `${rows}|${columns}|${grid.printing}`;
  if (!force && drawn === grid.drawn) return;
  grid.drawn = drawn;
  grid.first = columns[0];
  const focused = box.contains(document.activeElement);
  grid.lines = new Map([[-1, headLine(columns)]]);
  for (let row = rows[0]; row < rows[1]; row += 1) grid.lines.set(row, line(row, columns));
  byId("sheet").replaceChildren(...grid.lines.values());
  showCursor(focused);
};

const newLine = (row, name, columns) => {
  name.style.width = `${widthOfNames()}px`;
  const gap = el("span", { className: "gap" });
  gap.style.width = `${grid.printing ? 0 : columns[0] * CELL}px`;
  const made = el("div", { className: "line", role: "row", "aria-rowindex": row + 2, "aria-colindex": columns[0] + 2 }, name, gap);
  made.dataset.row = row;
  return made;
};

const headLine = (columns) => {
  const { view } = grid;
  const corner = el("div", { className: "name corner", role: "columnheader" }, el("span", {}, counted(view.tests.length, "test")), el("b", { title: "how often a test went over from passing to failing or back" }, "flips"));
  const made = newLine(-1, corner, columns);
  made.classList.add("heads");
  for (let column = columns[0]; column < columns[1]; column += 1) made.append(headOf(view.nights[column], column, column === columns[0]));
  return made;
};

const line = (row, columns) => {
  const { view } = grid;
  const test = view.tests[row];
  const flips = view.flips[test];
  const name = el("div", { className: "name", title: testIds[test], role: "rowheader", "aria-label": `${testIds[test]}, ${counted(flips, "flip")}` }, el("span", {}, part(test, "scenario"), el("small", {}, ...telling.map((one) => ` · ${part(test, one)}`))), el("b", {}, flips ? String(flips) : ""));
  const made = newLine(row, name, columns);
  made.style.top = `${HEAD + row * ROW}px`;
  if (view.test === test) made.classList.add("current");
  for (let column = columns[0]; column < columns[1]; column += 1) {
    const night = view.nights[column];
    const cell = cellOf(data.nights.verdicts[night][test], data.nights.flags[night][test]);
    if (view.at && view.at.night === night && view.at.test === test) cell.setAttribute("aria-selected", "true");
    made.append(cell);
  }
  return made;
};

const cellAt = (row, column) => {
  const children = grid.lines.get(row)?.children;
  if (!children) return null;
  if (column < 0) return children[0];
  return column < grid.first ? null : (children[column - grid.first + 2] ?? null);
};

// The one place of the matrix that Tab reaches; the box itself where that place is out of sight.
const showCursor = (focused) => {
  const box = byId("grid");
  const cell = cellAt(grid.row, grid.column);
  box.tabIndex = cell ? -1 : 0;
  if (cell) {
    cell.tabIndex = 0;
    if (grid.column >= 0) cell.setAttribute("aria-label", labelOf(grid.row, grid.column));
  }
  if (focused) (cell ?? box).focus({ preventScroll: true });
};

const moveTo = (row, column, focused = true) => {
  const { view } = grid;
  const box = byId("grid");
  cellAt(grid.row, grid.column)?.setAttribute("tabindex", "-1");
  grid.row = Math.max(-1, Math.min(view.tests.length - 1, row));
  grid.column = Math.max(-1, Math.min(view.nights.length - 1, column));
  const into = (name, from, size, room) => {
    if (from < box[name]) box[name] = from;
    if (from + size > box[name] + room) box[name] = from + size - room;
  };
  if (grid.column >= 0) into("scrollLeft", grid.column * CELL, CELL, box.clientWidth - widthOfNames());
  if (grid.row >= 0) into("scrollTop", grid.row * ROW, ROW, box.clientHeight - HEAD);
  drawGrid();
  showCursor(focused);
};

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [-10, 0], PageDown: [10, 0] };

const onGridKey = (event) => {
  const step = STEPS[event.key];
  const far = event.ctrlKey ? NIGHTS + TESTS : 1;
  if (event.altKey || event.metaKey) return;
  if (step) moveTo(grid.row + step[0] * far, grid.column + step[1] * far);
  else if (event.key === "Home") moveTo(event.ctrlKey ? 0 : grid.row, event.ctrlKey ? 0 : -1);
  else if (event.key === "End") moveTo(event.ctrlKey ? grid.view.tests.length : grid.row, grid.view.nights.length);
  else if (event.key === "Enter" || event.key === " ") openAt(grid.row, grid.column, true);
  else if (event.key === "Escape" && state.at) go({ at: "" });
  else return;
  event.preventDefault();
};

// A night becomes the one that the page is about, a test the one whose timing is shown.
const openAt = (row, column, byKey) => {
  const { view } = grid;
  if (row < 0 && column < 0) return;
  if (row < 0) go({ to: nightKey(view.nights[column]), at: "" });
  else if (column < 0) go({ test: testIds[view.tests[row]] });
  else {
    go({ at: placeName(view.nights[column], view.tests[row]), test: "" });
    if (byKey) byId("details").focus();
  }
};

const placeOf = (target) => {
  const cell = target.closest(".cell, .name, .night");
  if (!cell?.parentElement?.dataset.row) return null;
  const index = [...cell.parentElement.children].indexOf(cell);
  return { cell, row: Number(cell.parentElement.dataset.row), column: index === 0 ? -1 : index - 2 + grid.first };
};

const buildGrid = () => {
  const box = byId("grid");
  let asked = false;
  const later = () => {
    if (!asked) requestAnimationFrame(() => ((asked = false), drawGrid()));
    asked = true;
  };
  box.addEventListener("scroll", later);
  new ResizeObserver(later).observe(box);
  box.addEventListener("keydown", onGridKey);
  box.addEventListener("click", (event) => {
    const at = placeOf(event.target);
    if (!at) return;
    moveTo(at.row, at.column);
    openAt(at.row, at.column, false);
  });
  box.addEventListener("mouseover", (event) => {
    const at = placeOf(event.target);
    if (at && at.column >= 0) at.cell.title = labelOf(at.row, at.column);
  });
};

const showGrid = (view) => {
  const box = byId("grid");
  const sheet = byId("sheet");
  const same = grid.view && grid.view.nights.length === view.nights.length && grid.view.night === view.night;
  grid.view = view;
  box.setAttribute("aria-rowcount", view.tests.length + 1);
  box.setAttribute("aria-colcount", view.nights.length + 1);
  sheet.style.width = `${widthOfNames() + view.nights.length * CELL + 6}px`;
  sheet.style.height = `${HEAD + view.tests.length * ROW + 2}px`;
  if (!same) {
    grid.column = view.nights.length - 1;
    box.scrollLeft = view.nights.length * CELL;
  }
  grid.row = Math.min(grid.row, view.tests.length - 1);
  drawGrid(true);
};
