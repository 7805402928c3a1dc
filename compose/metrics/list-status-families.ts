import type { Status } from "#compose/runner/read-status.ts";
import type { MetricFamily, MetricSample } from "./metric-family.ts";

/** Returns what `npm run status` shows, as metrics. */
export function listStatusFamilies(status: Status): MetricFamily[] {
  return [
    ...listTopics(status),
    ...listPlays(status),
    ...listWindows(status),
    ...listLetters(status),
  ];
}

function listTopics({ topics }: Status): MetricFamily[] {
  return [
    {
      kind: "counter",
      name: "streaming_topic_records_total",
      help: "Offsets that the topic has given out",
      samples: topics.map(({ topic, endOffsetSum }) => ({
        labels: { topic },
        value: endOffsetSum,
      })),
    },
    {
      kind: "gauge",
      name: "streaming_topic_lag_records",
      help: "Records of the topic that its consumer group has not committed",
      samples: topics.map(({ topic, lag }) => ({
        labels: { topic },
        value: lag,
      })),
    },
    {
      kind: "gauge",
      name: "streaming_topic_lag_seconds",
      help: "Age of the newest handled record, by the database's clock, of the partition that is furthest behind: no unhandled record is older; 0 without lag, absent before the first record",
      samples: topics.flatMap(({ topic, lagSeconds }) =>
        known(lagSeconds).map((sample) => ({ ...sample, labels: { topic } })),
      ),
    },
  ];
}

function listPlays({ plays, rejected }: Status): MetricFamily[] {
  return [
    counter(
      "accepted",
      "Plays that became facts, late ones included",
      plays.accepted,
    ),
    counter(
      "duplicate",
      "Plays whose event_id was a fact already",
      plays.duplicate,
    ),
    counter(
      "redelivered",
      "Plays whose offset had an outcome already, counted apart from the outcomes",
      plays.redelivered,
    ),
    counter("late", "Accepted plays whose window had closed", plays.late),
    {
      kind: "counter",
      name: "streaming_records_rejected_total",
      help: "Records of all topics that were rejected, by reason",
      samples: Object.entries(rejected).map(([reason, value]) => ({
        labels: { reason },
        value,
      })),
    },
  ];
}

function counter(name: string, help: string, value: number): MetricFamily {
  return {
    kind: "counter",
    name: `streaming_plays_${name}_total`,
    help,
    samples: [{ value }],
  };
}

function listWindows({
  windows,
  watermarkDelaySeconds,
}: Status): MetricFamily[] {
  const gauge = (
    name: string,
    help: string,
    count: (window: Status["windows"][number]) => number,
  ) => ({
    kind: "gauge" as const,
    name: `streaming_windows_${name}`,
    help,
    samples: windows.map((window) => ({
      labels: { window_kind: window.kind },
      value: count(window),
    })),
  });
  return [
    {
      kind: "gauge",
      name: "streaming_watermark_delay_seconds",
      help: "How far the watermark is behind the database's clock; absent before the first one",
      samples: known(watermarkDelaySeconds),
    },
    gauge(
      "open",
      "Windows that hold plays and are not closed",
      ({ openCount }) => openCount,
    ),
    gauge(
      "due",
      "Windows that are complete and not published",
      ({ dueCount }) => dueCount,
    ),
    gauge(
      "to_revise",
      "Published windows that late plays have changed",
      ({ markedCount }) => markedCount,
    ),
    gauge("closed", "Published windows", ({ closedCount }) => closedCount),
  ];
}

function listLetters({ letters }: Status): MetricFamily[] {
  const { waiting, redriven, resolved, buried } = letters;
  return [
    {
      kind: "gauge",
      name: "streaming_dead_letters",
      help: "Dead letters by state",
      samples: Object.entries({ waiting, redriven, resolved, buried }).map(
        ([state, value]) => ({ labels: { state }, value }),
      ),
    },
    {
      kind: "gauge",
      name: "streaming_dead_letters_due",
      help: "What the next redrive takes: letters, and references that have just arrived",
      samples: [{ value: letters.due }],
    },
    {
      kind: "gauge",
      name: "streaming_dead_letter_oldest_waiting_seconds",
      help: "How long the record that has waited longest is known, by the database's clock; 0 where none waits",
      samples: [{ value: letters.oldestWaitingSeconds ?? 0 }],
    },
  ];
}

function known(value: number | null): MetricSample[] {
  return value === null ? [] : [{ value }];
}
