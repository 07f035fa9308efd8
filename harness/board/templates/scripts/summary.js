// SPDX-License-Identifier: GPL-2.0-or-later
// The top of the page: the night's verdict, what changed in one line, and the tests concerned.
const LISTED = 12;
const CHANGES = Object.values(words.changes);
let listAll = false;

const PLURAL = { regression: "regressions", "new failure": "new failures", "new pass": "new passes" };

// What the night's timing did against the night before, of the tests shown; −1 is all of a DLL's.
const timingOf = (view) => {
  const tests = new Set(view.tests);
  return data.timing.filter(([night, test]) => night === view.night && (test < 0 || tests.has(test)));
};

// The tests of a night, and how many of them came to a verdict.
const progressOf = (night) => {
  const letters = [...data.nights.verdicts[night]].filter((letter) => letter !== NOTHING);
  return [letters.filter((letter) => verdictOf(letter)).length, letters.length];
};

const headline = (view) => {
  if (view.night < 0) return "There is no night to show.";
  const parts = CHANGES.filter((one) => view.changes.has(one)).map((one) => counted(view.changes.get(one), one, PLURAL[one] ?? one));
  const slower = timingOf(view).filter((one) => one[4] === "slower").length;
  if (slower) parts.push(counted(slower, "stage slower", "stages slower"));
  const [done, all] = progressOf(view.night);
  if (done < all) parts.push(`${all - done} of ${all} tests did not run`);
  const what = parts.length ? parts.join(", ") : "nothing changed and nothing fails";
  return `${nightDate(view.night)}: ${what}.`;
};

const gateOf = (night) => {
  const broken = data.plan.gates[night];
  if (!broken) return "—";
  return broken.length ? el("b", { className: "t-FAIL" }, `does not hold: ${broken.join("; ")}`) : "holds";
};

const facts = (view) => {
  const { nights } = data;
  const [done, all] = progressOf(view.night);
  const ended = nights.ended[view.night];
  return [
    ["Night", `${nightDate(view.night)} ${timeOf(nights.started[view.night])}`],
    ["Plan", view.plan],
    ["State", nights.state[view.night]],
    ["Tests with a verdict", `${done} of ${all}`],
    ["Gate", gateOf(view.night)],
    ["Took", ended < 0 ? "—" : spanOf(ended - nights.started[view.night])],
    ["Nights shown", `${view.nights.length} of ${nights.plan.filter((plan) => plan === view.plan).length}`],
  ];
};

const toggle = (list, value, count, css = "") =>
  el(
    "button",
    {
      type: "button",
      className: `chip ${css}`,
      "aria-pressed": String(state[list].includes(value)),
      onclick: () => go({ [list]: toggled(state[list], value) }),
      "data-value": value,
    },
    value,
    " ",
    el("b", {}, String(count)),
  );

const changeClass = (change) => (change ? `ch-${change.replaceAll(" ", "-")}` : "");

const showSummary = (view) => {
  const verdict = view.night < 0 ? "" : data.nights.verdict[view.night];
  fill(byId("verdict"), { textContent: verdict, className: `badge big v-${verdict}`, hidden: !verdict });
  byId("headline").textContent = headline(view);
  document.title = `${verdict} ${view.night < 0 ? "" : nightDate(view.night)} · nightly board`.trim();
  byId("kicker").textContent = `WLAN driver in the loop · nightly board · written ${dateOf(data.written)} ${timeOf(data.written)}`;
  const chips = CHANGES.filter((one) => view.changes.has(one) || state.change.includes(one));
  byId("changes").replaceChildren(...chips.map((one) => toggle("change", one, view.changes.get(one) ?? 0, changeClass(one))));
  byId("facts").replaceChildren(...(view.night < 0 ? [] : facts(view)).filter(([, value]) => value !== "—").map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
  showList(view);
};

const order = (view, test) => {
  const change = CHANGES.indexOf(changeAt(view.night, test));
  return change < 0 ? CHANGES.length + "FEM".indexOf(letterAt(view.night, test)) : change;
};

const reasonAt = (place) => {
  const rows = rowsAt(data.attempts, place);
  return rows.map((row) => textOf(data.attempts.reason[row])).filter(Boolean).pop() ?? "";
};

const showList = (view) => {
  const concerned = view.tests.filter((test) => changeAt(view.night, test) || "FEM".includes(letterAt(view.night, test)));
  concerned.sort((a, b) => order(view, a) - order(view, b) || (testIds[a] < testIds[b] ? -1 : 1));
  const timing = timingOf(view);
  const makes = [...concerned.map((test) => () => listRow(view, test)), ...timing.map((one) => () => timingRow(one))];
  const rows = makes.slice(0, listAll ? makes.length : LISTED).map((make) => make());
  const more = makes.length - rows.length;
  const all = () => {
    listAll = true;
    showList(view);
  };
  byId("list").replaceChildren(
    rows.length
      ? el("table", { className: "tonight" }, el("tbody", {}, ...rows))
      : el("p", { className: "muted" }, view.night < 0 ? "" : "Nothing to tell here."),
    more > 0 ? el("button", { type: "button", className: "chip more", onclick: all }, `and ${more} more`) : "",
  );
};

const listRow = (view, test) => {
  const letter = letterAt(view.night, test);
  const change = changeAt(view.night, test);
  const mark = markOf(flagsAt(view.night, test));
  const open = () => go({ at: placeName(view.night, test), test: "" });
  return el(
    "tr",
    {},
    el("td", {}, verdictOf(letter) ? badge(verdictOf(letter)) : el("small", {}, told(letter))),
    el("td", { className: `change ${changeClass(change)}` }, change ?? ""),
    el(
      "td",
      {},
      el("button", { type: "button", className: "link", onclick: open, title: testIds[test] }, shortName(test)),
      mark ? el("span", { className: "tag" }, mark) : "",
      el("small", { className: "why" }, reasonAt(view.night * TESTS + test)),
    ),
  );
};

const TIMING_CSS = { slower: "ch-regression", fixed: "ch-fixed", faster: "ch-fixed" };

const timingRow = ([, test, title, figure, word, before, after, ratio, p]) => {
  const name = test < 0 ? title : el("button", { type: "button", className: "link", title, onclick: () => go({ test: testIds[test], at: "" }) }, shortName(test));
  const grown = `${ratio > 1 ? "+" : "−"}${Math.abs(100 * (ratio - 1)).toFixed(1)} %`;
  return el(
    "tr",
    {},
    el("td", {}, el("small", {}, "timing")),
    el("td", { className: `change ${TIMING_CSS[word] ?? ""}` }, word),
    el("td", {}, el("b", {}, data.trends.figures[figure][0]), " of ", name, el("small", { className: "why" }, `median ${ms(before)} → ${ms(after)} ms, ${grown} beyond the machine's part, p ${p}`)),
  );
};
