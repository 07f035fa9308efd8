// SPDX-License-Identifier: GPL-2.0-or-later
// The matrix: only what is in sight is in the document. One place of it has the focus (a roving
// tab index); row −1 is the head with the nights, column −1 the names of the tests.
const CELL = 20;
const ROW = 24;
const HEAD = 40;
const AHEAD = 6;
const PRINTED = 40;
const grid = { view: null, row: 0, column: 0, drawn: "", printing: false };

const placeName = (night, test) => `${data.nights.id[night]}~${testIds[test]}`;
const namedPlace = (name) => {
  const [id, ...rest] = name.split("~");
  const night = nightNumber(id);
  const test = testIds.indexOf(rest.join("~"));
  return night < 0 || test < 0 ? null : { night, test };
};

const cellLabel = (night, test) => {
  const flags = flagsAt(night, test);
  const words = [testIds[test], nightDate(night), told(letterAt(night, test))];
  if (changeAt(night, test)) words.push(changeAt(night, test));
  if (flags & RETRIED) words.push("retried");
  if (markOf(flags)) words.push(markOf(flags));
  return words.join(", ");
};

const cellOf = (night, test, row, column, offset) => {
  const letter = letterAt(night, test);
  const flags = flagsAt(night, test);
  const made = document.createElement("div");
  const verdict = verdictOf(letter);
  const mark = markOf(flags);
  made.className = `cell v-${verdict ?? "none"}${flags & RETRIED ? " retried" : ""}${mark ? " marked" : ""}${mark === "quarantine" ? " quarantined" : ""}`;
  made.textContent = letter === "P" ? "·" : letter === NOTHING ? "" : letter;
  made.style.left = `${offset}px`;
  place(made, row, column, "gridcell");
  made.setAttribute("aria-label", cellLabel(night, test));
  return made;
};

const place = (made, row, column, role) => {
  made.setAttribute("role", role);
  made.dataset.row = row;
  made.dataset.column = column;
  made.tabIndex = row === grid.row && column === grid.column ? 0 : -1;
  if (column >= 0) made.setAttribute("aria-colindex", column + 2);
};

const nameOf = (test, row, view) => {
  const made = el("div", { className: "name", title: testIds[test] }, el("span", {}, shortName(test)), el("b", { title: "flips in the nights shown" }, view.flips[test] ? String(view.flips[test]) : ""));
  place(made, row, -1, "rowheader");
  made.setAttribute("aria-colindex", 1);
  made.setAttribute("aria-label", `${testIds[test]}, ${counted(view.flips[test], "flip")}`);
  return made;
};

const headOf = (night, column, offset, view, first) => {
  const date = nightDate(night);
  const before = column > 0 ? nightDate(view.nights[column - 1]) : "";
  const month = first || date.slice(0, 7) !== before.slice(0, 7) ? date.slice(0, 7) : "";
  const differs = differsAt(night);
  const made = el("div", { className: `night${differs ? ` ${differs}` : ""}${night === view.night ? " shown" : ""}` }, el("small", {}, month), date.slice(8));
  made.style.left = `${offset}px`;
  place(made, -1, column, "columnheader");
  made.setAttribute("aria-label", `night of ${date}, ${data.nights.verdict[night]}${differs ? `, ${differs === "build" ? "another build" : "another environment"}` : ""}`);
  made.title = `${date} ${timeOf(data.nights.started[night])} · ${data.nights.state[night]}`;
  return made;
};

const widthOfNames = () => byId("grid").clientWidth < 560 ? 150 : 280;

const inSight = (view) => {
  const box = byId("grid");
  if (grid.printing) return { rows: [0, view.tests.length], columns: [Math.max(0, view.nights.length - PRINTED), view.nights.length] };
  const from = Math.max(0, Math.floor(box.scrollLeft / CELL) - AHEAD);
  const to = Math.min(view.nights.length, Math.ceil((box.scrollLeft + box.clientWidth) / CELL) + AHEAD);
  const top = Math.max(0, Math.floor(box.scrollTop / ROW) - AHEAD);
  const bottom = Math.min(view.tests.length, Math.ceil((box.scrollTop + box.clientHeight) / ROW) + AHEAD);
  return { rows: [top, bottom], columns: [from, to] };
};

const drawGrid = (force = false) => {
  const { view } = grid;
  if (!view) return;
  const box = byId("grid");
  const { rows, columns } = inSight(view);
  const drawn = `${rows}|${columns}|${grid.printing}`;
  if (!force && drawn === grid.drawn) return;
  grid.drawn = drawn;
  const focused = box.contains(document.activeElement);
  const names = widthOfNames();
  const skipped = grid.printing ? columns[0] * CELL : 0;
  const offset = (column) => names + column * CELL - skipped;
  const lines = [headLine(view, columns, names, offset)];
  for (let row = rows[0]; row < rows[1]; row += 1) lines.push(line(view, row, columns, names, offset));
  if (!grid.printing && grid.row >= 0 && (grid.row < rows[0] || grid.row >= rows[1]) && grid.row < view.tests.length) {
    lines.push(line(view, grid.row, columns, names, offset)); // what has the focus stays
  }
  const sheet = el("div", { className: "sheet" }, ...lines);
  sheet.style.width = `${names + view.nights.length * CELL - skipped + 4}px`;
  sheet.style.height = `${HEAD + view.tests.length * ROW}px`;
  box.replaceChildren(sheet);
  if (focused) focusCell(true);
};

