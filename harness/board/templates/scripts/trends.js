// SPDX-License-Identifier: GPL-2.0-or-later
// The timing of one test over the nights, a chart for each figure.

const testShown = (view) => {
  const asked = testIds.indexOf(state.test);
  if (asked >= 0) return asked;
  if (view.at && data.trends.tests[view.at.test]) return view.at.test;
  return view.tests.find((test) => data.trends.tests[test]) ?? -1;
};

const marksOf = (test, figure) => {
  const mine = [part(test, "guest"), part(test, "dll")];
  const marks = data.environment
    .filter(([, of, name]) => mine.includes(of) && (rareBuilds || name !== "build"))
    .map(([night, of, name, before, after]) => ({ night, kind: name === "build" ? "build" : "environment", title: `${nightDate(night)}: ${of}, ${name}: ${before.join(", ") || "—"} → ${after.join(", ") || "—"}` }));
  const steps = data.trends.steps.filter(([one, name]) => one === test && name === figure).map((step) => ({ night: step[2], kind: "step", text: growth(step), title: `${nightDate(step[2])}: from ${ms(step[3])} to ${ms(step[4])} ms (${growth(step)})` }));
  return [...marks, ...steps];
};

const growth = ([, , , before, after]) => `${after > before ? "+" : "−"}${Math.abs(100 * (after / before - 1)).toFixed(0)} %`;

// Steps of the selection, the newest first: where a stage's level changed for good.
const showSteps = (view) => {
  const nights = new Set(view.nights);
  const tests = new Set(view.tests);
  const found = data.trends.steps.filter(([test, , night]) => tests.has(test) && nights.has(night)).sort((a, b) => b[2] - a[2] || b[4] / b[3] - a[4] / a[3]);
  if (!found.length) return byId("steps").replaceChildren(nothing(`No stage of a test shown changed its level in the newest ${data.trends.nights} nights.`));
  const rows = found.map((step) => () => {
    const [test, figure, night, before, after] = step;
    const pick = el("button", { type: "button", className: "link", title: testIds[test], onclick: () => go({ test: testIds[test] }) }, shortName(test));
    return cells(nightLink(night), pick, data.trends.figures[figure][0], el("span", { className: "num" }, `${ms(before)} → ${ms(after)} ms`), el("b", { className: after > before ? "t-FAIL" : "t-PASS" }, growth(step)));
  });
  return some("steps", ["from night", "test", "stage", "level, median", ""], rows, 8);
};

const intervalOf = (one) => (one && one.low !== null && one.high !== null ? ` (${ms(one.low)}–${ms(one.high)})` : "");

const figureOf = (test, name, nights) => {
  const series = data.trends.tests[test][name];
  const [label, span] = data.trends.figures[name];
  const inside = series.night.map((night, index) => [night, index]).filter(([night]) => nights.includes(night));
  if (!inside.length) return "";
  const [night, index] = inside[inside.length - 1];
  const values = LINES.map((line) => point(series, line, index));
  const numbers = LINES.flatMap((line, number) => [
    el("dt", {}, line),
    el("dd", { title: values[number] ? "" : "too few values to tell it from the largest" }, values[number] ? ms(values[number].value) + intervalOf(values[number]) : "—"),
  ]);
  return el(
    "figure",
    {},
    el("figcaption", {}, el("b", { title: span }, label), el("span", {}, `${nightDate(night)}, n ${series.n[index]}`)),
    chart(series, nights, marksOf(test, name), `${label} of ${testIds[test]}`),
    el("dl", { className: "numbers" }, ...numbers),
  );
};

const showTrends = (view) => {
  showSteps(view);
  const known = view.tests.filter((test) => data.trends.tests[test]);
  const test = testShown(view);
  if (test < 0 || !data.trends.tests[test]) {
    byId("trends").replaceChildren(el("p", { className: "muted" }, test < 0 ? "No test shown has timings." : `${testIds[test]} has no timings in the newest ${data.trends.nights} nights.`));
    return;
  }
  const nights = view.nights.filter((night) => night >= NIGHTS - data.trends.nights);
  const shown = known.includes(test) ? known : [test, ...known];
  const pick = el("select", { id: "trend-test", onchange: (event) => go({ test: event.target.value }) }, ...shown.map((one) => el("option", { value: testIds[one], selected: one === test }, shortName(one))));
  byId("trends").replaceChildren(
    el("h3", {}, testIds[test]),
    el("p", { className: "filter" }, el("label", {}, "Test ", pick)),
    el("p", { className: "legend" }, ...[["p50", "median, with its 95 % interval"], ["p95", "p95"], ["p99", "p99"]].map(([kind, word]) => el("span", {}, el("i", { className: `k-${kind}` }), word)), el("span", {}, el("i", { className: "k-build" }), "another build"), el("span", {}, el("i", { className: "k-environment" }), "another environment: not comparable across"), el("span", {}, el("i", { className: "k-step" }), "change of level")),
    el("p", { className: "caption" }, `Milliseconds, all repetitions of a night together, of the newest ${data.trends.nights} nights at most. A percentile is left out where there are too few values to tell it from the largest, an interval where no value bounds it.`),
    el("div", { className: "plots" }, ...Object.keys(data.trends.tests[test]).sort((a, b) => Object.keys(data.trends.figures).indexOf(a) - Object.keys(data.trends.figures).indexOf(b)).map((name) => figureOf(test, name, nights)).filter(Boolean)),
  );
};
