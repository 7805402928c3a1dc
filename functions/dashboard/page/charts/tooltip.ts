import type { TooltipComponentOption } from "echarts/components";

import type { Theme } from "./theme.ts";

/** The words for what is not final yet, in tooltips, legends and tables. */
export const PROVISIONAL = "provisional";

/** What all tooltips have in common. HTML ones would carry inline styles, which the page's policy forbids. */
export function buildTooltip(theme: Theme): TooltipComponentOption {
  return {
    renderMode: "richText",
    confine: true,
    backgroundColor: theme.surface,
    borderColor: theme.line,
    borderWidth: 1,
    textStyle: { color: theme.text, fontSize: 12, fontFamily: theme.font },
  };
}

/** Text from data, of which nothing is taken for ECharts' own markup such as {style|text}. */
export function toPlainText(text: string): string {
  return text.replaceAll(/\{(?=\w+\|)/g, "{\u200B");
}

/** The lines of a tooltip: what it is about, its values, and whether they may still change. */
export function joinTooltip(
  title: string,
  lines: readonly string[],
  isProvisional: boolean,
): string {
  return [
    toPlainText(title),
    ...lines.map(toPlainText),
    ...(isProvisional ? [`${PROVISIONAL}: still open`] : []),
  ].join("\n");
}
