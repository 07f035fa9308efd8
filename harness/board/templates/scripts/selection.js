// SPDX-License-Identifier: GPL-2.0-or-later
// Which tests and nights are shown, by the filters. Pure: state and data in, numbers out.
const plans = [...new Set(data.nights.plan)];

// The newest night is told by nothing: a link that was kept goes on to show the newest one.
const nightKey = (night) => (night === NIGHTS - 1 ? "" : data.nights.id[night]);
const nightNumber = (id) => (id ? data.nights.id.indexOf(id) : -1);

const selectedNights = (state) => {
  const plan = plans.includes(state.plan) ? state.plan : data.nights.plan[NIGHTS - 1];
  const from = nightNumber(state.from);
  const to = nightNumber(state.to);
  const nights = [];
  for (let night = Math.max(from, 0); night <= (to < 0 ? NIGHTS - 1 : to); night += 1) {
    if (data.nights.plan[night] === plan) nights.push(night);
  }
  return { plan, nights };
};

const matches = (state, test) => {
  for (const name of ["guest", "radio", "dll", "scenario"]) {
    if (state[name] && part(test, name) !== state[name]) return false;
  }
  return state.text.toLowerCase().split(/\s+/).every((word) => haystacks[test].includes(word));
};

const flipsOf = (nights) => {
  const flips = new Uint16Array(TESTS);
  for (const night of nights) {
    const flags = data.nights.flags[night];
    for (let test = 0; test < TESTS; test += 1) if (parseInt(flags[test], 32) & FLIPPED) flips[test] += 1;
  }
  return flips;
};

const inAnyOf = (nights) => {
  const seen = new Uint8Array(TESTS);
  for (const night of nights) {
    const letters = data.nights.verdicts[night];
    for (let test = 0; test < TESTS; test += 1) if (letters[test] !== NOTHING) seen[test] = 1;
  }
  return seen;
};

// What is shown: the nights, the tests of the matrix by flips, and how many there are of each kind.
const select = (state) => {
  const { plan, nights } = selectedNights(state);
  const night = nights[nights.length - 1] ?? -1;
  const flips = flipsOf(nights);
  const seen = inAnyOf(nights);
  const tests = [];
  const changes = new Map();
  const verdicts = new Map();
  const here = [];
  for (let test = 0; test < TESTS && night >= 0; test += 1) {
    const change = changeAt(night, test);
    if (!(seen[test] || change) || !matches(state, test)) continue;
    const letter = letterAt(night, test);
    const verdict = verdictOf(letter);
    here.push(test);
    if (change) changes.set(change, (changes.get(change) ?? 0) + 1);
    if (verdict) verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
    if (state.change.length && !state.change.includes(change)) continue;
    if (state.verdict.length && !state.verdict.includes(verdict)) continue;
    tests.push(test);
  }
  const gravity = (test) => "FEM".indexOf(letterAt(night, test)) & 3;
  tests.sort((a, b) => flips[b] - flips[a] || gravity(a) - gravity(b) || (testIds[a] < testIds[b] ? -1 : 1));
  return { plan, nights, night, tests, flips, changes, verdicts, of: here.length };
};
