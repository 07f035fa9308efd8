// SPDX-License-Identifier: GPL-2.0-or-later
// What goes on over nights: environments that differ, crashes, known issues and quarantine.
// Where most nights have a build of their own, a mark at each would tell nothing.
const nightsOf = (kind) => new Set(data.environment.filter(([, , name]) => (name === "build") === kind).map(([night]) => night));
const newBuilds = nightsOf(true);
const rareBuilds = newBuilds.size <= NIGHTS / 3;
const differing = new Map([...(rareBuilds ? newBuilds : [])].map((night) => [night, "build"]));
for (const night of nightsOf(false)) differing.set(night, "environment");
const differsAt = (night) => differing.get(night) ?? "";

const table = (heads, rows) =>
  el("div", { className: "scroll", tabIndex: 0 }, el("table", {}, el("thead", {}, el("tr", {}, ...heads.map((one) => el("th", { scope: "col" }, one)))), el("tbody", {}, ...rows)));

const cells = (...values) => el("tr", {}, ...values.map((value) => el("td", {}, ...[value].flat())));

const nothing = (text) => el("p", { className: "muted" }, text);

const opened = new Set();
// The first rows of a long table, and a button for the others.
const some = (box, heads, rows, most = 12) => {
  const all = opened.has(box) || rows.length <= most;
  const more = el("button", { type: "button", className: "chip more", onclick: () => (opened.add(box), some(box, heads, rows, most)) }, `and ${rows.length - most} more`);
  byId(box).replaceChildren(table(heads, (all ? rows : rows.slice(0, most)).map((make) => make())), all ? "" : more);
};

const nightLink = (night) => el("button", { type: "button", className: "link", onclick: () => go({ to: nightKey(night), at: "" }) }, nightDate(night));

const differenceRow = ([night, of, name, before, after]) => () => {
  const told = (values) => el("code", {}, values.length ? values.join(", ") : "—");
  return cells(nightLink(night), of, name, told(before), told(after));
};

const showEnvironment = (view) => {
  const nights = new Set(view.nights);
  const shown = data.environment.filter(([night]) => nights.has(night)).reverse();
  const tell = (box, rows, none) => {
    if (rows.length) some(box, ["night", "of", "part", "the night before", "that night"], rows.map(differenceRow), 8);
    else byId(box).replaceChildren(nothing(none));
  };
  tell("differences", shown.filter(([, , name]) => name !== "build"), "All nights shown ran in the same environment.");
  tell("builds", shown.filter(([, , name]) => name === "build"), "All nights shown ran the same builds.");
};

const crashName = (code) => {
  const { code: number, frames } = data.crashes[code];
  return [`0x${number.toString(16).padStart(8, "0")}`, ...frames].join(" ");
};

// The attempts of the selection, by what `key` makes of their row; the newest last.
const grouped = (view, key) => {
  const nights = new Set(view.nights);
  const tests = new Set(view.tests);
  const groups = new Map();
  data.attempts.place.forEach((place, row) => {
    const name = key(row);
    const night = Math.floor(place / TESTS);
    const test = place % TESTS;
    if (name === null || !nights.has(night) || !tests.has(test)) return;
    if (!groups.has(name)) groups.set(name, { name, nights: new Set(), tests: new Map(), count: 0 });
    const group = groups.get(name);
    group.count += 1;
    group.nights.add(night);
    group.tests.set(test, night);
  });
  return [...groups.values()].sort((a, b) => Math.max(...b.nights) - Math.max(...a.nights) || b.count - a.count);
};

// A bar for each night shown, the newest on the right: in which of them the group was seen.
const strip = (group, view) => {
  const nights = view.nights.slice(-60);
  const made = svg("svg", { class: "strip", viewBox: `0 0 ${nights.length * 3} 12`, width: nights.length * 3, height: 12, role: "img", "aria-label": `seen in ${counted(group.nights.size, "night")}` });
  nights.forEach((night, index) => made.append(svg("rect", { class: group.nights.has(night) ? "c-fail" : "c-none", x: index * 3, y: group.nights.has(night) ? 0 : 8, width: 2, height: group.nights.has(night) ? 12 : 4 })));
  return made;
};

const testLinks = (group) => {
  const tests = [...group.tests];
  const links = tests.slice(0, 4).flatMap(([test, night], index) => [index ? ", " : "", el("button", { type: "button", className: "link", onclick: () => go({ at: placeName(night, test) }), title: testIds[test] }, shortName(test))]);
  return [...links, tests.length > 4 ? ` and ${tests.length - 4} more` : ""];
};

const firstAndLast = (group) => {
  const nights = [...group.nights];
  return [nightLink(Math.min(...nights)), nightLink(Math.max(...nights))];
};

const showCrashes = (view) => {
  const groups = grouped(view, (row) => (data.attempts.crash[row] < 0 ? null : data.attempts.crash[row]));
  if (!groups.length) return byId("crash-groups").replaceChildren(nothing("No crash in what is shown."));
  return some("crash-groups", ["crash", "times", "first", "last", "nights", "tests"], groups.map((group) => () => cells([el("code", { className: "crash" }, crashName(group.name))], String(group.count), ...firstAndLast(group), strip(group, view), testLinks(group))));
};

// What the plan knows, the first to expire first; what has expired fails nights again.
const showPlanned = () => {
  const today = dateOf(data.written);
  const issues = [...data.plan.issues].sort((a, b) => ((a.expires || "9") < (b.expires || "9") ? -1 : 1));
  if (!issues.length) return byId("planned").replaceChildren();
  const expiry = (one) => (!one.expires ? "does not" : one.expires < today ? el("b", { className: "t-FAIL" }, `expired on ${one.expires}`) : one.expires);
  return some("planned", ["kind", "tests", "reason", "ticket", "expires"], issues.map((one) => () => cells(el("span", { className: "tag" }, one.mark), el("code", {}, one.pattern), one.reason, one.ticket, expiry(one))));
};

const showIssues = (view) => {
  const name = (row) => {
    const place = data.attempts.place[row];
    const mark = markOf(flagsAt(Math.floor(place / TESTS), place % TESTS));
    return mark && data.attempts.mark[row] >= 0 ? `${mark}\n${data.attempts.mark[row]}` : null;
  };
  const groups = grouped(view, name);
  showPlanned();
  if (!groups.length) return byId("issue-groups").replaceChildren(nothing("No failure is kept from failing a night in what is shown."));
  return some("issue-groups", ["kind", "reason", "first", "last", "nights", "tests"], groups.map((group) => () => {
    const [mark, reason] = group.name.split("\n");
    return cells(el("span", { className: "tag" }, mark), textOf(Number(reason)), ...firstAndLast(group), strip(group, view), testLinks(group));
  }));
};
