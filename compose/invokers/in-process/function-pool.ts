import { randomUUID } from "node:crypto";
import type { InvocationResult } from "#compose/event-source-mapping/invoker.ts";
import { ExecutionEnvironment } from "./execution-environment.ts";
import type { InProcessFunction } from "./execution-environment.ts";

interface Idle {
  readonly environment: ExecutionEnvironment;
  readonly expiry: NodeJS.Timeout;
}

/** The execution environments of one function, started on demand; what they cannot take at once waits in order. */
export class FunctionPool {
  readonly #name: string;
  readonly #settings: InProcessFunction;
  readonly #idleTimeoutMs: number;
  readonly #onLog: (line: string) => void;
  // The last one used comes first, so that the others can expire; one that has failed comes last, as it may lack what
  // another one has: a connection where there are too few.
  readonly #idle: Idle[] = [];
  readonly #waiting: ((isGranted: boolean) => void)[] = [];
  readonly #running = new Set<Promise<InvocationResult>>();
  #busyCount = 0;
  #isStopped = false;

  constructor(
    functionName: string,
    settings: InProcessFunction,
    options: {
      readonly idleTimeoutMs: number;
      readonly onLog: (line: string) => void;
    },
  ) {
    this.#name = functionName;
    this.#settings = settings;
    this.#idleTimeoutMs = options.idleTimeoutMs;
    this.#onLog = options.onLog;
  }

  async invoke(payload: Uint8Array<ArrayBuffer>): Promise<InvocationResult> {
    if (!(await this.#takeTurn())) {
      return {
        kind: "service_error",
        message: `the in-process invoker of ${this.#name} is stopped`,
      };
    }
    const running = this.#run(payload);
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Lets running invocations finish and refuses those that wait. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const giveTurn of this.#waiting.splice(0)) giveTurn(false);
    await Promise.allSettled(this.#running);
    const ending = this.#idle.splice(0).map(({ environment, expiry }) => {
      clearTimeout(expiry);
      return environment.end();
    });
    await Promise.all(ending);
  }

  /** Answers false when there will be no turn any more. */
  async #takeTurn(): Promise<boolean> {
    if (this.#isStopped) return false;
    if (this.#busyCount < this.#settings.maximumConcurrency) {
      this.#busyCount += 1;
      return true;
    }
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#waiting.push(resolve);
    return promise;
  }

  // Handed over directly, so that a newcomer does not overtake those who wait.
  #endTurn(): void {
    const giveTurn = this.#waiting.shift();
    if (giveTurn === undefined) this.#busyCount -= 1;
    else giveTurn(true);
  }

  async #run(payload: Uint8Array<ArrayBuffer>): Promise<InvocationResult> {
    const environment =
      this.#takeIdle() ??
      new ExecutionEnvironment(this.#name, this.#settings, this.#onLog);
    let hasSucceeded = false;
    try {
      const result = await environment.invoke(randomUUID(), payload);
      hasSucceeded = result.kind === "success";
      return result;
    } finally {
      if (!environment.hasEnded) this.#putBack(environment, hasSucceeded);
      this.#endTurn();
    }
  }

  #takeIdle(): ExecutionEnvironment | null {
    for (
      let idle = this.#idle.pop();
      idle !== undefined;
      idle = this.#idle.pop()
    ) {
      clearTimeout(idle.expiry);
      // It may have died while nobody looked, by an exception in a timer of the handler's.
      if (!idle.environment.hasEnded) return idle.environment;
    }
    return null;
  }

  #putBack(environment: ExecutionEnvironment, hasSucceeded: boolean): void {
    const expiry = setTimeout(() => {
      this.#idle.splice(
        this.#idle.findIndex((idle) => idle.environment === environment),
        1,
      );
      void environment.end();
    }, this.#idleTimeoutMs);
    if (hasSucceeded) this.#idle.push({ environment, expiry });
    else this.#idle.unshift({ environment, expiry });
  }
}
