/** Resources that only AWS has; the local runner knows them and leaves them alone. */
export const AWS_ONLY_TYPES = [
  "AWS::CloudWatch::Alarm",
  "AWS::IAM::Role",
] as const;

/** Properties of an event source mapping that only AWS has: which of its metrics AWS keeps. */
export const AWS_ONLY_MAPPING_PROPERTIES: readonly string[] = ["MetricsConfig"];
