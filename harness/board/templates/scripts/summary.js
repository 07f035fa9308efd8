// SPDX-License-Identifier: GPL-2.0-or-later
// The top of the page: the night's verdict, what changed in one line, and the tests concerned.
const LISTED = 12;
const CHANGES = Object.values(words.changes);
let listAll = false;

const PLURAL = { regression: "regressions", "new failure": "new failures", "new pass": "new passes" };

const headline = (view) => {
  if (view.night < 0) return "There is no night to show.";
  const parts = CHANGES.filter((one) => view.changes.has(one)).map((one) => counted(view.changes.get(one), one, PLURAL[one] ?? one));
  const what = parts.length ? parts.join(", ") : "nothing changed and nothing fails";
  return `${nightDate(view.night)}: ${what}.`;
};

const facts = (view) => {
  const { nights } = data;
  const letters = [...nights.verdicts[view.night]].filter((letter) => letter !== NOTHING);
  const done = letters.filter((letter) => verdictOf(letter)).length;
  const ended = nights.ended[view.night];
  return [
    ["Night", `${nightDate(view.night)} ${timeOf(nights.started[view.night])}`],
    ["Plan", view.plan],
    ["State", nights.state[view.night]],
    ["Tests with a verdict", `${done} of ${letters.length}`],
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
  byId("facts").replaceChildren(...(view.night < 0 ? [] : facts(view)).map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
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
  const rows = concerned.slice(0, listAll ? concerned.length : LISTED).map((test) => listRow(view, test));
  const more = concerned.length - rows.length;
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
