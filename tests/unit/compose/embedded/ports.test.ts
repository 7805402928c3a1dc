import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { assertPortFree, findFreePort } from "#compose/embedded/ports.ts";

test.each(["127.0.0.1", "0.0.0.0"])(
  "a port taken on %s is refused with its number, the setting and the next step",
  async (host) => {
    const port = await findFreePort();
    const holder = createServer().listen(port, host);
    await once(holder, "listening");

    const refusal = assertPortFree(kafkaOn(port));

    await expect(refusal).rejects.toMatchObject({
      code: "port_in_use",
      domain: "user",
    });
    await expect(refusal).rejects.toThrow(
      new RegExp(
        `127\\.0\\.0\\.1:${port}.*KAFKA_PORT=\\d+.*KAFKA_BOOTSTRAP_SERVERS`,
      ),
    );
    holder.close();
  },
);

test("a server that nothing can stand in for is offered another port only", async () => {
  const port = await findFreePort();
  const holder = createServer().listen(port, "127.0.0.1");
  await once(holder, "listening");

  const refusal = assertPortFree({
    server: "Superset",
    port,
    setting: "SUPERSET_PORT",
    externalSetting: undefined,
  });

  await expect(refusal).rejects.toThrow(
    /Set SUPERSET_PORT to a free port \(for example SUPERSET_PORT=\d+\), or end what uses this one\.$/,
  );
  holder.close();
});

test("a free port can be used", async () => {
  const port = await findFreePort();

  await expect(assertPortFree(kafkaOn(port))).resolves.toBeUndefined();
});

function kafkaOn(port: number) {
  return {
    server: "Kafka",
    port,
    setting: "KAFKA_PORT",
    externalSetting: "KAFKA_BOOTSTRAP_SERVERS",
  };
}
