import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { Transform, type TransformCallback } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** What stands between clients and a server on 127.0.0.1, and can be a bad network. */
export interface TcpProxy {
  /** Where clients connect to. */
  readonly port: number;
  /** Connections that are open now. */
  readonly openCount: number;
  /** Most connections that were open at once. */
  readonly mostOpen: number;
  /** What passes from now on arrives so much later, in each direction; the order and the throughput stay. */
  delay(oneWayMs: number): void;
  /** Nothing passes until `release`, and no connection ends: as if the network were gone. */
  hold(): void;
  release(): void;
  /** Breaks all open connections, and returns how many; new ones are passed on. */
  cut(): number;
  /**
   * Breaks each connection whose client sends the text, until `stop`: before the server gets it, when the server has
   * answered it (without passing the answer on), or once its client ends, until when the text is held. At most `times`.
   */
  cutAt(text: string, moment: CutMoment, times?: number): Cuts;
  /** Breaks all connections and listens no more. */
  close(): Promise<void>;
}

export type CutMoment = "before_request" | "before_answer" | "at_clients_end";

/** Connections that are broken, or held, at a text. */
export interface Cuts {
  readonly count: number;
  stop(): void;
}

export interface ProxyOptions {
  readonly targetPort: number;
  /** A free one unless given. */
  readonly port?: number;
}

interface Ambush {
  readonly text: Buffer;
  readonly moment: CutMoment;
  left: number;
  count: number;
}

/** Whether a chunk is passed on; or only a part of it, after which nothing follows and the connection ends with `held`. */
type Verdict =
  boolean | { readonly head: Buffer; readonly held: Promise<unknown> };

interface Stamped {
  readonly chunk: Buffer;
  readonly arrivedAtMs: number;
}

/** So many chunks of a connection are on their way at most; then the sender has to wait. */
const MOST_DELAYED = 256;

/** Passes every connection on to a port of 127.0.0.1, without loss until it is told otherwise. */
export async function startTcpProxy({
  targetPort,
  port = 0,
}: ProxyOptions): Promise<TcpProxy> {
  /** The two sides of each connection, by its client's. */
  const connections = new Map<Socket, Socket>();
  let ambushes: readonly Ambush[] = [];
  let mostOpen = 0;
  let delayMs = 0;
  let gate = Promise.withResolvers<void>();
  gate.resolve();

  // A side that has said all may still be listening.
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const target = connect({
      port: targetPort,
      host: "127.0.0.1",
      allowHalfOpen: true,
    });
    client.setNoDelay(true);
    target.setNoDelay(true);
    connections.set(client, target);
    mostOpen = Math.max(mostOpen, connections.size);
    client.once("close", () => connections.delete(client));
    const findAmbush = createTextFinder(() => ambushes);
    let sprung: Ambush | undefined;
    const breakOff = (): void => {
      client.destroy();
      target.destroy();
    };
    const spring = (ambush: Ambush): void => {
      ambush.count += 1;
      breakOff();
    };
    const ended = Promise.race([
      once(client, "end"),
      once(client, "close"),
    ]).catch(() => undefined);
    const forward = pass(client, target, (chunk) => {
      const found = findAmbush(chunk);
      if (found === undefined) return true;
      found.left -= 1;
      if (found.moment === "at_clients_end") {
        found.count += 1;
        // What stands before it in the same packet is on its way.
        const head = chunk.subarray(0, Math.max(0, chunk.indexOf(found.text)));
        return { head, held: ended.then(breakOff) };
      }
      if (found.moment === "before_request") {
        spring(found);
        return false;
      }
      sprung = found;
      return true;
    });
    const back = pass(target, client, () => {
      if (sprung === undefined) return true;
      spring(sprung);
      return false;
    });
    // Why a side ended is told to the client by its own socket.
    void Promise.allSettled([forward, back]).then(breakOff);
  });

  const pass = async (
    from: Socket,
    to: Socket,
    judge: (chunk: Buffer) => Verdict,
  ): Promise<void> => {
    await pipeline(
      from,
      stampArrivals(),
      async function* (stamped: AsyncIterable<Stamped>) {
        for await (const { chunk, arrivedAtMs } of stamped) {
          const waitMs = arrivedAtMs + delayMs - performance.now();
          if (waitMs > 0) await sleep(waitMs);
          await gate.promise;
          const verdict = judge(chunk);
          if (verdict === false) return;
          if (verdict === true) {
            yield chunk;
            continue;
          }
          yield verdict.head;
          await verdict.held;
          return;
        }
        await gate.promise;
      },
      to,
    ).catch((error: unknown) => {
      // A side that broke off has no end to pass on.
      from.destroy();
      to.destroy();
      throw error;
    });
  };

  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string")
    throw new Error("The proxy listens on no port.");

  const cut = (): number => {
    const count = connections.size;
    for (const [client, target] of connections) {
      client.destroy();
      target.destroy();
    }
    return count;
  };
  return {
    port: address.port,
    get openCount() {
      return connections.size;
    },
    get mostOpen() {
      return mostOpen;
    },
    delay: (oneWayMs) => {
      delayMs = oneWayMs;
    },
    hold: () => {
      gate = Promise.withResolvers();
    },
    release: () => gate.resolve(),
    cut,
    cutAt: (text, moment, times = Number.POSITIVE_INFINITY) => {
      const ambush = { text: Buffer.from(text), moment, left: times, count: 0 };
      ambushes = [...ambushes, ambush];
      return {
        get count() {
          return ambush.count;
        },
        stop: () => {
          ambushes = ambushes.filter((other) => other !== ambush);
        },
      };
    },
    close: async () => {
      gate.resolve();
      const closed = once(server, "close");
      server.close();
      cut();
      await closed;
    },
  };
}

/** Notes when each chunk came, and keeps so many of them as may be delayed at once. */
function stampArrivals(): Transform {
  return new Transform({
    writableObjectMode: false,
    readableObjectMode: true,
    readableHighWaterMark: MOST_DELAYED,
    transform(chunk: Buffer, _encoding, done: TransformCallback) {
      const stamped: Stamped = { chunk, arrivedAtMs: performance.now() };
      done(null, stamped);
    },
  });
}

/** Looks for the texts in what one client sends, which may come in pieces. */
function createTextFinder(
  listAmbushes: () => readonly Ambush[],
): (chunk: Buffer) => Ambush | undefined {
  let tail = Buffer.alloc(0);
  return (chunk) => {
    const ambushes = listAmbushes().filter(({ left }) => left > 0);
    const seen = Buffer.concat([tail, chunk]);
    const found = ambushes.find(({ text }) => seen.includes(text));
    const kept = Math.max(0, ...ambushes.map(({ text }) => text.length - 1));
    tail =
      found === undefined && kept > 0
        ? seen.subarray(-kept)
        : tail.subarray(0, 0);
    return found;
  };
}
