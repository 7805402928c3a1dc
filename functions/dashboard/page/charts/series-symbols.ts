/**
 * How the points of a series look, in the chart and in its legend: series are told apart without colours too. Of each the
 * class in `cards.css`, and what ECharts knows it by.
 */
const SERIES_SYMBOLS = [
  { className: "circle", symbol: "circle" },
  { className: "rect", symbol: "rect" },
  { className: "triangle", symbol: "triangle" },
  { className: "diamond", symbol: "diamond" },
  {
    className: "cross",
    symbol: "path://M4 0H8V4H12V8H8V12H4V8H0V4H4Z",
  },
  { className: "triangle-down", symbol: "path://M0 0H12L6 12Z" },
] as const;

/** The symbol of a series by its place; more series than symbols begin anew. */
export function pickSymbol(index: number): (typeof SERIES_SYMBOLS)[number] {
  return SERIES_SYMBOLS[index % SERIES_SYMBOLS.length] ?? SERIES_SYMBOLS[0];
}
