import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { afterEach, expect, test } from "vitest";

import {
  startTcpProxy,
  type TcpProxy,
} from "#tests/support/faults/tcp-proxy.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

test("everything passes in order, and each side's end reaches the other", async () => {
  const { proxy } = await startScene();
  const client = await open(proxy);
  const sent = randomBytes(5_000_000);
  const received: Buffer[] = [];
  client.socket.on("data", (chunk: Buffer) => received.push(chunk));

  client.socket.end(sent);
  await once(client.socket, "end");

  expect(Buffer.concat(received).equals(sent)).toBe(true);
  await expect.poll(() => proxy.openCount).toBe(0);
  expect(proxy.mostOpen).toBe(1);
});

test("a delay makes round trips long, and many that are under way at once take no longer than one", async () => {
  const { proxy } = await startScene();
  const client = await open(proxy);
  proxy.delay(50);
  const startedAtMs = performance.now();

  for (let request = 0; request < 20; request += 1) {
    client.socket.write("ping;");
    await new Promise((resolve) => setImmediate(resolve));
  }
  await expect.poll(() => client.text().length, { interval: 5 }).toBe(100);

  const tookMs = performance.now() - startedAtMs;
  expect(tookMs).toBeGreaterThanOrEqual(99);
  expect(tookMs).toBeLessThan(1000);
});

test("nothing passes while it is held, and nothing is lost by that", async () => {
  const { proxy, server } = await startScene();
  const client = await open(proxy);
  proxy.hold();
  client.socket.write("held;");
  const other = await open(proxy);
  other.socket.write("held, too;");
  await expect.poll(() => client.socket.writableLength).toBe(0);
  expect(server.text()).toBe("");

  proxy.release();

  await expect.poll(() => client.text()).toBe("held;");
  await expect.poll(() => other.text()).toBe("held, too;");
});

test("a cut breaks what is open, and the next connection works", async () => {
  const { proxy } = await startScene();
  const clients = [await open(proxy), await open(proxy)];
  await expect.poll(() => proxy.openCount).toBe(2);

  expect(proxy.cut()).toBe(2);

  await Promise.all(clients.map(({ closed }) => closed));
  const next = await open(proxy);
  next.socket.write("again;");
  await expect.poll(() => next.text()).toBe("again;");
});

test.each([
  ["before_request", "first;"],
  ["before_answer", "first;commit;"],
] as const)(
  "a cut at a text %s leaves the server with %j, and happens as often as it is told",
  async (moment, atServer) => {
    const { proxy, server } = await startScene();
    const cuts = proxy.cutAt("commit", moment, 1);
    const client = await open(proxy);
    client.socket.write("first;");
    await expect.poll(() => client.text()).toBe("first;");

    // In two pieces, as a network may bring it.
    client.socket.write("com");
    await expect.poll(() => client.text()).toBe("first;com");
    client.socket.write("mit;");
    await client.closed;

    expect(client.text()).toBe("first;com");
    expect(server.text()).toBe(
      atServer.replace("first;", "first;com").replace("comcommit", "commit"),
    );
    expect(cuts.count).toBe(1);
    const next = await open(proxy);
    next.socket.write("commit;");
    await expect.poll(() => next.text()).toBe("commit;");
    expect(cuts.count).toBe(1);
  },
);

test("what is held at a text never reaches the server, which hears of its client's end; what stands before it does", async () => {
  const { proxy, server } = await startScene();
  const held = proxy.cutAt("commit", "at_clients_end", 1);
  const client = await open(proxy);
  client.socket.write("first;commit;");
  await expect.poll(() => held.count).toBe(1);
  client.socket.write("more;");
  await expect.poll(() => client.socket.writableLength).toBe(0);
  expect(proxy.openCount).toBe(1);

  client.socket.destroy();

  await expect.poll(() => server.openCount()).toBe(0);
  expect(server.text()).toBe("first;");
});

test("a proxy that is closed refuses connections, and another one takes its port", async () => {
  const { proxy, server } = await startScene();
  const client = await open(proxy);
  await proxy.close();
  await client.closed;
  await expect(open(proxy)).rejects.toMatchObject({ code: "ECONNREFUSED" });

  const second = await startTcpProxy({
    port: proxy.port,
    targetPort: server.port,
  });
  closing.push(() => second.close());

  expect((await open(second)).socket.readyState).toBe("open");
});

/** An echo server with a proxy before it. */
async function startScene() {
  let text = "";
  let openCount = 0;
  const echo = createServer((socket) => {
    openCount += 1;
    socket.on("close", () => {
      openCount -= 1;
    });
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
    });
    socket.pipe(socket);
  });
  echo.listen(0, "127.0.0.1");
  await once(echo, "listening");
  closing.push(() => echo.close());
  const address = echo.address();
  if (address === null || typeof address === "string")
    throw new Error("no port");
  const proxy = await startTcpProxy({ targetPort: address.port });
  closing.push(() => proxy.close());
  return {
    proxy,
    server: {
      port: address.port,
      text: () => text,
      openCount: () => openCount,
    },
  };
}

async function open({ port }: Pick<TcpProxy, "port">): Promise<{
  readonly socket: Socket;
  readonly text: () => string;
  readonly closed: Promise<void>;
}> {
  const socket = connect(port, "127.0.0.1");
  closing.push(() => socket.destroy());
  let text = "";
  socket.on("data", (chunk) => {
    text += chunk.toString("latin1");
  });
  await once(socket, "connect");
  socket.on("error", () => undefined);
  return {
    socket,
    text: () => text,
    closed: once(socket, "close").then(() => undefined),
  };
}
