/**
 * The Spark jobs that the benchmark can be measured against: the one that was replaced, with 200 shuffle partitions and with
 * few, and the best one.
 */
export const SPARK_JOBS = [
  "spark",
  "spark-few-partitions",
  "spark-tuned",
] as const;
export type SparkJob = (typeof SPARK_JOBS)[number];
