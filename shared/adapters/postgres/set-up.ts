import { PipelineError } from "#shared/errors.ts";
import { loadStatement } from "#shared/sql.ts";

import { createSession } from "./session.ts";

const registerTopic = loadStatement("queries/set-up/register_topic");
const registerWindowSizes = loadStatement(
  "queries/set-up/register_window_sizes",
);
const readWindowSizes = loadStatement("queries/set-up/read_window_sizes");
const registerPartitions = loadStatement("queries/ledger/register_partitions");

export interface SetUpOptions {
  /** The owner's. */
  readonly databaseUrl: string;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: number;
  }[];
  readonly windowSizeMs: number;
  readonly hourlyWindowSizeMs: number;
}

/**
 * Tells a migrated database what it must know before the first micro-batch: the window sizes, and the partitions
 * that the watermark waits for. Running it again changes nothing.
 *
 * @throws PipelineError `window_size_changed` when the database was started with other sizes
 */
export async function setUpDatabase({
  databaseUrl,
  topics,
  windowSizeMs,
  hourlyWindowSizeMs,
}: SetUpOptions): Promise<void> {
  const session = createSession({
    databaseUrl,
    applicationName: "set-up",
    transactionTimeoutMs: 30_000,
  });
  try {
    await session.transaction(async (transaction) => {
      await transaction.query(registerWindowSizes, [
        windowSizeMs,
        hourlyWindowSizeMs,
      ]);
      const stored = await transaction.query<{
        window_kind: string;
        window_size_ms: string;
      }>(readWindowSizes);
      const wanted: Record<string, number> = {
        minutes: windowSizeMs,
        hourly: hourlyWindowSizeMs,
      };
      for (const { window_kind: kind, window_size_ms: sizeMs } of stored) {
        if (Number(sizeMs) !== wanted[kind])
          refuseWindowSize(kind, Number(sizeMs), wanted[kind] ?? Number.NaN);
      }
      for (const { topic, partitions } of topics) {
        await transaction.query(registerTopic, [topic, partitions]);
        await transaction.query(registerPartitions, [
          topic,
          Array.from({ length: partitions }, (_, partition) => partition),
        ]);
      }
    });
  } finally {
    await session.close();
  }
}

function refuseWindowSize(
  kind: string,
  storedMs: number,
  wantedMs: number,
): never {
  const setting =
    kind === "minutes"
      ? "STREAMING_WINDOW_SIZE"
      : "STREAMING_HOURLY_WINDOW_SIZE";
  throw new PipelineError(
    `${setting} is ${wantedMs / 1000}s, but this database holds windows of ${storedMs / 1000}s. Set ${setting}=${storedMs / 1000}s, or start with an empty database (npm run reset).`,
    { code: "window_size_changed", domain: "user" },
  );
}
