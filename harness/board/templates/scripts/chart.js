// SPDX-License-Identifier: GPL-2.0-or-later
// A chart of one timing figure over nights: the median with its interval, p95 and p99.
const CHART = { width: 460, height: 170, left: 46, right: 10, top: 12, bottom: 24 };
const LINES = ["p50", "p95", "p99"];
const svg = (name, attributes = {}, ...children) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};

// The columns of a percentile are value, distance down and distance up, for each night of a series.
const point = (series, name, index) => {
  const [value, down, up] = series[name].slice(3 * index, 3 * index + 3);
  return value < 0 ? null : { value, low: down < 0 ? null : value - down, high: up < 0 ? null : value + up };
};

const niceStep = (range, steps) => {
  const rough = range / steps;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough);
};

const ms = (units) => {
  const value = (units * data.trends.unit_us) / 1000;
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
};

const path = (points, x, y) => {
  let text = "";
  let pen = "M";
  for (const one of points) {
    if (one.value === null) pen = "M";
    else {
      text += `${pen}${x(one.night).toFixed(1)} ${y(one.value).toFixed(1)}`;
      pen = "L";
    }
  }
  return text;
};

const band = (points, x, y) => {
  const known = points.filter((one) => one.low !== null && one.high !== null);
  if (known.length < 2) return "";
  const up = known.map((one) => `${x(one.night).toFixed(1)} ${y(one.high).toFixed(1)}`);
  const down = known.reverse().map((one) => `${x(one.night).toFixed(1)} ${y(one.low).toFixed(1)}`);
  return `M${up.join("L")}L${down.join("L")}Z`;
};

const pointsOf = (series, name, from, to) =>
  series.night
    .map((night, index) => ({ night, ...(point(series, name, index) ?? { value: null, low: null, high: null }) }))
    .filter((one) => one.night >= from && one.night <= to);

const scaleOf = (all) => {
  const values = all.flatMap((one) => [one.value, one.low, one.high]).filter((one) => one !== null);
  const step = niceStep(Math.max(Math.max(...values) * 1.05, 4), 4);
  return { top: Math.ceil((Math.max(...values) * 1.02) / step) * step || step, step };
};

const grid_lines = (scale, y) => {
  const lines = [];
  for (let at = 0; at <= scale.top + scale.step / 2; at += scale.step) {
    lines.push(svg("line", { class: "grid", x1: CHART.left, x2: CHART.width - CHART.right, y1: y(at), y2: y(at) }));
    lines.push(svg("text", { class: "tick", x: CHART.left - 6, y: y(at) + 4, "text-anchor": "end" }, ms(at)));
  }
  return lines;
};

const dates = (nights, x) => {
  const every = Math.max(1, Math.ceil(nights.length / 5));
  const told = nights.filter((_, index) => (nights.length - 1 - index) % every === 0);
  return told.map((night, index) => svg("text", { class: "tick", x: x(night), y: CHART.height - 6, "text-anchor": index === told.length - 1 ? "end" : "middle" }, nightDate(night).slice(5)));
};

const titled = (made, text) => {
  made.append(svg("title", {}, text));
  return made;
};

const dots = (points, name, x, y, series) =>
  points
    .filter((one) => one.value !== null)
    .map((one) => {
      const sides = one.low === null || one.high === null ? "" : ` (${ms(one.low)} to ${ms(one.high)})`;
      const n = series.n[series.night.indexOf(one.night)];
      return titled(svg("circle", { class: `dot ${name}`, cx: x(one.night), cy: y(one.value), r: name === "p50" ? 2.4 : 1.6 }), `${nightDate(one.night)}: ${name} ${ms(one.value)} ms${sides}, n ${n}`);
    });

// `marks` are nights with a word: another environment, another build, a change point.
const chart = (series, nights, marks, label) => {
  const [from, to] = [nights[0], nights[nights.length - 1]];
  const places = new Map(nights.map((night, index) => [night, index]));
  const inner = CHART.width - CHART.left - CHART.right;
  const x = (night) => CHART.left + (nights.length < 2 ? inner / 2 : (places.get(night) / (nights.length - 1)) * inner);
  const lines = LINES.map((name) => [name, pointsOf(series, name, from, to).filter((one) => places.has(one.night))]);
  const scale = scaleOf(lines.flatMap(([, points]) => points));
  const y = (value) => CHART.height - CHART.bottom - (value / scale.top) * (CHART.height - CHART.top - CHART.bottom);
  const made = svg("svg", { class: "draw plot trend", viewBox: `0 0 ${CHART.width} ${CHART.height}`, role: "img", "aria-label": `${label} over nights` });
  made.append(...grid_lines(scale, y), ...dates(nights, x));
  for (const mark of marks.filter((one) => places.has(one.night))) {
    made.append(titled(svg("path", { class: `event ${mark.kind}`, d: `M${x(mark.night).toFixed(1)} ${CHART.top - 6}V${CHART.height - CHART.bottom}` }), mark.title));
    if (mark.text) made.append(svg("text", { class: "step", x: x(mark.night) + 4, y: CHART.top + 3 }, mark.text));
  }
  for (const [name, points] of lines) {
    made.append(svg("path", { class: `band ${name}`, d: band([...points], x, y) }), svg("path", { class: `trace ${name}`, d: path(points, x, y) }));
  }
  for (const [name, points] of lines) made.append(...dots(points, name, x, y, series));
  return made;
};
