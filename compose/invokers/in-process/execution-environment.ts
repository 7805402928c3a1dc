import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import type { InvocationResult } from "#compose/event-source-mapping/invoker.ts";
import { youngGenerationMb } from "./collector.ts";
import { emitLines } from "./emit-lines.ts";
import { toErrorPayload } from "./worker-messages.ts";
import type {
  EndMessage,
  FunctionErrorPayload,
  InvokeMessage,
  WorkerMessage,
  WorkerSettings,
} from "./worker-messages.ts";

/**
 * A handler is a few hundred modules: compiling them takes half of a cold start, and what strips their types would take
 * 10 MB of each thread. Told as a variable, as that counts for the thread's first module, too.
 */
const COMPILE_CACHE = fileURLToPath(
  new URL("../../../.data/compile-cache", import.meta.url),
);

/** One function as it is run locally; what `serverless.yml` declares of it. */
export interface InProcessFunction {
  /** Absolute path of the handler's TypeScript file. */
  readonly handlerFile: string;
  readonly handlerExport: string;
  readonly timeoutMs: number;
  /** Limit of the JavaScript heap; buffers are not counted. */
  readonly memorySizeMb: number;
  /** All of the handler's `process.env`: nothing is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  readonly maximumConcurrency: number;
  /** Records that an event may hold; one unless given. */
  readonly batchSize?: number;
}

type Ending =
  | { readonly kind: "message"; readonly message: WorkerMessage }
  | { readonly kind: "exit"; readonly error: FunctionErrorPayload }
  | { readonly kind: "timeout" };

// Lambda allows a cold start this long before it counts against the function's own time-out.
const LONGEST_START_MS = 10_000;
// For the last log lines; whoever holds connections open is ended after that.
const LONGEST_END_MS = 500;

/** A worker thread with one function loaded, for one event at a time. */
export class ExecutionEnvironment {
  readonly #name: string;
  readonly #settings: InProcessFunction;
  readonly #worker: Worker;
  readonly #exited = Promise.withResolvers<void>();
  /** Takes the next thing that happens to the worker. */
  #settle: (ending: Ending) => void = ignore;
  #exitError: FunctionErrorPayload | null = null;
  #isReady = false;
  #hasEnded = false;

