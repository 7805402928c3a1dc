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
