/** The colours and the font that charts are drawn with; the style sheet is their only source. */
export interface Theme {
  readonly text: string;
  readonly muted: string;
  readonly surface: string;
  readonly line: string;
  /** Lies over what is provisional, as stripes. */
  readonly stripe: string;
  /** Of the series in their order, each to be told apart without colour vision. */
  readonly series: readonly string[];
  /** From the least to the most. */
  readonly heat: readonly string[];
  /** A list of real fonts: with `inherit` ECharts measures another font than it draws, and cuts labels. */
  readonly font: string;
}

/** Of the colours in the style sheet, --series-1 and so on. */
export const SERIES_COUNT = 7;
/** Of the steps in the style sheet, --heat-1 and so on. */
export const HEAT_COUNT = 5;

/** Reads a theme from custom properties, such as those of the computed style of the document. */
export function readTheme(readProperty: (name: string) => string): Theme {
  const read = (name: string) => readProperty(name).trim();
  const readMany = (name: string, length: number) =>
    Array.from({ length }, (_, index) => read(`--${name}-${index + 1}`));
  return {
    text: read("--text"),
    muted: read("--muted"),
    surface: read("--surface"),
    line: read("--line"),
    stripe: read("--stripe"),
    series: readMany("series", SERIES_COUNT),
    heat: readMany("heat", HEAT_COUNT),
    font: read("--font"),
  };
}

/** The colour of a series; more series than colours begin anew, and have a symbol of their own. */
export function pickColour(theme: Theme, index: number): string {
  return theme.series[index % theme.series.length] ?? theme.text;
}
