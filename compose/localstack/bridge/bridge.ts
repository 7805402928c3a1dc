import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { buffer, json } from "node:stream/consumers";
import { z } from "zod";

import {
  createLocalStackCallbacks,
  type LocalStackCallbacks,
} from "./localstack-callbacks.ts";
import { startRuntimeProcess, type RuntimeProcess } from "./runtime-process.ts";
import type { BridgeSettings } from "./settings.ts";

// Lambda's own limit of a response, with LocalStack's allowance for its envelope.
const LARGEST_RESPONSE_BYTES = 6 * 1024 * 1024 + 100;

const orderSchema = z.object({
  "invoke-id": z.string(),
  "invoked-function-arn": z.string(),
  payload: z.string(),
  "trace-id": z.string().nullish(),
});

interface Invocation {
  readonly id: string;
  readonly arn: string;
  readonly payload: string;
  readonly trace: string;
  readonly startedAtMs: number;
  readonly timer: NodeJS.Timeout;
}

/** An execution environment: takes LocalStack's invocations, one at a time, to a runtime. */
export interface Bridge {
  start(): Promise<void>;
  /** Ends the runtime at once. */
  kill(): void;
}

/**
 * Returns a bridge between LocalStack's executor protocol (`POST /invoke`, and callbacks) and Lambda's Runtime API
 * (2018-06-01). A runtime that has run out of time or has ended is started anew by the next invocation.
 */
export function createBridge(settings: BridgeSettings): Bridge {
  return new ExecutionEnvironment(settings);
}

class ExecutionEnvironment implements Bridge {
  readonly #settings: BridgeSettings;
  readonly #localStack: LocalStackCallbacks;
  readonly #runtimeApi: Server;
  readonly #invokeApi: Server;
  #runtime: RuntimeProcess | null = null;
  #start: "pending" | "ready" | "failed" = "pending";
  #current: Invocation | null = null;
  /** The runtime's question for its next invocation. */
  #parked: ServerResponse | null = null;
  #logs: string[] = [];

