// SPDX-License-Identifier: GPL-2.0-or-later
"use strict";
// The page works without this script; it adds the filter and opens what a link or a printer needs.
(() => {
  const bar = document.querySelector(".filter");
  const rows = [...document.querySelectorAll("#table tbody tr, details.row")];
  const families = [...document.querySelectorAll("section")].filter((s) => s.querySelector("details.row"));
  if (bar && rows.length > 1) {
    const text = document.getElementById("filter");
    const shown = document.getElementById("shown");
    const chips = [...bar.querySelectorAll(".chip")];
    const pressed = (chip) => chip.getAttribute("aria-pressed") === "true";
    const apply = () => {
      const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
      const on = new Set(chips.filter((c) => pressed(c)).map((c) => c.dataset.verdict));
      let count = 0;
      for (const row of rows) {
        const content = row.textContent.toLowerCase();
        row.hidden = !on.has(row.dataset.verdict) || !words.every((word) => content.includes(word));
        count += row.hidden ? 0 : 1;
      }
      for (const family of families) family.hidden = !family.querySelector("details.row:not([hidden])");
      shown.textContent = count === rows.length ? "" : `${count} of ${rows.length}`;
    };
    text.addEventListener("input", apply);
    for (const chip of chips) {
      chip.addEventListener("click", () => {
        chip.setAttribute("aria-pressed", String(!pressed(chip)));
        apply();
      });
    }
    bar.hidden = false;
    apply();
  }
  const reveal = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (target instanceof HTMLDetailsElement) {
      target.open = true;
      target.scrollIntoView();
    }
  };
  addEventListener("hashchange", reveal);
  addEventListener("beforeprint", () => {
    for (const one of document.querySelectorAll("details.slice")) one.open = true;
  });
  const wide = () => {
    for (const one of document.querySelectorAll(".scroll")) {
      one.classList.toggle("over", one.scrollWidth > one.clientWidth + 1);
    }
  };
  addEventListener("resize", wide);
  document.addEventListener("toggle", wide, true);
  wide();
  reveal();
})();
