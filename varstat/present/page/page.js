"use strict";
// Everything a page does beyond being read: tooltip, keyboard, search and sorting. Text comes
// from JSON and goes in as textContent only, so that a name is never markup.
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const NEAR = 14; // viewBox units within which the pointer is at a mark
  const MOST_RINGS = 200;

  for (const section of document.querySelectorAll("section[data-units]")) {
    const told = read(section);
    const charts = [...section.querySelectorAll(".chart[data-label]")].map((holder) => chart(holder, told));
    search(section, charts);
    sort(section);
  }
  unfold();

  // What tooltips say of the units of a section, whichever chart shows them.
  function read(section) {
    const text = section.querySelector("script.units")?.textContent ?? '{"heads":[],"units":[]}';
    const { heads, units } = JSON.parse(text);
    return units.map(([name, code, ...cells]) => ({
      key: `${name} ${code}`.toLowerCase(),
      lines: [
        name === code ? name : `${name} (${code})`,
        ...heads.map((head, i) => (cells[i] ? `${head} ${cells[i]}` : "")).filter(Boolean),
      ],
    }));
  }

  // Groups that are folded open when a link leads to them, and on paper.
  function unfold() {
    const open = () => {
      const found = document.getElementById(location.hash.slice(1))?.querySelector("details.group");
      if (found) found.open = true;
    };
    addEventListener("hashchange", open);
    // What is folded on a screen stands on paper.
    addEventListener("beforeprint", () => {
      for (const each of document.querySelectorAll("details.group, details.notes")) each.open = true;
    });
    open();
  }

  // One chart: its units come in the order in which the keys move among them.
  function chart(holder, told) {
    const places = JSON.parse(holder.querySelector("script.places").textContent);
    const units = places.map(([i, x, y]) => ({ x, y, ...told[i] }));
    const plot = holder.querySelector(".plot");
    const svg = plot.querySelector("svg");
    const read = holder.querySelector(".read");
    const inRows = "rows" in holder.dataset;
    const rings = svg.appendChild(document.createElementNS(SVG, "g"));
    const ring = circle("ring");
    const tip = plot.appendChild(document.createElement("div"));
    let current = -1;
    tip.className = "tip";
    tip.hidden = true;
    rings.setAttribute("aria-hidden", "true");
    holder.querySelector(".hint").hidden = false;

    function circle(name) {
      const mark = document.createElementNS(SVG, "circle");
      mark.setAttribute("class", name);
      mark.setAttribute("r", "7");
      return mark;
    }

    function at(mark, unit) {
      mark.setAttribute("cx", unit.x);
      mark.setAttribute("cy", unit.y);
      rings.appendChild(mark);
    }

    function show(i) {
      const unit = units[i];
      at(ring, unit);
      tip.textContent = unit.lines.join("\n");
      tip.hidden = false;
      const box = svg.viewBox.baseVal;
      const scale = svg.getBoundingClientRect().width / box.width;
      const left = unit.x > box.width / 2;
      tip.style.left = left ? "auto" : `${(unit.x + 10) * scale}px`;
      tip.style.right = left ? `${(box.width - unit.x + 10) * scale}px` : "auto";
      // Above a mark in the lower half, so that the tip never makes the figure scroll.
      const low = unit.y > box.height / 2;
      tip.style.top = low ? "auto" : `${(unit.y - 10) * scale}px`;
      tip.style.bottom = low ? `${(box.height - unit.y - 10) * scale}px` : "auto";
    }

    function hide() {
      tip.hidden = true;
      ring.remove();
    }

    function go(i) {
      current = i;
      show(i);
      read.textContent = units[i].lines.join(". ");
    }

    plot.addEventListener("pointermove", (event) => {
      const point = new DOMPoint(event.clientX, event.clientY)
        .matrixTransform(svg.getScreenCTM().inverse());
      let best = -1;
      let least = NEAR * NEAR;
      units.forEach((unit, i) => {
        // A row is as wide as the chart.
        const wide = inRows ? 0.0001 : 1;
        const d = wide * (unit.x - point.x) ** 2 + (unit.y - point.y) ** 2;
        if (d < least) [best, least] = [i, d];
      });
      if (best >= 0) show(best);
      else if (document.activeElement !== plot) hide();
    });
    plot.addEventListener("pointerleave", hide);
    plot.addEventListener("blur", hide);
    document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });

    if (units.length) {
      plot.tabIndex = 0;
      plot.setAttribute("role", "application");
      plot.setAttribute("aria-label", holder.dataset.label);
      plot.addEventListener("keydown", (event) => {
        const last = units.length - 1;
        const down = inRows ? 1 : -1;
        const to = {
          ArrowRight: current + 1, ArrowLeft: current - 1,
          ArrowDown: current + down, ArrowUp: current - down,
          PageDown: current + 10, PageUp: current - 10, Home: 0, End: last,
        }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        go(Math.min(last, Math.max(0, to)));
      });
    }

    return {
      // Rings the units whose name or code has a word in it; says how many there are.
      mark(word) {
        for (const mark of rings.querySelectorAll(".found")) mark.remove();
        hide();
        if (!word) return 0;
        const hits = units.filter((unit) => unit.key.includes(word));
        for (const unit of hits.slice(0, MOST_RINGS)) at(circle("ring found"), unit);
        if (hits.length === 1) go(units.indexOf(hits[0]));
        return hits.length;
      },
      // A chart is drawn for wide screens and for narrow ones; one of them is there.
      visible: () => holder.offsetParent !== null,
      // Brings the unit that was found to where it can be read; typing goes on.
      reveal() {
        if (current >= 0) ring.scrollIntoView({ block: "center", inline: "center" });
      },
    };
  }

  function search(section, charts) {
    const rows = [...section.querySelectorAll("table.listed tbody tr")];
    const found = section.querySelector(".found-count");
    const box = section.querySelector("input[type='search']");
    section.querySelector(".search").hidden = false;
    let waiting = 0;
    box.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        const word = box.value.trim().toLowerCase();
        const named = (row) => `${row.cells[0].textContent} ${row.cells[1].textContent}`.toLowerCase();
        for (const row of rows) row.hidden = word !== "" && !named(row).includes(word);
        const counts = charts.map((one) => one.mark(word));
        const left = rows.filter((row) => !row.hidden);
        for (const row of rows) row.classList.toggle("found", word !== "" && !row.hidden);
        const count = Math.max(word ? left.length : 0, ...counts);
        found.textContent = word ? `${count} found` : "";
        if (count !== 1) return;
        const shown = charts.find((one, i) => counts[i] === 1 && one.visible());
        if (shown) shown.reveal();
        else left[0]?.scrollIntoView({ block: "center" });
      }, 120);
    });
  }

  function sort(section) {
    const rows = [...section.querySelectorAll("table.listed tbody tr")];
    const body = section.querySelector("table.listed tbody");
    const heads = [...section.querySelectorAll("table.listed thead th")];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const numeric = head.classList.contains("number");
        const value = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent;
        const compare = (a, b) => {
          if (!numeric) return a.localeCompare(b, undefined, { numeric: true });
          // What isn't known stands last, whichever way the others go.
          if (a === "" || b === "") return ((a === "") - (b === "")) * (down ? -1 : 1);
          return a - b;
        };
        rows.sort((a, b) => compare(value(a), value(b)) * (down ? -1 : 1));
        body.append(...rows);
      });
    });
  }
})();
