import type {
  Chart,
  ChartDefinition,
} from "#shared/domain/dashboards/answer.ts";
import { formatCsvPath, type Address } from "../address.ts";
import type { PageContext } from "../charts/drawing-context.ts";
import { planLegend } from "../charts/plan-legend.ts";
import { buildLegend } from "./build-legend.ts";
import { buildTable } from "./build-table.ts";
import { buildScroller, createCardBody, renew } from "./card-body.ts";
import { createElement } from "./create-element.ts";
import { CANNOT_BE_DRAWN } from "./plot.ts";

/** One chart with its title, its legend, its table and its CSV. */
export interface Card {
  readonly element: HTMLElement;
  show(chart: Chart, context: PageContext): void;
  close(): void;
}

const WIDE_KINDS = new Set(["figures"]);

/** Makes the card of a chart, which has its size before there are rows: nothing moves when they come. */
export function createCard(
  definition: ChartDefinition,
  address: Address,
): Card {
  const { id, kind, title, note } = definition;
  const titleId = `${address.dashboard}-${id}`;
  const body = createCardBody(definition);
  const legend = createElement("ul", { className: "legend" });
  const table = createTableDisclosure(title);
  const csv = createElement("a", {
    text: "CSV",
    className: "csv",
    attributes: {
      href: formatCsvPath(address, id),
      download: "",
      "aria-label": `CSV of ${title}`,
    },
  });
  const hasTable = kind !== "table";
  const element = createElement(
    "section",
    {
      className: WIDE_KINDS.has(kind) ? "card wide" : "card",
      attributes: { "aria-labelledby": titleId, "data-chart": id },
    },
    [
      createElement("h3", { text: title, attributes: { id: titleId } }),
      createElement("p", { className: "note", text: note ?? "" }),
      body.element,
      legend,
      createElement(
        "div",
        { className: "card-foot" },
        hasTable ? [table.element, csv] : [csv],
      ),
    ],
  );
  let shown: { text: string; context: PageContext } | undefined;
  return {
    element,
    show: (chart, context) => {
      const text = JSON.stringify(chart);
      if (shown?.text === text && shown.context === context) return;
      shown = { text, context };
      // One chart that cannot be shown costs no other one, and has its table all the same.
      const holdsTable = hasTable && succeeds(() => table.show(chart));
      const isDrawn = succeeds(() => {
        body.show(chart, context);
        legend.replaceChildren(...buildLegend(planLegend(chart)));
      });
      if (isDrawn) return;
      body.close();
      body.element.replaceChildren(
        createElement("p", {
          className: "nothing",
          text: holdsTable
            ? CANNOT_BE_DRAWN
            : "This cannot be shown. Its CSV holds the figures.",
        }),
      );
    },
    close: () => body.close(),
  };
}

/** Whether this can be done; what it throws is reported. */
function succeeds(work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    reportError(error);
    return false;
  }
}

/** The table under a chart; it is built when it is opened, and kept up to date from then on. */
function createTableDisclosure(title: string) {
  const summary = createElement("summary", { text: "Show as a table" });
  const place = createElement("div");
  const element = createElement("details", {}, [summary, place]);
  let latest: Chart | undefined;
  const build = () => {
    if (latest === undefined || !element.open) return;
    renew(place, buildScroller(buildTable(latest), title));
  };
  element.addEventListener("toggle", build);
  return {
    element,
    show: (chart: Chart) => {
      latest = chart;
      build();
    },
  };
}
