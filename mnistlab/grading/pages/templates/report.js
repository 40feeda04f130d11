"use strict";
// Everything is read from the page as it stands: no text is ever made into markup or code.
(() => {
  const words = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const table = document.getElementById("students-table");
  const rows = [...table.tBodies[0].rows];
  const search = document.getElementById("search");
  const show = document.getElementById("show");
  const count = document.getElementById("count");

  // ── sorting ──
  const value = (row, k) => {
    const cell = row.cells[k];
    const number = cell.dataset.value;
    if (number === undefined) return cell.textContent.trim();
    return number === "" ? null : Number(number);
  };
  const missing = (x) => x === null || x === "";
  const compare = (a, b) => (typeof a === "number" ? a - b : words.compare(a, b));

  const sort = (of, th, k) => {
    const down = th.getAttribute("aria-sort") === "ascending";
    const keyed = [...of.tBodies[0].rows].map((row) => [value(row, k), row]);
    keyed.sort(([a], [b]) => {
      if (missing(a) || missing(b)) return missing(a) - missing(b); // these stay at the end
      return down ? compare(b, a) : compare(a, b);
    });
    of.tBodies[0].append(...keyed.map(([, row]) => row));
    for (const other of of.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    th.setAttribute("aria-sort", down ? "descending" : "ascending");
  };

  for (const of of document.querySelectorAll("table.sortable")) {
    [...of.tHead.rows[0].cells].forEach((th, k) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...th.childNodes);
      button.addEventListener("click", () => sort(of, th, k));
      th.append(button);
    });
  }

  // ── searching ──
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const found = new Map(
    rows.map((row) => [
      row,
      plain([...row.querySelectorAll(".find")].map((one) => one.textContent).join("\n")),
    ]),
  );
  const filter = () => {
    const wanted = plain(search.value).split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const kinds = row.dataset.is.split(" ");
      const fits = !show.value || kinds.includes(show.value);
      row.hidden = !(fits && wanted.every((word) => found.get(row).includes(word)));
      shown += !row.hidden;
    }
    const some = shown !== rows.length;
    count.textContent = some ? `${shown} of ${rows.length} students` : `${shown} students`;
  };
  search.addEventListener("input", filter);
  show.addEventListener("change", filter);
  document.querySelector(".controls").hidden = false;

  // ── going to rows ──
  for (const link of document.querySelectorAll("[data-show]")) {
    link.addEventListener("click", () => {
      search.value = "";
      show.value = link.dataset.show;
      filter();
    });
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#s"]');
    const row = link && document.getElementById(link.getAttribute("href").slice(1));
    if (!row || !row.hidden) return;
    search.value = show.value = ""; // a row that is filtered away can't be gone to
    filter();
  });
  filter();
})();
