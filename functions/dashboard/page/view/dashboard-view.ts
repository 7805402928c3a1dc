import type {
  ChartDefinition,
  DashboardAnswer,
} from "#shared/domain/dashboards/answer.ts";
import { DASHBOARDS } from "#shared/domain/dashboards/dashboards.ts";
import { endAfter, formatAddress, type Address } from "../address.ts";
import type { PageContext } from "../charts/drawing-context.ts";
import { isEmptyAnswer } from "../charts/is-empty.ts";
import { formatMoment, formatRange } from "../format/format-time.ts";
import { createCard, type Card } from "./card.ts";
import { createElement, setText } from "./create-element.ts";

/** The charts of the dashboard that is open, or what there is in place of them. */
export interface DashboardView {
  /** Shows the cards of a dashboard, still without rows. */
  open(address: Address): void;
  show(answer: DashboardAnswer, context: PageContext): void;
  /** Shows why there is no answer, in place of the charts. */
  explain(message: string, link?: { text: string; address: Address }): void;
}

/** Draws into this element. */
export function createDashboardView(place: HTMLElement): DashboardView {
  let cards = new Map<string, Card>();
  let address: Address = { dashboard: "pipeline", period: "1h" };
  const explanation = createElement("p");
  const wayOut = createElement("a");
  const panel = createElement("div", { className: "panel" }, [explanation]);

  const layCards = (definitions: readonly ChartDefinition[]) => {
    for (const card of cards.values()) card.close();
    cards = new Map(
      definitions.map((definition) => [
        definition.id,
        createCard(definition, address),
      ]),
    );
    const elements = [...cards.values()].map(({ element }) => element);
    place.replaceChildren(
      createElement("div", { className: "grid" }, elements),
    );
  };
  const explain: DashboardView["explain"] = (message, link) => {
    for (const card of cards.values()) card.close();
    cards.clear();
    place.setAttribute("aria-busy", "false");
    // Periods move on: whoever has the focus on the link keeps it.
    setText(explanation, message);
    if (link === undefined) wayOut.remove();
    else {
      setText(wayOut, link.text);
      wayOut.setAttribute("href", formatAddress(link.address));
      if (wayOut.parentNode === null) panel.append(wayOut);
    }
    if (!panel.isConnected) place.replaceChildren(panel);
  };
  return {
    open: (next) => {
      address = next;
      place.setAttribute("aria-busy", "true");
      layCards(DASHBOARDS[next.dashboard].charts);
    },
    show: (answer, context) => {
      if (isEmptyAnswer(answer)) {
        explain(
          `No plays from ${formatRange(answer.from, answer.until)}.`,
          offerNewest(answer, address),
        );
        return;
      }
      const { charts } = answer;
      const isLaid =
        charts.length === cards.size && charts.every(({ id }) => cards.has(id));
      if (!isLaid) layCards(charts);
      for (const chart of charts) cards.get(chart.id)?.show(chart, context);
      place.setAttribute("aria-busy", "false");
    },
    explain,
  };
}

/** Where there are plays when the period has none. */
function offerNewest(
  { newestPlayAt, bucketSeconds }: DashboardAnswer,
  address: Address,
): { text: string; address: Address } | undefined {
  if (newestPlayAt === null) return undefined;
  const until = endAfter(newestPlayAt, bucketSeconds);
  if (until === address.until) return undefined;
  return {
    text: `Jump to the newest plays, of ${formatMoment(newestPlayAt)} UTC`,
    address: { ...address, until },
  };
}
