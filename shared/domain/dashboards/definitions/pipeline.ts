import type { DashboardDefinition } from "../answer.ts";
import { BUCKET, category, value } from "../columns.ts";

const WINDOW = category("window", "Window (UTC)", "time");
const WINDOW_KIND = category("window_kind", "Size");
const REASON = category("reason", "Reason");
const TOPIC = category("topic", "Topic");

/** How the pipeline itself does. */
export const PIPELINE: DashboardDefinition = {
  title: "Pipeline",
  charts: [
    {
      id: "state",
      title: "State",
      kind: "figures",
      note: "Since the beginning, but for what waits or is open now. Windows of minutes and of hours are counted together.",
      columns: [
        category("figure", "Figure"),
        value("count", "Count", "count"),
        value("seconds", "Seconds", "seconds"),
        value("time", "Time (UTC)", "time"),
      ],
    },
    {
      id: "throughput",
      title: "Throughput",
      kind: "bar",
      note: "Accepted plays by when they happened.",
      columns: [BUCKET, value("plays", "Plays", "count")],
    },
    {
      id: "lag",
      title: "Lag by topic",
      kind: "table",
      note: "Records that the consumer group has not committed; empty while Kafka cannot be asked.",
      columns: [
        TOPIC,
        value("records", "Records", "count"),
        value("age", "Age of the newest handled record", "seconds"),
      ],
    },
    {
      id: "dead-letters",
      title: "Dead letters by reason",
      kind: "table",
      columns: [
        REASON,
        TOPIC,
        value("waiting", "Waiting", "count"),
        value("redriven", "Redriven", "count"),
        value("resolved", "Resolved", "count"),
        value("buried", "Buried", "count"),
      ],
    },
    {
      id: "newest-letters",
      title: "Newest dead letters",
      kind: "table",
      note: "npm run dlq -- show tells more of one.",
      columns: [
        category("first_seen", "First seen (UTC)", "time"),
        REASON,
        category("record", "Record"),
        value("state", "State", "text"),
        value("detail", "Detail", "text"),
      ],
    },
    {
      id: "late-windows",
      title: "Late plays by window",
      kind: "table",
      note: "The windows that plays came too late for, newest first.",
      columns: [
        WINDOW,
        WINDOW_KIND,
        value("late", "Late plays", "count"),
        value("lateness", "Greatest lateness", "seconds"),
      ],
    },
    {
      id: "revisions",
      title: "Revised windows",
      kind: "table",
      note: "The windows that were published anew last.",
      columns: [
        category("revised_at", "Revised (UTC)", "time"),
        WINDOW,
        WINDOW_KIND,
        value("revisions", "Revisions", "count"),
      ],
    },
  ],
};