const headLine = (view, columns, names, offset) => {
  const corner = el("div", { className: "name corner" }, el("span", {}, counted(view.tests.length, "test")), el("b", { title: "how often a test went over from passing to failing or back" }, "flips"));
  place(corner, -1, -1, "columnheader");
  corner.style.width = `${names}px`;
  const made = el("div", { className: "line heads" }, corner);
  made.setAttribute("role", "row");
  made.setAttribute("aria-rowindex", 1);
  for (let column = columns[0]; column < columns[1]; column += 1) {
    made.append(headOf(view.nights[column], column, offset(column), view, column === columns[0]));
  }
  return made;
};

const line = (view, row, columns, names, offset) => {
  const test = view.tests[row];
  const made = document.createElement("div");
  made.className = `line${view.test === test ? " current" : ""}`;
  made.style.top = `${HEAD + row * ROW}px`;
  made.setAttribute("role", "row");
  made.setAttribute("aria-rowindex", row + 2);
  const name = nameOf(test, row, view);
  name.style.width = `${names}px`;
  made.append(name);
  const shown = [];
  for (let column = columns[0]; column < columns[1]; column += 1) shown.push(column);
  if (!grid.printing && row === grid.row && grid.column >= 0 && !shown.includes(grid.column)) shown.push(grid.column);
  for (const column of shown) {
    const night = view.nights[column];
    const cell = cellOf(night, test, row, column, offset(column));
    if (view.at && view.at.night === night && view.at.test === test) cell.setAttribute("aria-selected", "true");
    made.append(cell);
  }
  return made;
};

const focusCell = (keepScroll = false) => {
  const cell = byId("grid").querySelector(`[data-row="${grid.row}"][data-column="${grid.column}"]`);
  if (cell) cell.focus({ preventScroll: keepScroll });
};

const moveTo = (row, column) => {
  const { view } = grid;
  const box = byId("grid");
  grid.row = Math.max(-1, Math.min(view.tests.length - 1, row));
  grid.column = Math.max(-1, Math.min(view.nights.length - 1, column));
  const names = widthOfNames();
  const left = grid.column * CELL;
  const top = grid.row * ROW;
  if (grid.column >= 0) {
    if (left < box.scrollLeft) box.scrollLeft = left;
    if (left + CELL > box.scrollLeft + box.clientWidth - names) box.scrollLeft = left + CELL - box.clientWidth + names;
  }
  if (grid.row >= 0) {
    if (top < box.scrollTop) box.scrollTop = top;
    if (top + ROW > box.scrollTop + box.clientHeight - HEAD) box.scrollTop = top + ROW - box.clientHeight + HEAD;
  }
  drawGrid(true);
  focusCell(true);
};

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1], PageUp: [-10, 0], PageDown: [10, 0] };

const onGridKey = (event) => {
  const step = STEPS[event.key];
  if (step && !event.altKey && !event.metaKey) moveTo(grid.row + step[0] * (event.ctrlKey ? 1000 : 1), grid.column + step[1] * (event.ctrlKey ? 1000 : 1));
  else if (event.key === "Home") moveTo(event.ctrlKey ? 0 : grid.row, event.ctrlKey ? 0 : -1);
  else if (event.key === "End") moveTo(event.ctrlKey ? grid.view.tests.length : grid.row, grid.view.nights.length);
  else if (event.key === "Enter" || event.key === " ") openAt(grid.row, grid.column, true);
  else if (event.key === "Escape" && state.at) go({ at: "" });
  else return;
  event.preventDefault();
};

const openAt = (row, column, byKey) => {
  const { view } = grid;
  if (row < 0 && column < 0) return;
  if (row < 0) go({ to: view.nights[column] === NIGHTS - 1 ? "" : data.nights.id[view.nights[column]] });
  else if (column < 0) go({ test: testIds[view.tests[row]] });
  else {
    go({ at: placeName(view.nights[column], view.tests[row]), test: "" });
    if (byKey) byId("details").focus();
  }
};

const buildGrid = () => {
  const box = byId("grid");
  let asked = false;
  box.addEventListener("scroll", () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      drawGrid();
    });
  });
  box.addEventListener("keydown", onGridKey);
  box.addEventListener("click", (event) => {
    const cell = event.target.closest("[data-row]");
    if (!cell) return;
    grid.row = Number(cell.dataset.row);
    grid.column = Number(cell.dataset.column);
    openAt(grid.row, grid.column, false);
    focusCell(true);
  });
  new ResizeObserver(() => drawGrid()).observe(box);
};

const showGrid = (view) => {
  const box = byId("grid");
  const same = grid.view && grid.view.nights.length === view.nights.length && grid.view.night === view.night;
  grid.view = view;
  box.setAttribute("aria-rowcount", view.tests.length + 1);
  box.setAttribute("aria-colcount", view.nights.length + 1);
  if (!same) grid.column = view.nights.length - 1;
  grid.row = Math.min(Math.max(grid.row, 0), view.tests.length - 1);
  drawGrid(true);
  if (!same) {
    box.scrollLeft = box.scrollWidth;
    drawGrid(true);
  }
};
