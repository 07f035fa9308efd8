// SPDX-License-Identifier: GPL-2.0-or-later
// The place selected: what came of each attempt, its findings and evidence, the line to run again.
const FILES = Object.entries(words.files);

const copyButton = (text) => {
  const button = el("button", { type: "button", className: "chip copy" }, "Copy");
  button.addEventListener("click", async () => {
    button.textContent = (await copied(text)) ? "Copied" : "Select and copy by hand";
    setTimeout(() => (button.textContent = "Copy"), 2000);
  });
  return button;
};

const copied = async (text) => {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // no permission, or a page that is not from a file or from this machine
  }
};

const links = (folder, files) => {
  const there = FILES.filter((_, bit) => files & (1 << bit));
  return el("p", { className: "links" }, ...there.flatMap(([name, word], number) => [number ? " · " : "", el("a", { href: folder + name }, word)]));
};

const findingLine = ([code, count, association], folder, files) => {
  if (code < 0) return el("li", { className: "muted" }, `and ${counted(count, "more finding")}`);
  const [rule, severity, message] = data.findings[code];
  const named = files & 2 ? el("a", { href: `${folder}contract.html#${encodeURIComponent(rule)}` }, el("code", {}, rule)) : el("code", {}, rule);
  const where = association ? `association ${association}` : "the run as a whole";
  return el("li", {}, el("span", { className: `badge s-${severity}` }, severity), " ", named, ` ${message} `, el("small", {}, `${where}${count > 1 ? `, ${count} times` : ""}`));
};

const attemptCard = (row) => {
  const table = data.attempts;
  const letter = table.verdict[row];
  const verdict = verdictOf(letter);
  const run = table.run[row];
  const folder = run ? folderOf(table, row) : "";
  const files = table.files[row];
  const command = textOf(table.command[row]);
  const again = table.number[row] > 1 ? `retry ${table.number[row] - 1}` : "";
  const when = table.started[row] < 0 ? "" : timeOf(table.started[row]);
  const took = table.duration[row] < 0 ? "" : spanOf(table.duration[row]);
  const shard = textOf(table.shard[row]);
  const told = [`repetition ${table.repetition[row]}`, again, when, took, shard && `slot ${shard}`].filter(Boolean).join(" · ");
  return el(
    "article",
    { className: `card sev-${(verdict ?? "").toLowerCase()}` },
    el("h3", {}, verdict ? badge(verdict) : el("span", { className: "badge" }, words.states[letter] ?? letter), el("span", { className: "where" }, told)),
    el("p", { className: "lead" }, textOf(table.reason[row])),
    table.mark[row] < 0 ? "" : el("p", { className: "note" }, textOf(table.mark[row])),
    crashLine(table.crash[row]),
    el("ul", { className: "messages" }, ...table.findings[row].map((one) => findingLine(one, folder, files))),
    ...evidence(run, folder, files),
    ...repro(command),
  );
};

const crashLine = (code) => (code < 0 ? "" : el("p", {}, "Crash ", el("code", {}, crashName(code))));

const evidence = (run, folder, files) => {
  if (!run) return [el("p", { className: "muted" }, "No run was kept of this attempt.")];
  const name = el("code", {}, decodeURIComponent(run));
  if (files) return [links(folder, files), el("p", { className: "caption" }, "Run ", name)];
  return [el("p", { className: "note" }, "The folder of run ", name, " is not there any more (pruned or moved): of its evidence nothing can be opened.")];
};

const repro = (command) =>
  command ? [el("p", { className: "again" }, "Run it again: ", copyButton(command)), el("pre", { tabIndex: 0 }, el("code", {}, command))] : [];

// Since when it fails, and where it passed last: the two ends of a search for the cause.
const since = (night, test) => {
  const mine = data.nights.plan[night];
  let first = night;
  for (let before = night - 1; before >= 0; before -= 1) {
    if (data.nights.plan[before] !== mine) continue;
    const letter = letterAt(before, test);
    if (letter === "F") first = before;
    else if (passed(letter)) return { first, last: before };
  }
  return { first, last: -1 };
};

const sinceLine = (night, test) => {
  if (letterAt(night, test) !== "F") return "";
  const { first, last } = since(night, test);
  const lead = first === night ? "Fails for the first night. " : `Fails since ${nightDate(first)}. `;
  if (last < 0) return el("p", {}, lead, "No pass is known before.");
  return el("p", {}, lead, "Passed last on ", el("button", { type: "button", className: "link", onclick: () => go({ at: placeName(last, test) }) }, nightDate(last)), ".");
};

const passLine = (night, test) => {
  const rows = rowsAt(data.passes, night * TESTS + test);
  return rows.map((row) => el("p", { className: "links" }, el("a", { href: `${folderOf(data.passes, row)}report.html` }, "report"), " of run ", el("code", {}, decodeURIComponent(data.passes.run[row]))));
};

const closeDetails = () => {
  go({ at: "" });
  moveTo(grid.row, grid.column);
};

const buildDetails = () =>
  byId("details").addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeDetails();
  });

const showDetails = (view) => {
  const box = byId("details");
  box.hidden = !view.at;
  box.parentElement.classList.toggle("open", Boolean(view.at));
  if (!view.at) return;
  const { night, test } = view.at;
  const letter = letterAt(night, test);
  const rows = rowsAt(data.attempts, night * TESTS + test);
  const flags = flagsAt(night, test);
  box.replaceChildren(
    el("p", { className: "kicker" }, `Night of ${nightDate(night)}`, el("button", { type: "button", className: "chip close", onclick: closeDetails }, "Close")),
    el("h3", {}, verdictOf(letter) ? badge(verdictOf(letter)) : "", " ", testIds[test]),
    el("p", { className: "muted" }, [verdictOf(letter) ? words.meanings[verdictOf(letter)] : told(letter), changeAt(night, test), ...flagWords(flags)].filter(Boolean).join(" · ")),
    sinceLine(night, test),
    ...passLine(night, test),
    ...rows.map(attemptCard),
    rows.length || letter === NOTHING ? "" : el("p", { className: "muted" }, passed(letter) ? "It passed at the first try." : ""),
  );
};
