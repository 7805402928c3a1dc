import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

import { onTestFinished, vi } from "vitest";

import { findFreePort } from "#compose/embedded/ports.ts";
import { makeTemporaryFolder } from "../temporary-folder.ts";

const MAIN = pathOf("../../../../../compose/localstack/bridge/main.ts");
const RUNTIME_CLIENT = pathOf(
  "../../../../fixtures/functions/runtime-client.ts",
);
const POLL = { timeout: 20_000, interval: 10 };

/** What the bridge has told LocalStack. */
export interface Callback {
  readonly path: string;
  readonly body: string;
}

/** A bridge as the executor starts it, with a LocalStack that notes what it is told. */
export interface StartedBridge {
  readonly callbacks: readonly Callback[];
  readonly taskRoot: string;
  /** Waits for the callback of this path; it must be the only one. */
  waitFor(path: string): Promise<Callback>;
  /** Sends an invocation, and returns the bridge's answer to it. */
  send(id: string, payload: string): Promise<string>;
  signal(name: NodeJS.Signals): void;
  readonly exited: Promise<number | null>;
}

/** Starts `bridge/main.ts` in a process of its own; an undefined variable is left out. */
export async function startBridge(
  variables: Readonly<Record<string, string | undefined>> = {},
): Promise<StartedBridge> {
  const callbacks: Callback[] = [];
  const note = async (
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> => {
    callbacks.push({ path: request.url ?? "", body: await text(request) });
    response.end();
  };
  const localStack = createServer(
    (request, response) => void note(request, response),
  );
  localStack.listen(0, "127.0.0.1");
  await once(localStack, "listening");
  const address = localStack.address();
  const localStackPort = typeof address === "object" ? address?.port : 0;
  const port = await findFreePort();
  const taskRoot = await makeTemporaryFolder();
  const environment = {
    PATH: process.env["PATH"],
    LOCALSTACK_RUNTIME_ENDPOINT: `http://127.0.0.1:${localStackPort}/_executor`,
    LOCALSTACK_RUNTIME_ID: "environment-1",
    LOCALSTACK_HOSTNAME: "localhost.localstack.cloud",
    BRIDGE_PORT: String(port),
    BRIDGE_RIC: RUNTIME_CLIENT,
    AWS_LAMBDA_FUNCTION_TIMEOUT: "30",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "256",
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    LAMBDA_TASK_ROOT: taskRoot,
    ...variables,
  };
  const bridge = spawn(process.execPath, [MAIN], {
    env: environment,
    stdio: "ignore",
    // A group of its own, as the executor starts it, so that the runtime goes with a bridge that is killed.
    detached: true,
  });
  const exited = once(bridge, "exit").then(
    ([code]: (number | null)[]) => code ?? null,
  );
  onTestFinished(async () => {
    killGroup(bridge.pid ?? Number.NaN);
    await exited;
    localStack.closeAllConnections();
    localStack.close();
  });
  return {
    callbacks,
    taskRoot,
    waitFor: (path) =>
      vi.waitFor(() => {
        const [found, ...others] = callbacks.filter(
          (callback) => callback.path === `/_executor${path}`,
        );
        if (found === undefined || others.length > 0)
          throw new Error(`not one ${path} in ${JSON.stringify(callbacks)}`);
        return found;
      }, POLL),
    send: async (id, payload) => {
      const response = await fetch(`http://127.0.0.1:${port}/invoke`, {
        method: "POST",
        body: JSON.stringify({
          "invoke-id": id,
          "invoked-function-arn": "arn:aws:lambda:us-east-1:0:function:plays",
          payload,
          "trace-id": "Root=1",
        }),
      });
      return response.text();
    },
    signal: (name) => bridge.kill(name),
    exited,
  };
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // Bridge and runtime have ended by themselves.
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH"))
      throw error;
  }
}

function pathOf(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
