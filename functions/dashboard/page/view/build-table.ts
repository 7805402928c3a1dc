import type { Cell, Chart, Column } from "#shared/domain/dashboards/answer.ts";
import { PROVISIONAL } from "../charts/tooltip.ts";
import { formatCell } from "../format/format-value.ts";
import { createElement } from "./create-element.ts";

/** Builds the table of a chart's rows; each cell holds the exact value beside what is shown. */
export function buildTable({
  title,
  columns,
  rows,
  provisional,
}: Chart): HTMLTableElement {
  const head = createElement(
    "tr",
    {},
    columns.map(({ label, unit }) =>
      createElement("th", {
        text: label,
        className: alignmentOf(unit),
        attributes: { scope: "col" },
      }),
    ),
  );
  const body = rows.map((row, index) =>
    createElement(
      "tr",
      {},
      columns.map((column, at) =>
        buildCell(
          row[at] ?? null,
          column,
          at === 0,
          provisional[index] === true,
        ),
      ),
    ),
  );
  return createElement("table", {}, [
    createElement("caption", { text: title, className: "visually-hidden" }),
    createElement("thead", {}, [head]),
    createElement("tbody", {}, body),
  ]);
}

/**
 * Makes a table that is shown the same as another one, where both have as many rows and cells, and says whether they have:
 * cells that stay are not touched, so that nobody who reads or marks them loses them.
 */
export function updateTable(
  shown: HTMLTableElement,
  built: HTMLTableElement,
): boolean {
  const [oldCells, newCells] = [listCells(shown), listCells(built)];
  if (
    shown.rows.length !== built.rows.length ||
    oldCells.length !== newCells.length
  )
    return false;
  for (const [index, cell] of newCells.entries()) {
    const old = oldCells[index];
    if (old !== undefined && !old.isEqualNode(cell)) old.replaceWith(cell);
  }
  return true;
}

function listCells({ rows }: HTMLTableElement): HTMLTableCellElement[] {
  return [...rows].flatMap(({ cells }) => [...cells]);
}

function buildCell(
  cell: Cell,
  column: Column,
  isFirst: boolean,
  isProvisional: boolean,
): HTMLElement {
  const { unit } = column;
  const text = formatCell(cell, column);
  const content =
    typeof cell === "string" && unit === "time"
      ? createElement("time", { text, attributes: { datetime: cell } })
      : createElement("data", {
          text,
          attributes: { value: cell === null ? "" : String(cell) },
        });
  const badge = createElement("span", {
    text: PROVISIONAL,
    className: "badge",
  });
  const isMarked = isFirst && isProvisional;
  return createElement(
    isFirst ? "th" : "td",
    {
      className: alignmentOf(unit),
      ...(isFirst ? { attributes: { scope: "row" } } : {}),
    },
    isMarked ? [content, document.createTextNode(" "), badge] : [content],
  );
}

function alignmentOf(unit: Column["unit"]): string {
  return unit === "text" || unit === "time" ? "text" : "number";
}
