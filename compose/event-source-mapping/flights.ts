import type { Assembly } from "./assemble-batch.ts";
import { BatchProgress } from "./batch-progress.ts";
import type { RecordOutcome } from "./batch-progress.ts";
import { countRecords } from "./divide-slices.ts";
import type { PartitionSlice } from "./encode-event.ts";
import type { Occupation } from "./partition-register.ts";
import type { PollerContext } from "./poller-context.ts";
import { disposeOversized, runBatch } from "./run-batch.ts";
import type { Resolution } from "./run-batch.ts";

type ClosedBatch = Extract<Assembly, { kind: "batch" | "oversized" }>;

interface Flight {
  readonly slices: readonly PartitionSlice[];
  readonly progress: BatchProgress;
  /** Records without an outcome. */
  pendingEventCount: number;
  readonly controller: AbortController;
}

interface FlightListener {
  /** A partition advanced by so many records, in the assignment in which they were fetched. */
  onHandled(partition: number, eventCount: number): void;
  /** Some records have their outcome while others of the batch are still tried: commits need not wait for those. */
  onAdvanced(): void;
  /** The batch came to no outcome by a fault of ours; nothing behind it may be handled before it is read again. */
  onInternalError(): void;
}

/** The batches of one poller that are on their way: each holds its partitions until it has its outcome. */
export class Flights {
  readonly #context: PollerContext;
  readonly #listener: FlightListener;
  readonly #flights = new Map<Flight, Promise<void>>();

  constructor(context: PollerContext, listener: FlightListener) {
    this.#context = context;
    this.#listener = listener;
  }

  get count(): number {
    return this.#flights.size;
  }

  get eventCount(): number {
    let count = 0;
    for (const flight of this.#flights.keys())
      count += flight.pendingEventCount;
    return count;
  }

  begin(batch: ClosedBatch): void {
    const slices = batch.kind === "batch" ? batch.slices : [batch.slice];
    const flight = {
      slices,
      progress: new BatchProgress(slices),
      pendingEventCount: countRecords(slices),
      controller: new AbortController(),
    };
    const occupation = this.#context.register.occupy(
      slices.map(({ partition }) => partition),
    );
    this.#flights.set(flight, this.#fly(flight, occupation, batch));
  }

  /** Ends back-offs and retries; an invocation that is running still counts when it succeeds. */
  abort(reason: "revoked" | "stopping"): void {
    for (const { controller } of this.#flights.keys()) controller.abort(reason);
  }

  async landed(): Promise<void> {
    await Promise.all(this.#flights.values());
  }

  async #fly(
    flight: Flight,
    occupation: Occupation,
    batch: ClosedBatch,
  ): Promise<void> {
    const { environment } = this.#context;
    const resolve = (resolution: Resolution): void =>
      this.#resolve(flight, occupation, resolution);
    let isInternalError = false;
    try {
      if (batch.kind === "oversized")
        resolve(await disposeOversized(environment, batch.slice));
      else
        await runBatch(
          environment,
          flight.slices,
          flight.controller.signal,
          resolve,
        );
    } catch (error) {
      isInternalError = true;
      environment.onProblem(
        `A batch failed in the event source mapping itself: ${String(error)}`,
      );
    }
    if (flight.pendingEventCount > 0) this.#abandon(flight);
    this.#flights.delete(flight);
    if (isInternalError) this.#listener.onInternalError();
    occupation.release();
  }

  /** Counts the outcomes, and lets the partitions advance as far as nothing unresolved is in the way. */
  #resolve(
    flight: Flight,
    occupation: Occupation,
    resolution: Resolution,
  ): void {
    let undelivered =
      resolution.kind === "disposed" ? resolution.deliveredCount : 0;
    for (const slice of resolution.slices) {
      const { partition, records } = slice;
      flight.pendingEventCount -= records.length;
      if (resolution.kind === "succeeded") {
        // What another process owns by now is handled there again, and counts there.
        const outcome = this.#context.isOwned(partition)
          ? "succeeded"
          : "elsewhere";
        this.#settle(flight, occupation, slice, outcome);
        continue;
      }
      // A destination says how many arrived, not which: the first.
      const delivered = records.slice(0, undelivered);
      const dropped = records.slice(delivered.length);
      undelivered -= delivered.length;
      this.#settle(
        flight,
        occupation,
        { partition, records: delivered },
        "delivered",
      );
      this.#settle(
        flight,
        occupation,
        { partition, records: dropped },
        "dropped",
      );
    }
    if (resolution.kind === "succeeded") this.#context.onSuccess();
    if (flight.pendingEventCount > 0 && !isRevoked(flight))
      this.#listener.onAdvanced();
  }

  #settle(
    flight: Flight,
    occupation: Occupation,
    part: Pick<PartitionSlice, "partition" | "records">,
    outcome: RecordOutcome,
  ): void {
    this.#count(outcome, part.records.length);
    const advance = flight.progress.resolve(part, outcome);
    if (advance === null) return;
    occupation.markHandled(part.partition, advance.nextOffset);
    if (!isRevoked(flight))
      this.#listener.onHandled(part.partition, advance.eventCount);
  }

  #count(outcome: RecordOutcome, eventCount: number): void {
    const { counters, destination } = this.#context.environment;
    switch (outcome) {
      case "succeeded":
        counters.SucceededEventCount += eventCount;
        return;
      case "delivered":
        counters.OnFailureDestinationDeliveredEventCount += eventCount;
        return;
      case "dropped":
        counters.DroppedEventCount += eventCount;
        if (destination !== null)
          counters.OnFailureDestinationDeliveryErrorCount += eventCount;
        return;
      case "elsewhere":
        counters.PolledEventCount -= eventCount;
    }
  }

  /** What has no outcome comes again, and with it what lies behind it: it counts then. */
  #abandon({ progress, pendingEventCount }: Flight): void {
    const { succeeded, delivered, dropped } = progress.countOvertaken();
    this.#count("succeeded", -succeeded);
    this.#count("delivered", -delivered);
    this.#count("dropped", -dropped);
    this.#context.environment.counters.PolledEventCount -=
      pendingEventCount + succeeded + delivered + dropped;
  }
}

const isRevoked = ({ controller }: Flight): boolean =>
  controller.signal.reason === "revoked";
