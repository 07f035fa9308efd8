// SPDX-License-Identifier: GPL-2.0-or-later
// The bar of filters: a word, parts of the test's name, verdicts, the range of nights.
const PARTS = { guest: "Guest", radio: "Radio", dll: "DLL", scenario: "Scenario" };
let typing = false;

const choice = (name, label, options) =>
  el(
    "label",
    {},
    label,
    " ",
    el("select", { id: name, onchange: (event) => go({ [name]: event.target.value }) }, ...options.map(([value, text]) => el("option", { value }, text))),
  );

const nightOptions = (first) => {
  const options = data.nights.id.map((id, night) => [id, nightDate(night)]).reverse();
  return [["", first], ...options];
};

const buildFilters = () => {
  const selects = Object.entries(PARTS)
    .filter(([name]) => data.tests[`${name}s`].length > 1)
    .map(([name, label]) => choice(name, label, [["", "all"], ...[...data.tests[`${name}s`]].sort().map((one) => [one, one])]));
  if (plans.length > 1) selects.unshift(choice("plan", "Plan", plans.map((one) => [one, one])));
  selects.push(choice("from", "Nights from", nightOptions("the first")), choice("to", "to", nightOptions("the newest")));
  byId("selects").replaceChildren(...selects);
  byId("filters").addEventListener("submit", (event) => event.preventDefault());
  byId("text").addEventListener("input", (event) => {
    go({ text: event.target.value }, { replace: typing });
    typing = true;
  });
  byId("text").addEventListener("change", () => (typing = false));
  byId("reset").addEventListener("click", () => go(Object.fromEntries(NAMES.map((name) => [name, LISTS.includes(name) ? [] : ""]))));
};

const showFilters = (view) => {
  for (const select of byId("selects").querySelectorAll("select")) {
    select.value = select.id === "plan" ? view.plan : state[select.id];
  }
  if (byId("text").value !== state.text) byId("text").value = state.text;
  const chips = VERDICTS.filter((one) => view.verdicts.has(one) || state.verdict.includes(one));
  byId("verdicts").replaceChildren(...chips.map((one) => toggle("verdict", one, view.verdicts.get(one) ?? 0, `t-${one}`)));
  byId("reset").hidden = writtenState(state) === "#";
  byId("shown").textContent = `${view.tests.length} of ${counted(view.of, "test")}`;
};
