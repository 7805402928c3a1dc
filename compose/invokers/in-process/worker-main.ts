// The inside of an execution environment: loads one handler and runs it for one event at a time.
import { pathToFileURL } from "node:url";
import { parentPort, workerData } from "node:worker_threads";
import { openCollector } from "./collector.ts";
import { createContext } from "./lambda-context.ts";
import type { InvocationContext } from "./lambda-context.ts";
import { readEvent } from "./read-event.ts";
import { toErrorPayload } from "./worker-messages.ts";
import type {
  EndMessage,
  InvokeMessage,
  WorkerMessage,
  WorkerSettings,
} from "./worker-messages.ts";

// oxlint-disable-next-line node/no-process-env -- it has had its effect, and is none of the function's own
delete process.env["NODE_COMPILE_CACHE"];

type Handler = (event: unknown, context: InvocationContext) => unknown;

const settings: WorkerSettings = workerData;
const collectGarbage = openCollector();
const port = parentPort;
if (port === null)
  throw new Error(
    "worker-main.ts runs in a worker thread only; use createInProcessInvoker.",
  );

function send(
  message: WorkerMessage,
  transfer: readonly ArrayBuffer[] = [],
): void {
  port?.postMessage(message, transfer);
}

async function loadHandler({
  handlerFile,
  handlerExport,
}: WorkerSettings): Promise<Handler> {
  const module: Readonly<Record<string, unknown>> = await import(
    pathToFileURL(handlerFile).href
  );
  const handler = module[handlerExport];
  if (!isHandler(handler)) {
    throw new TypeError(
      `${handlerFile} exports no function "${handlerExport}"; export one or correct the handler.`,
    );
  }
  return handler;
}

const isHandler = (value: unknown): value is Handler =>
  typeof value === "function";

async function invoke(
  handler: Handler,
  { requestId, timeoutMs, event }: InvokeMessage,
): Promise<void> {
  // Before the event is parsed: its time counts.
  const context = createContext(settings, requestId, timeoutMs);
  const eventBytes = event.byteLength;
  try {
    const response = await handler(readEvent(event), context);
    // A copy of its own: a small Buffer is a view of memory that cannot be given away.
    const { buffer } = new TextEncoder().encode(
      JSON.stringify(response) ?? "null",
    );
    send({ kind: "succeeded", response: buffer }, [buffer]);
  } catch (error) {
    const payload = toErrorPayload(error);
    console.error("Invoke Error", JSON.stringify(payload));
    send({ kind: "failed", error: payload });
  }
  // Later: what called this still refers to the event.
  setImmediate(() => collectGarbage(eventBytes));
}

try {
  const handler = await loadHandler(settings);
  port.on("message", (message: InvokeMessage | EndMessage) => {
    if (message.kind === "end") port.close();
    else void invoke(handler, message);
  });
  send({ kind: "ready" });
} catch (error) {
  send({ kind: "load_failed", error: toErrorPayload(error) });
}
