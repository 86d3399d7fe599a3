extension FleetPageText {
  /// What draws tables and charts; comes before ``script``.
  static let drawing = #"""
    "use strict";
    // Everything from the server is set as text, never as markup: what it says is inert.
    const draw = (() => {
      const byId = (id) => document.getElementById(id);
      const vectors = "http://www.w3.org/2000/svg";

      const make = (name, className, text) => {
        const element = document.createElement(name);
        if (className) element.className = className;
        if (text !== undefined) element.textContent = text;
        return element;
      };

      const shape = (name, attributes) => {
        const element = document.createElementNS(vectors, name);
        for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
        return element;
      };

      // A part of a whole as a bar; a screen reader has the numbers beside it.
      const gauge = (used, whole, warns = true) => {
        const part = whole > 0 ? Math.min(1, Math.max(0, used / whole)) : 0;
        const bar = shape("svg", {
          class: "gauge", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true",
        });
        bar.append(
          shape("rect", { class: "track", width: 100, height: 8, rx: 2 }),
          shape("rect", { class: warns && part >= 0.9 ? "part full" : "part", width: part * 100, height: 8, rx: 2 }));
        return bar;
      };

      const sparkline = (place, values, words) => {
        const top = Math.max(...values, 0.1);
        const last = Math.max(1, values.length - 1);
        const points = values.map((value, index) =>
          `${(index / last * 600).toFixed(1)},${(98 - value / top * 94).toFixed(1)}`).join(" ");
        const chart = shape("svg", { viewBox: "0 0 600 100", preserveAspectRatio: "none", role: "img" });
        chart.setAttribute("aria-label", words);
        chart.append(
          shape("polygon", { class: "area", points: `0,98 ${points} 600,98` }),
          shape("line", { class: "base", x1: 0, y1: 98, x2: 600, y2: 98 }),
          shape("polyline", { class: "curve", points }));
        place.replaceChildren(chart);
      };

      // Columns: [name, isNumber]; cells: text, or an element, or [text, element].
      const table = (place, caption, columns, rows, empty) => {
        // Who reads in it with the keyboard, or scrolled it aside, stays where he is.
        const old = place.querySelector(".sheet");
        const aside = old ? old.scrollLeft : 0;
        const hadFocus = old !== null && old === document.activeElement;
        if (!rows.length) {
          place.replaceChildren(...(empty ? [make("p", "empty", empty)] : []));
          return;
        }
        const sheet = make("div", "sheet");
        sheet.tabIndex = 0;
        sheet.setAttribute("role", "region");
        sheet.setAttribute("aria-label", caption);
        const grid = make("table");
        grid.append(make("caption", "", caption));
        const head = make("tr");
        for (const [name, isNumber] of columns) {
          const cell = make("th", isNumber ? "number" : "", name);
          cell.scope = "col";
          head.append(cell);
        }
        const heads = make("thead");
        heads.append(head);
        const body = make("tbody");
        for (const row of rows) {
          const line = make("tr");
          row.forEach((content, index) => {
            const cell = make(index ? "td" : "th", columns[index][1] ? "number" : "");
            if (!index) cell.scope = "row";
            cell.dir = "auto";
            for (const part of Array.isArray(content) ? content : [content]) cell.append(part);
            line.append(cell);
          });
          body.append(line);
        }
        grid.append(heads, body);
        sheet.append(grid);
        place.replaceChildren(sheet);
        sheet.scrollLeft = aside;
        if (hadFocus) sheet.focus({ preventScroll: true });
      };

      const tiles = (place, list) => {
        place.replaceChildren(...list.map(([name, value, remark]) => {
          const tile = make("div", "tile");
          const number = make("dd", "", value);
          if (remark) number.append(make("small", "", remark));
          tile.append(make("dt", "", name), number);
          return tile;
        }));
      };

      return { byId, make, gauge, sparkline, table, tiles };
    })();

    """#
}
