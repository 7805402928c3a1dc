import {
  readConnectionEnv,
  type Connections,
} from "#compose/embedded/connection-env.ts";
import { systemClock } from "#compose/event-source-mapping/clock.ts";
import { createLambdaEndpointInvoker } from "#compose/invokers/lambda-endpoint/lambda-endpoint-invoker.ts";
import { LOCALSTACK_ACCESS } from "#compose/localstack/clients.ts";
import { drain } from "#compose/runner/drain.ts";
import {
  addConnections,
  loadDeclaration,
} from "#compose/runner/load-declaration.ts";
import type { Status } from "#compose/runner/read-status.ts";
import { openStatusReader } from "#compose/runner/status-reader.ts";
import {
  openTopicClient,
  type TopicClient,
} from "#tests/support/pipeline/topic-client.ts";

const DRAIN_TIMEOUT_MS = 120_000;

/** What a test does to a running pipeline from outside of it. */
export interface Outside {
  readonly connections: Connections;
  readonly topics: TopicClient;
  /** Waits until everything is consumed, and has LocalStack close and publish all windows. */
  drain(): Promise<Status>;
  close(): Promise<void>;
}

/** Opens clients of the servers and the LocalStack of `npm run up`; `close` ends their connections. */
export async function openOutside(
  dataDir: string,
  localStackPort: number,
): Promise<Outside> {
  const connections = await readConnectionEnv(dataDir);
  if (connections === undefined) throw new Error(`Nothing runs on ${dataDir}.`);
  const topics = await openTopicClient(connections.kafkaBootstrapServers);
  const declaration = await loadDeclaration(addConnections({}, connections));
  const reader = openStatusReader(declaration, connections);
  const invoker = createLambdaEndpointInvoker({
    ...LOCALSTACK_ACCESS,
    endpoint: `http://127.0.0.1:${localStackPort}`,
    timeoutMsOf: (name) => declaration.functions[name]?.timeoutMs ?? 0,
  });
  return {
    connections,
    topics,
    drain: () =>
      drain({
        invoker,
        clock: systemClock,
        readStatus: () => reader.read(),
        closesOpenWindows: true,
        timeoutMs: DRAIN_TIMEOUT_MS,
        signal: new AbortController().signal,
      }),
    close: async () => {
      await Promise.all([topics.close(), reader.close(), invoker.stop()]);
    },
  };
}
