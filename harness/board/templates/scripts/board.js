// SPDX-License-Identifier: GPL-2.0-or-later
// Puts the page together, and draws it anew whenever the state changes.
const buildLegend = () => {
  const cell = (css, text, word) => el("span", {}, el("i", { className: `cell ${css}` }, text), word);
  byId("legend").replaceChildren(
    ...Object.entries(words.verdicts).map(([letter, verdict]) => cell(`v-${verdict}`, letter === "P" ? "" : letter, `${verdict}: ${words.meanings[verdict]}`)),
    cell("v-FAIL retried", "F", "retried"),
    cell("v-FAIL crashed", "F", "crashed"),
    cell("v-FAIL marked known", "F", "known issue"),
    cell("v-FAIL marked quarantine", "F", "quarantine"),
    cell("v-none", "k", "no verdict: p planned, r running, k killed, l left out"),
    el("span", {}, el("b", { className: "night build key-mark" }), "another build"),
    el("span", {}, el("b", { className: "night environment key-mark" }), "another environment"),
  );
};

const THEMES = ["system", "light", "dark"];
const darkRules = [...document.styleSheets[0].cssRules].filter((rule) => rule instanceof CSSMediaRule && rule.media.mediaText.includes("prefers-color-scheme"));
const systemDark = darkRules.map((rule) => rule.media.mediaText);

const setTheme = (theme) => {
  darkRules.forEach((rule, index) => (rule.media.mediaText = { system: systemDark[index], light: "not all", dark: "screen" }[theme]));
  document.documentElement.style.colorScheme = theme === "system" ? "" : theme;
  fill(byId("theme"), { textContent: `Theme: ${theme}` });
};

const remembered = (theme) => {
  try {
    if (theme) localStorage.setItem("board-theme", theme);
    return localStorage.getItem("board-theme");
  } catch {
    return theme ?? null; // storage is off: the choice lasts as long as the page
  }
};

const buildTheme = () => {
  let theme = THEMES.includes(remembered()) ? remembered() : "system";
  setTheme(theme);
  byId("theme").addEventListener("click", () => {
    theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
    remembered(theme);
    setTheme(theme);
  });
};

const buildPrint = () => {
  const printing = (on) => {
    grid.printing = on;
    byId("sheet").classList.toggle("printing", on);
    drawGrid(true);
  };
  addEventListener("beforeprint", () => printing(true));
  addEventListener("afterprint", () => printing(false));
  matchMedia("print").addEventListener("change", (event) => printing(event.matches));
};

show = () => {
  const began = performance.now();
  const view = select(state);
  view.at = state.at ? namedPlace(state.at) : null;
  view.test = testShown(view);
  showSummary(view);
  showFilters(view);
  showGrid(view);
  showDetails(view);
  if (view.at) moveTo(view.tests.indexOf(view.at.test), view.nights.indexOf(view.at.night), false);
  showTrends(view);
  showEnvironment(view);
  showCrashes(view);
  showIssues(view);
  const flips = view.tests.filter((test) => view.flips[test]).length;
  byId("matrix-caption").textContent = `Sorted by flips: how often a test went over from passing to failing or back in the nights shown, which ${counted(flips, "test")} did. A night in which nothing was learnt of the driver (ERROR, MISS, not run) is no flip. The newest night is on the right.`;
  document.body.dataset.drawn = (performance.now() - began).toFixed(1);
};

const start = () => {
  buildTheme();
  buildLegend();
  buildFilters();
  buildGrid();
  buildDetails();
  buildPrint();
  document.querySelector(".skip").addEventListener("click", (event) => {
    event.preventDefault(); // the address is the state
    moveTo(Math.max(grid.row, 0), grid.column);
  });
  show();
};
start();
