/** Every metric of the functions with its unit in CloudWatch: named as in Prometheus, in CloudWatch's spelling. */
export const METRICS = {
  PlaysAccepted: "Count",
  PlaysDuplicate: "Count",
  PlaysLate: "Count",
  RecordsAccepted: "Count",
  RecordsDuplicate: "Count",
  RecordsRejected: "Count",
  TopicLagRecords: "Count",
  TopicLagSeconds: "Seconds",
  WatermarkDelaySeconds: "Seconds",
  WindowsOpen: "Count",
  WindowsDue: "Count",
  WindowsToRevise: "Count",
  WindowsClosed: "Count",
  DeadLetters: "Count",
  DeadLettersDue: "Count",
  DeadLetterOldestWaitingSeconds: "Seconds",
  InvocationDurationSeconds: "Seconds",
  InvocationErrors: "Count",
} as const;

export type MetricName = keyof typeof METRICS;

/** A value to be kept; CloudWatch keeps one series per name and dimensions. */
export interface Metric {
  readonly name: MetricName;
  readonly value: number;
  readonly dimensions?: Readonly<Record<string, string>>;
}
