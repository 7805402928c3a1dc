import { Kafka } from "kafkajs";

import {
  CHOICES,
  type PartialFailures,
} from "#compose/event-source-mapping/choices.ts";
import { createCounters } from "#compose/event-source-mapping/counters.ts";
import type { InvocationResult } from "#compose/event-source-mapping/invoker.ts";
import type { PartitionRegister } from "#compose/event-source-mapping/partition-register.ts";
import { Poller } from "#compose/event-source-mapping/poller.ts";
import type { CommitModel } from "./commit-model.ts";
import { FORMAT, namesOf } from "./fetched-records.ts";
import { GroupInMemory } from "./group-in-memory.ts";
import { failing, FAILURE, THROTTLED } from "./run-batch-scene.ts";

export const PARTITIONS = [0, 1, 2];
export const RECORDS = 12;

/** What a function answers; a list gives the indexes of the records that it reports as failed. */
export type Answer =
  "success" | "error" | "throttle" | "crash" | readonly number[];

interface Invocation {
  /** Topic and partition, as an event has them. */
  readonly keys: readonly string[];
  readonly names: readonly string[];
  readonly result: PromiseWithResolvers<InvocationResult>;
}

export interface MappingPlan {
  readonly batchSize: number;
  readonly maximumInvocations: number;
  readonly bisects: boolean;
  readonly partialFailures: PartialFailures;
}

/** The real poller with all that belongs to it, between a group in memory and a function that answers when told. */
export class MappingInMemory {
  readonly group: GroupInMemory;
  /** Partitions of which two invocations were in flight at once. */
  readonly overlaps: string[] = [];
  readonly #invocations: Invocation[] = [];
  readonly #model: CommitModel;
  readonly #partialFailures: PartialFailures;

  constructor(
    model: CommitModel,
    plan: MappingPlan,
    Register: typeof PartitionRegister,
  ) {
    this.#model = model;
    this.#partialFailures = plan.partialFailures;
    const register = new Register(() => poller.onReleased());
    const poller: Poller = new Poller({
      // Nobody starts it: the group in memory takes the place of its sessions.
      kafka: new Kafka({ brokers: ["127.0.0.1:1"] }),
      groupId: "group",
      topic: FORMAT.topic,
      startingPosition: { kind: "TRIM_HORIZON" },
      choices: CHOICES,
      limits: {
        batchSize: plan.batchSize,
        batchingWindowMs: 0,
        maximumEventBytes: CHOICES.maximumEventBytes,
      },
      maximumInvocations: plan.maximumInvocations,
      environment: {
        functionName: "example",
        format: FORMAT,
        invoker: { invoke: (_, payload) => this.#invoke(payload) },
        clock: {
          now: () => 0,
          elapsed: () => 0,
          delay: () => Promise.resolve(),
        },
        retryPolicy: {
          maximumRetryAttempts: 2,
          hasDestination: true,
          maximumRetriesWithDestination: CHOICES.maximumRetriesWithDestination,
        },
        backoff: CHOICES,
        bisects: plan.bisects,
        partialFailures: plan.partialFailures,
        maximumRecordAgeMs: null,
        destination: {
          deliver: ({ slices }) => {
            const names = namesOf(slices);
            model.settle(names);
            return Promise.resolve({
              deliveredCount: names.length,
              errors: [],
            });
          },
          close: () => Promise.resolve(),
        },
        counters: createCounters(),
        onProblem: () => undefined,
      },
      recordFilter: null,
      register,
      onSuccess: () => undefined,
      isOwned: (partition) => poller.owns(partition),
    });
    this.group = new GroupInMemory(model, poller, RECORDS);
  }

  /** Has the function answer one of the invocations in flight. */
  answer(index: number, answer: Answer): void {
    const [invocation] = this.#invocations.splice(
      index % Math.max(1, this.#invocations.length),
      1,
    );
    if (invocation === undefined) return;
    const { names, result } = invocation;
    switch (answer) {
      case "success":
        this.#model.settle(names);
        result.resolve(failing());
        return;
      case "error":
        result.resolve(FAILURE);
        return;
      case "throttle":
        result.resolve(THROTTLED);
        return;
      case "crash":
        result.reject(new Error("The function's process is gone."));
        return;
      default: {
        const failed = answer.map((at) => names[at % names.length] ?? "");
        this.#model.settle(
          names.filter((name) => !this.#comesAgain(name, failed)),
        );
        result.resolve(failing(...new Set(failed)));
      }
    }
  }

  #comesAgain(name: string, failed: readonly string[]): boolean {
    if (this.#partialFailures === "listed") return failed.includes(name);
    const [partition, offset] = name.split(":");
    return failed.some((other) => {
      const [itsPartition, lowest] = other.split(":");
      return partition === itsPartition && Number(offset) >= Number(lowest);
    });
  }

  #invoke(payload: Uint8Array): Promise<InvocationResult> {
    const event: {
      records: Record<string, { partition: number; offset: number }[]>;
    } = JSON.parse(Buffer.from(payload).toString("utf8"));
    const names = Object.values(event.records)
      .flat()
      .map(({ partition, offset }) => `${partition}:${offset}`);
    this.overlaps.push(
      ...Object.keys(event.records).filter((key) =>
        this.#invocations.some((other) => other.keys.includes(key)),
      ),
    );
    const result = Promise.withResolvers<InvocationResult>();
    this.#invocations.push({
      keys: Object.keys(event.records),
      names,
      result,
    });
    return result.promise;
  }
}
