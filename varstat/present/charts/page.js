"use strict";
// Everything a page does beyond being read: tooltip, keyboard, search and sorting. Text comes
// from JSON and goes in as textContent only, so that a name is never markup.
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const NEAR = 14; // viewBox units within which the pointer is at a mark
  const MOST_RINGS = 200;

  for (const section of document.querySelectorAll("section[data-funnel]")) chart(section);

  function chart(section) {
    const units = JSON.parse(section.querySelector("script[type='application/json']").textContent);
    const plot = section.querySelector(".plot");
    const svg = plot.querySelector("svg");
    const read = section.querySelector(".read");
    const order = units.map((_, i) => i).sort((a, b) => units[a].x - units[b].x || a - b);
    const place = new Map(order.map((i, at) => [i, at]));
    const rings = svg.appendChild(document.createElementNS(SVG, "g"));
    const ring = circle("ring");
    const tip = plot.appendChild(document.createElement("div"));
    let current = -1;
    tip.className = "tip";
    tip.hidden = true;
    rings.setAttribute("aria-hidden", "true");

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
        const d = (unit.x - point.x) ** 2 + (unit.y - point.y) ** 2;
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
      plot.setAttribute("aria-label", "Units of this funnel plot, in order of size");
      plot.addEventListener("keydown", (event) => {
        const now = current < 0 ? -1 : place.get(current);
        const last = order.length - 1;
        const to = {
          ArrowRight: now + 1, ArrowUp: now + 1, ArrowLeft: now - 1, ArrowDown: now - 1,
          PageDown: now + 10, PageUp: now - 10, Home: 0, End: last,
        }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        go(order[Math.min(last, Math.max(0, to))]);
      });
    }

    const rows = [...section.querySelectorAll("tbody tr")];
    const found = section.querySelector(".found-count");
    const box = section.querySelector("input[type='search']");
    section.querySelector(".search").hidden = false;
    section.querySelector(".hint").hidden = false;

    function search() {
      const word = box.value.trim().toLowerCase();
      for (const mark of rings.querySelectorAll(".found")) mark.remove();
      for (const row of rows) row.hidden = word !== "" && !row.textContent.toLowerCase().includes(word);
      if (!word) { found.textContent = ""; hide(); return; }
      const hits = units.filter((unit) => unit.key.includes(word));
      for (const unit of hits.slice(0, MOST_RINGS)) at(circle("ring found"), unit);
      found.textContent = `${hits.length} found`;
      if (hits.length === 1) go(units.indexOf(hits[0]));
      else hide();
    }
    let waiting = 0;
    box.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(search, 120); });

    const body = section.querySelector("tbody");
    const heads = [...section.querySelectorAll("thead th")];
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
