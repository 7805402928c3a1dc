import type { DashboardAnswer } from "#shared/domain/dashboards/answer.ts";
import { formatAddress, formatAnswerPath, parseAddress } from "./address.ts";
import type { PageContext } from "./charts/drawing-context.ts";
import { readTheme } from "./charts/theme.ts";
import { describeConnection } from "./polling/describe-connection.ts";
import type { Reply } from "./polling/reply.ts";
import { startPolling } from "./polling/start-polling.ts";
import { findElement } from "./view/create-element.ts";
import { createDashboardView } from "./view/dashboard-view.ts";
import { untilDrawable } from "./view/plot.ts";
import { createToolbar } from "./view/toolbar.ts";

/** An answer and when the server last said that it holds. */
interface Known {
  readonly answer: DashboardAnswer;
  readonly etag: string | null;
  readonly heldAtMs: number;
}

const FIRST_DRAW = "first-draw";

// A tab that was open before is there at once, and as old as it says.
const known = new Map<string, Known>();
const view = createDashboardView(findElement("dashboard"));
const toolbar = createToolbar((period) => {
  location.hash = formatAddress({ ...parseAddress(location.hash), period });
});
const darkness = matchMedia("(prefers-color-scheme: dark)");
const stillness = matchMedia("(prefers-reduced-motion: reduce)");
let context = readContext();
/** What is wrong until the page is loaded again. */
let lasting = "";
let stopPolling = () => {};

function readContext(): PageContext {
  const style = getComputedStyle(document.documentElement);
  return {
    theme: readTheme((name) => style.getPropertyValue(name)),
    animates: !stillness.matches,
  };
}

/** Opens what the address names. */
function open(): void {
  stopPolling();
  const address = parseAddress(location.hash);
  const path = formatAnswerPath(address);
  toolbar.open(address);
  view.open(address);
  stopPolling = startPolling({
    path,
    etag: known.get(path)?.etag ?? null,
    onReply: (reply) => take(path, reply),
  });
  // Last: whatever becomes of what is known, the API is asked.
  show(path);
}

function take(path: string, reply: Reply): void {
  const before = known.get(path);
  toolbar.tellConnection(
    describeConnection(reply, before?.heldAtMs) || lasting,
  );
  switch (reply.kind) {
    case "answered":
      known.set(path, { ...reply, heldAtMs: Date.now() });
      show(path);
      break;
    case "unchanged":
      if (before === undefined) break;
      known.set(path, { ...before, heldAtMs: Date.now() });
      toolbar.tellUpdated(Date.now());
      break;
    case "refused": {
      const { dashboard } = parseAddress(location.hash);
      known.delete(path);
      view.explain(`The server refuses this address: ${reply.message}`, {
        text: "Back to the last hour",
        address: { dashboard, period: "1h" },
      });
      break;
    }
    case "unavailable":
    case "unreachable":
      if (before === undefined)
        view.explain(
          reply.kind === "unavailable"
            ? `There is no answer yet: ${reply.message}`
            : "There is no connection to the server yet.",
        );
      break;
  }
}

function show(path: string): void {
  const shown = known.get(path);
  if (shown === undefined) return;
  view.show(shown.answer, context);
  toolbar.show(shown.answer);
  toolbar.tellUpdated(shown.heldAtMs);
  untilDrawable.then(markFirstDraw, explainMissing);
}

/** Marks when the first charts were painted, for the browser's own tools and the tests: ECharts paints in the next frame. */
function markFirstDraw(): void {
  if (performance.getEntriesByName(FIRST_DRAW).length > 0) return;
  requestAnimationFrame(() =>
    requestAnimationFrame(() => performance.mark(FIRST_DRAW)),
  );
}

/** Says why there are only tables. */
function explainMissing(): void {
  lasting =
    "What draws the charts could not be loaded; their tables are there. Reload the page to try again.";
  toolbar.tellConnection(lasting);
}

for (const preference of [darkness, stillness])
  preference.addEventListener("change", () => {
    context = readContext();
    show(formatAnswerPath(parseAddress(location.hash)));
  });
findElement("skip").addEventListener("click", (event) => {
  // The address is that of the dashboard, which the link must not replace.
  event.preventDefault();
  findElement("content").focus();
});
window.addEventListener("hashchange", open);
open();
