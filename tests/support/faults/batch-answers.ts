import { once } from "node:events";
import { connect, createServer } from "node:net";

/** Between a client and Postgres; the answers to statements that failed reach the client together. */
export interface AnswerBatcher {
  /** The address of Postgres, by way of this. */
  readonly databaseUrl: string;
  /** How often so many answers have come together. */
  readonly batchCount: number;
  close(): Promise<void>;
}

/** ReadyForQuery in a transaction that has failed. */
const FAILED = Buffer.from([0x5a, 0, 0, 0, 5, 0x45]);

/**
 * Passes on what clients send, and what Postgres answers once so many statements of a transaction have failed: the client
 * then hears of all of them in the same turn. Nothing is answered to clients that wait for an answer before that.
 */
export async function startAnswerBatcher(
  databaseUrl: string,
  failedStatements: number,
): Promise<AnswerBatcher> {
  const url = new URL(databaseUrl);
  const targetPort = Number(url.port);
  const breakOffs = new Set<() => void>();
  let batchCount = 0;

  const server = createServer((client) => {
    const target = connect({ port: targetPort, host: "127.0.0.1" });
    const breakOff = () => {
      client.destroy();
      target.destroy();
    };
    breakOffs.add(breakOff);
    for (const side of [client, target]) {
      side.setNoDelay(true);
      // Whoever has lost the connection tells of it.
      side.on("error", breakOff);
      side.on("close", breakOff);
    }
    client.pipe(target);
    let held = Buffer.alloc(0);
    target.on("data", (answer) => {
      held = Buffer.concat([held, answer]);
      const failed = countFailed(held);
      if (failed > 0 && failed < failedStatements) return;
      if (failed > 0) batchCount += 1;
      client.write(held);
      held = Buffer.alloc(0);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string")
    throw new Error("The batcher listens on no port.");
  url.port = String(address.port);
  return {
    databaseUrl: url.href,
    get batchCount() {
      return batchCount;
    },
    close: async () => {
      const closed = once(server, "close");
      server.close();
      for (const breakOff of breakOffs) breakOff();
      await closed;
    },
  };
}

function countFailed(answers: Buffer): number {
  let count = 0;
  let at = answers.indexOf(FAILED);
  while (at !== -1) {
    count += 1;
    at = answers.indexOf(FAILED, at + FAILED.length);
  }
  return count;
}
