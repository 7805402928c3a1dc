/** Where the records come from, with the fields that an event repeats (5). */
export type EventSource =
  | {
      readonly kind: "SelfManagedKafka";
      readonly bootstrapServers: readonly string[];
    }
  | { readonly kind: "aws:kafka"; readonly eventSourceArn: string };

export type StartingPosition =
  | { readonly kind: "TRIM_HORIZON" }
  | { readonly kind: "LATEST" }
  | { readonly kind: "AT_TIMESTAMP"; readonly timestampMs: number };

/** Where failed records go: a topic of the same cluster, or a queue, SNS topic or bucket by its ARN (22). */
export type OnFailureTarget =
  | { readonly kind: "kafka"; readonly topic: string }
  | { readonly kind: "sqs" | "sns" | "s3"; readonly arn: string };

/** A checked declaration; an absent optional property is `null` here, so that nobody has to know its default. */
export interface EventSourceMappingConfiguration {
  readonly functionName: string;
  readonly functionArn: string;
  readonly source: EventSource;
  readonly topic: string;
  readonly sourceAccess: readonly {
    readonly type: string;
    readonly uri: string;
  }[];
  readonly startingPosition: StartingPosition;
  readonly batchSize: number;
  /** `null` = not declared, which is not 0 (4). */
  readonly batchingWindowMs: number | null;
  readonly enabled: boolean;
  /** Patterns of which a record's value must match one; none = every record passes (14). */
  readonly filterPatterns: readonly string[];
  readonly onFailure: OnFailureTarget | null;
  /** -1 = no limit but the one of 16. */
  readonly maximumRetryAttempts: number;
  /** `null` = no limit (21). */
  readonly maximumRecordAgeMs: number | null;
  readonly bisectBatchOnFunctionError: boolean;
  /** The response says which records failed (19); otherwise it is ignored. */
  readonly reportBatchItemFailures: boolean;
  readonly pollers: {
    readonly minimum: number;
    readonly maximum: number;
  } | null;
  /** `null` = the mapping's own UUID (3). */
  readonly consumerGroupId: string | null;
}
