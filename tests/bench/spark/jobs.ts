/** The Spark jobs that the benchmark can be measured against: the one that was replaced, and the best one. */
export const SPARK_JOBS = ["spark", "spark-tuned"] as const;
export type SparkJob = (typeof SPARK_JOBS)[number];