  constructor(
    functionName: string,
    settings: InProcessFunction,
    onLog: (line: string) => void,
  ) {
    this.#name = functionName;
    this.#settings = settings;
    const { handlerFile, handlerExport, memorySizeMb, batchSize } = settings;
    this.#worker = new Worker(new URL("./worker-main.ts", import.meta.url), {
      workerData: {
        functionName,
        handlerFile,
        handlerExport,
        memorySizeMb,
      } satisfies WorkerSettings,
      env: { ...settings.environment, NODE_COMPILE_CACHE: COMPILE_CACHE },
      execArgv: [],
      stdout: true,
      stderr: true,
      resourceLimits: {
        // Lambda's limit counts code and buffers outside the heap, too: half of it is theirs.
        maxOldGenerationSizeMb: memorySizeMb / 2,
        maxYoungGenerationSizeMb: youngGenerationMb(batchSize ?? 1),
      },
    });
    emitLines(this.#worker.stdout, onLog);
    emitLines(this.#worker.stderr, onLog);
    this.#listen(onLog);
  }

  /** True once the thread is gone or about to go: no more invocations. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  async invoke(
    requestId: string,
    payload: Uint8Array<ArrayBuffer>,
  ): Promise<InvocationResult> {
    const failure = await this.#start();
    if (failure !== null) return functionError(requestId, failure);
    const { timeoutMs } = this.#settings;
    const event = ownMemory(payload);
    const message: InvokeMessage = {
      kind: "invoke",
      requestId,
      timeoutMs,
      event,
    };
    const answer = this.#next(timeoutMs);
    this.#send(message, [event]);
    const ending = await answer;
    if (ending.kind === "timeout") {
      this.#terminate();
      return functionError(requestId, {
        errorType: "Sandbox.Timedout",
        errorMessage: `RequestId: ${requestId} Error: Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`,
        trace: [],
      });
    }
    if (ending.kind === "exit") return functionError(requestId, ending.error);
    switch (ending.message.kind) {
      case "succeeded":
        return {
          kind: "success",
          requestId,
          payload: new Uint8Array(ending.message.response),
        };
      case "failed":
        return functionError(requestId, ending.message.error);
      default:
        throw new Error(
          `The worker of ${this.#name} answered an invocation with "${ending.message.kind}".`,
        );
    }
  }

  /** Ends an idle environment. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    this.#send({ kind: "end" });
    await Promise.race([
      this.#exited.promise,
      delay(LONGEST_END_MS, undefined, { ref: false }),
    ]);
    await this.#worker.terminate();
  }

  /** Waits for a cold start; answers what went wrong with it, or `null`. */
  async #start(): Promise<FunctionErrorPayload | null> {
    if (this.#isReady) return null;
    const ending = await this.#next(
      Math.max(LONGEST_START_MS, this.#settings.timeoutMs),
    );
    if (ending.kind === "message" && ending.message.kind === "ready") {
      this.#isReady = true;
      return null;
    }
    this.#terminate();
    if (ending.kind === "exit") return ending.error;
    if (ending.kind === "message" && ending.message.kind === "load_failed")
      return ending.message.error;
    return {
      errorType: "Runtime.InitTimeout",
      errorMessage: `The handler of ${this.#name} was not loaded in time.`,
      trace: [],
    };
  }

  #next(timeoutMs: number): Promise<Ending> {
    const { promise, resolve } = Promise.withResolvers<Ending>();
    if (this.#exitError !== null)
      return Promise.resolve({ kind: "exit", error: this.#exitError });
    const timer = setTimeout(
      () => this.#settle({ kind: "timeout" }),
      timeoutMs,
    );
    this.#settle = (ending) => {
      clearTimeout(timer);
      this.#settle = ignore;
      resolve(ending);
    };
    return promise;
  }

  #send(
    message: InvokeMessage | EndMessage,
    transfer: readonly ArrayBuffer[] = [],
  ): void {
    this.#worker.postMessage(message, transfer);
  }

  #terminate(): void {
    this.#hasEnded = true;
    void this.#worker.terminate();
  }

  #listen(onLog: (line: string) => void): void {
    let reason: FunctionErrorPayload | null = null;
    this.#worker.on("message", (message: WorkerMessage) =>
      this.#settle({ kind: "message", message }),
    );
    this.#worker.once("error", (error) => {
      reason = toErrorPayload(error);
      onLog(`Runtime error ${JSON.stringify(reason)}`);
    });
    this.#worker.once("exit", (code) => {
      this.#hasEnded = true;
      const why =
        reason === null ? "" : ` (${reason.errorType}: ${reason.errorMessage})`;
      this.#exitError = {
        errorType: "Runtime.ExitError",
        errorMessage: `Runtime exited with error: exit status ${code}${why}`,
        trace: reason?.trace ?? [],
      };
      this.#settle({ kind: "exit", error: this.#exitError });
      this.#exited.resolve();
    });
  }
}

// What a worker says while nobody waits for it is over: its log has it.
const ignore = (): void => undefined;

function functionError(
  requestId: string,
  error: FunctionErrorPayload,
): InvocationResult {
  return {
    kind: "function_error",
    requestId,
    functionError: "Unhandled",
    payload: new TextEncoder().encode(JSON.stringify(error)),
  };
}

/** Memory that can be given to the thread: copied only when the event is a part of something larger. */
function ownMemory({
  buffer,
  byteOffset,
  byteLength,
}: Uint8Array<ArrayBuffer>): ArrayBuffer {
  return byteLength === buffer.byteLength
    ? buffer
    : buffer.slice(byteOffset, byteOffset + byteLength);
}
