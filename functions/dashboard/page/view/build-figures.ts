import type { Chart } from "#shared/domain/dashboards/answer.ts";
import { formatCell, NO_VALUE } from "../format/format-value.ts";
import { createElement } from "./create-element.ts";

/** Builds the figures: of each row its name and the one value that it fills. */
export function buildFigures({ columns, rows }: Chart): HTMLElement {
  const figures = rows.map((row) => {
    const [value] = columns.flatMap((column, index) => {
      const cell = row[index] ?? null;
      return column.role === "value" && cell !== null
        ? [{ text: formatCell(cell, column), unit: column.unit }]
        : [];
    });
    const name = columns.findIndex(({ role }) => role === "category");
    return createElement("div", { className: "figure" }, [
      createElement("dt", { text: String(row[name] ?? "") }),
      createElement("dd", {
        text: value?.text ?? NO_VALUE,
        className: value?.unit === "time" ? "moment" : "number",
      }),
    ]);
  });
  return createElement("dl", { className: "figures" }, figures);
}
