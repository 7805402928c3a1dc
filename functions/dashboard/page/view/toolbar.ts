import {
  PERIODS,
  type DashboardAnswer,
} from "#shared/domain/dashboards/answer.ts";
import { DASHBOARDS } from "#shared/domain/dashboards/dashboards.ts";
import { formatAddress, parseAddress, type Address } from "../address.ts";
import { describeOpen } from "../charts/describe-open.ts";
import {
  formatClock,
  formatMoment,
  formatRange,
} from "../format/format-time.ts";
import { findElement, setText } from "./create-element.ts";

/** What stands above the charts. */
export interface Toolbar {
  /** Marks what is open, lets all links lead from there, and tells nothing of an answer until one is shown. */
  open(address: Address): void;
  /** Tells what an answer covers, and how much of that still grows. */
  show(answer: DashboardAnswer): void;
  /** Tells when the figures were last known to be right. */
  tellUpdated(epochMs: number): void;
  /** Tells how the connection is, aloud too; nothing while all is well. */
  tellConnection(text: string): void;
}

/** Takes hold of the toolbar in the page's HTML. */
export function createToolbar(
  onPeriod: (period: Address["period"]) => void,
): Toolbar {
  const range = findElement("range");
  const updated = findElement("updated");
  const stillOpen = findElement("still-open");
  const connection = findElement("connection");
  const backToNow = findElement("back-to-now");
  const heading = findElement("dashboard-title");
  const links = [...document.querySelectorAll<HTMLAnchorElement>("nav a")];
  const radios = [
    ...document.querySelectorAll<HTMLInputElement>("input[name=period]"),
  ];
  for (const radio of radios)
    radio.addEventListener("change", () => {
      const period = PERIODS.find((known) => known === radio.value);
      if (radio.checked && period !== undefined) onPeriod(period);
    });
  return {
    open: (address) => {
      const { dashboard, period, until } = address;
      const { title } = DASHBOARDS[dashboard];
      heading.textContent = title;
      document.title = `${title} · Music streaming analytics`;
      for (const link of links) {
        const { dashboard: target } = parseAddress(link.hash);
        link.href = formatAddress({ ...address, dashboard: target });
        if (target === dashboard) link.setAttribute("aria-current", "page");
        else link.removeAttribute("aria-current");
      }
      for (const radio of radios) radio.checked = radio.value === period;
      range.textContent = until === undefined ? "" : `until ${describe(until)}`;
      backToNow.hidden = until === undefined;
      backToNow.setAttribute("href", formatAddress({ dashboard, period }));
      stillOpen.textContent = "";
      updated.textContent = "Not updated yet";
    },
    show: (answer) => {
      range.textContent = formatRange(answer.from, answer.until);
      stillOpen.textContent = describeOpen(answer);
    },
    tellUpdated: (epochMs) => {
      updated.textContent = `Updated ${formatClock(epochMs)} UTC`;
    },
    tellConnection: (text) => {
      setText(connection, text);
    },
  };
}

/** Whatever somebody has typed into the address. */
function describe(until: string): string {
  return Number.isNaN(Date.parse(until)) ? until : `${formatMoment(until)} UTC`;
}