  constructor(settings: BridgeSettings) {
    this.#settings = settings;
    this.#localStack = createLocalStackCallbacks(settings);
    this.#runtimeApi = serve((request, response) =>
      this.#answerRuntime(request, response),
    );
    this.#invokeApi = serve((request, response) =>
      this.#takeInvocation(request, response),
    );
  }

  async start(): Promise<void> {
    await listen(this.#runtimeApi, 0);
    await listen(this.#invokeApi, this.#settings.port);
    this.#startRuntime();
  }

  kill(): void {
    this.#runtime?.kill();
    this.#runtime = null;
    this.#parked = null;
  }

  #startRuntime(): void {
    const address = this.#runtimeApi.address();
    if (address === null || typeof address === "string")
      throw new TypeError("The Runtime API has no port.");
    this.#runtime = startRuntimeProcess(this.#settings, address.port, {
      onOutput: (text) => {
        this.#logs.push(text);
        process.stdout.write(text);
      },
      onExit: (why) => void this.#noticeExit(why),
    });
  }

  async #noticeExit(why: string): Promise<void> {
    this.#runtime = null;
    this.#parked = null;
    const error = (id: string) =>
      JSON.stringify({
        errorType: "Runtime.ExitError",
        errorMessage: `RequestId: ${id} Error: Runtime exited with error: ${why}`,
      });
    if (this.#current !== null) {
      await this.#end(this.#current, true, error(this.#current.id));
    } else await this.#failStart(error(this.#settings.environmentId));
  }

  /** Told once: a runtime that could not load its handler ends as well, or asks for work all the same. */
  async #failStart(error: string): Promise<void> {
    if (this.#start !== "pending") return;
    this.#start = "failed";
    await this.#localStack.startFailed(error);
    process.exit(1);
  }

  async #takeInvocation(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const order = orderSchema.parse(await json(request));
    const { timeoutMs, version } = this.#settings;
    const invocation: Invocation = {
      id: order["invoke-id"],
      arn: order["invoked-function-arn"],
      payload: order.payload,
      trace: order["trace-id"] ?? "",
      startedAtMs: Date.now(),
      timer: setTimeout(() => void this.#runOutOfTime(invocation), timeoutMs),
    };
    response.end("accepted");
    this.#current = invocation;
    this.#logs.push(`START RequestId: ${invocation.id} Version: ${version}\n`);
    if (this.#runtime === null) this.#startRuntime();
    this.#hand();
  }

  async #runOutOfTime(invocation: Invocation): Promise<void> {
    this.kill();
    const seconds = (this.#settings.timeoutMs / 1000).toFixed(2);
    await this.#end(
      invocation,
      true,
      JSON.stringify({
        errorType: "Sandbox.Timedout",
        errorMessage: `RequestId: ${invocation.id} Error: Task timed out after ${seconds} seconds`,
      }),
    );
  }

  async #answerRuntime(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const path = request.url?.replace("/2018-06-01/runtime/", "") ?? "";
    if (path === "invocation/next") {
      this.#parked = response;
      if (this.#start === "pending") {
        this.#start = "ready";
        await this.#localStack.ready();
      }
      this.#hand();
      return;
    }
    const body = await buffer(request);
    if (path === "init/error") {
      accept(response);
      await this.#failStart(body.toString("utf8"));
      return;
    }
    const [, id, outcome] =
      /^invocation\/([^/]+)\/(response|error)$/.exec(path) ?? [];
    const current = this.#current;
    if (current === null || current.id !== id) {
      response.writeHead(400).end('{"errorType":"InvalidRequestID"}');
      return;
    }
    accept(response);
    if (outcome === "response" && body.length > LARGEST_RESPONSE_BYTES) {
      const errorMessage = `Response payload size exceeded maximum allowed payload size (${LARGEST_RESPONSE_BYTES} bytes).`;
      const errorType = "Function.ResponseSizeTooLarge";
      await this.#end(
        current,
        true,
        JSON.stringify({ errorType, errorMessage }),
      );
    } else await this.#end(current, outcome === "error", body);
  }

  /** Gives the invocation to the runtime, once there are both. */
  #hand(): void {
    const [invocation, response] = [this.#current, this.#parked];
    if (invocation === null || response === null) return;
    this.#parked = null;
    response
      .writeHead(200, {
        "content-type": "application/json",
        "lambda-runtime-aws-request-id": invocation.id,
        "lambda-runtime-deadline-ms": String(
          invocation.startedAtMs + this.#settings.timeoutMs,
        ),
        "lambda-runtime-invoked-function-arn": invocation.arn,
        "lambda-runtime-trace-id": invocation.trace,
      })
      .end(invocation.payload);
  }

  async #end(
    invocation: Invocation,
    isError: boolean,
    body: string | Uint8Array<ArrayBuffer>,
  ): Promise<void> {
    if (this.#current !== invocation) return;
    this.#current = null;
    clearTimeout(invocation.timer);
    const durationMs = Date.now() - invocation.startedAtMs;
    const { memorySizeMb } = this.#settings;
    this.#logs.push(
      `END RequestId: ${invocation.id}\n`,
      `REPORT RequestId: ${invocation.id}\tDuration: ${durationMs}.00 ms\tBilled Duration: ${durationMs} ms\tMemory Size: ${memorySizeMb} MB\tMax Memory Used: ${memorySizeMb} MB\t\n`,
    );
    const logs = this.#logs.splice(0).join("");
    const bytes =
      typeof body === "string" ? new TextEncoder().encode(body) : body;
    await this.#localStack.ended(invocation.id, { isError, body: bytes, logs });
  }
}

function serve(
  answer: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
): Server {
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      process.stderr.write(`bridge: ${String(error)}\n`);
      response.writeHead(500).end();
    });
  });
  // An idle function waits for its next invocation as long as it lives.
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  server.keepAliveTimeout = 0;
  return server;
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
}

function accept(response: ServerResponse): void {
  response
    .writeHead(202, { "content-type": "application/json" })
    .end('{"status":"OK"}\n');
}
