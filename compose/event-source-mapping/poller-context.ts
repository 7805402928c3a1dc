import type { Kafka } from "kafkajs";
import type { BatchLimits } from "./assemble-batch.ts";
import type { Choices } from "./choices.ts";
import type { StartingPosition } from "./configuration.ts";
import type { RecordFilter } from "./create-record-filter.ts";
import type { PartitionRegister } from "./partition-register.ts";
import type { BatchEnvironment } from "./run-batch.ts";

/** What the pollers of one mapping share. */
export interface PollerContext {
  readonly kafka: Kafka;
  readonly groupId: string;
  readonly topic: string;
  readonly startingPosition: StartingPosition;
  readonly choices: Choices;
  readonly limits: BatchLimits;
  readonly maximumInvocations: number;
  readonly environment: BatchEnvironment;
  /** `null` = every record goes to the function. */
  readonly recordFilter: RecordFilter | null;
  readonly register: PartitionRegister;
  readonly onSuccess: () => void;
  readonly isOwned: (partition: number) => boolean;
}
