import { readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { readConfig, SETTING_NAMES } from "#shared/config.ts";
import { PipelineError } from "#shared/errors.ts";

test("every variable of ours that serverless.yml names is a setting", () => {
  const text = readFileSync(
    new URL("../../../serverless.yml", import.meta.url),
    "utf8",
  );
  const named = text.match(/\bSTREAMING_[A-Z_]+/g) ?? [];

  expect(named).toContain("STREAMING_ENVIRONMENTS");
  expect(named.filter((name) => !SETTING_NAMES.includes(name))).toEqual([]);
});

describe("retention", () => {
  test.for(["FACTS", "LEDGER", "DEAD_LETTERS", "REVISIONS"])(
    "of %s is a day at least",
    (kept) => {
      const name = `STREAMING_RETENTION_${kept}`;

      expect(readConfig([], { [name]: "1d" })).toMatchObject({
        [name]: 24 * 3_600_000,
      });
      expect(() => readConfig([], { [name]: "23h" })).toThrow(
        `${name}: is too short; expected at least 1d, or nothing to keep for ever`,
      );
    },
  );
});

describe("the namespace of the metrics", () => {
  test.for(["music-streaming", "Music/streaming.eu #1:a_b"])(
    "may be %s",
    (name) => {
      expect(
        readConfig([], { STREAMING_METRICS_NAMESPACE: name }),
      ).toMatchObject({ STREAMING_METRICS_NAMESPACE: name });
    },
  );

  test.for(["AWS/Lambda", "mu$ic", "x".repeat(256)])("is not %s", (name) => {
    expect(() => readConfig([], { STREAMING_METRICS_NAMESPACE: name })).toThrow(
      "STREAMING_METRICS_NAMESPACE: is no namespace of CloudWatch",
    );
  });
});

describe("defaults", () => {
  test("an empty environment gives the sizes of the design and info as the log level", () => {
    const config = readConfig([], {});

    expect(config).toMatchObject({
      KAFKA_HOST: "localhost",
      KAFKA_PORT: 9092,
      POSTGRES_PORT: 5432,
      STREAMING_WINDOW_SIZE: 5 * 60_000,
      STREAMING_HOURLY_WINDOW_SIZE: 60 * 60_000,
      STREAMING_ALLOWED_LATENESS: 10 * 60_000,
      STREAMING_IDLE_TIMEOUT: 30_000,
      STREAMING_REVISION_INTERVAL: 30_000,
      STREAMING_TRANSACTION_TIMEOUT: 50_000,
      STREAMING_CONSUMER_GROUP: "aggregate-micro-batch",
      STREAMING_ENVIRONMENTS: 1,
      STREAMING_PLAYS_PER_SECOND: 20,
      STREAMING_SEED: 1,
      STREAMING_LOG_LEVEL: "info",
    });
    expect(config.DATABASE_URL).toBeUndefined();
    expect(config.STREAMING_METRICS_NAMESPACE).toBeUndefined();
    expect(config.STREAMING_RETENTION_FACTS).toBeUndefined();
    expect(config.KAFKA_BOOTSTRAP_SERVERS).toBeUndefined();
  });

  test("an empty value counts as absent", () => {
    const config = readConfig([], {
      STREAMING_WINDOW_SIZE: "",
      KAFKA_PORT: "",
      DATABASE_URL: "",
      STREAMING_NO_SUCH_SETTING: "",
    });

    expect(config.STREAMING_WINDOW_SIZE).toBe(5 * 60_000);
    expect(config.KAFKA_PORT).toBe(9092);
    expect(config.DATABASE_URL).toBeUndefined();
  });

  test("a required setting that is empty is missing", () => {
    const fault = readFault({ DATABASE_URL: "" }, ["DATABASE_URL"]);

    expect(fault.message).toContain("DATABASE_URL: is missing");
  });
});

describe("durations", () => {
  test.for([
    ["1ms", 1],
    ["500ms", 500],
    ["30s", 30_000],
    ["1.5s", 1500],
    ["10m", 600_000],
    ["1h", 3_600_000],
    ["2d", 172_800_000],
  ] as const)("%s is %i milliseconds", ([text, milliseconds]) => {
    const config = readConfig([], { STREAMING_WINDOW_SIZE: text });

    expect(config.STREAMING_WINDOW_SIZE).toBe(milliseconds);
  });

  test("a fraction that binary numbers cannot hold is still a whole number of milliseconds", () => {
    const config = readConfig([], { STREAMING_WINDOW_SIZE: "1.1h" });

    expect(config.STREAMING_WINDOW_SIZE).toBe(3_960_000);
  });

  test.for([
    "0s",
    "0.0001ms",
    "-5m",
    "5",
    "5 minutes",
    "10 m",
    "1e3s",
    "m",
    "5m5m",
  ])("%j is refused with what was found and an example", (text) => {
    const fault = readFault({ STREAMING_WINDOW_SIZE: text });

    expect(fault.message).toContain(
      `STREAMING_WINDOW_SIZE: is "${text}"; expected a duration above zero such as 30s, 10m or 1h`,
    );
  });
});

describe("addresses", () => {
  test("several brokers are a list without the blanks around them", () => {
    const config = readConfig(["KAFKA_BOOTSTRAP_SERVERS"], {
      KAFKA_BOOTSTRAP_SERVERS: "one:9092, two:9093",
    });

    expect(config.KAFKA_BOOTSTRAP_SERVERS).toEqual(["one:9092", "two:9093"]);
  });

  test.for(["broker", "broker:", ":9092", "http://broker:9092", "a:1,,b:2"])(
    "%j is no list of brokers",
    (text) => {
      const fault = readFault({ KAFKA_BOOTSTRAP_SERVERS: text });

      expect(fault.message).toContain(
        `KAFKA_BOOTSTRAP_SERVERS: is "${text}"; expected host:port`,
      );
    },
  );

  test("an address of Postgres is returned as it was given", () => {
    const url = "postgresql://ingest:p%40ss@db.example:5432/music_streaming";

    const config = readConfig(["DATABASE_URL"], { DATABASE_URL: url });

    expect(config.DATABASE_URL).toBe(url);
  });

  test.for([
    "mysql://owner:open-sesame@localhost/music_streaming",
    "owner:open-sesame@localhost/music_streaming",
    "postgres://owner:open-sesame@localhost:port/music_streaming",
    "postgres://owner:open-sesame/with/slash@localhost:5432/music_streaming",
  ])("no part of a wrong database address is shown: %s", (url) => {
    const fault = readFault({ READER_DATABASE_URL: url });

    expect(fault.message).toContain("READER_DATABASE_URL: is not an address");
    expect(fault.message).not.toContain("sesame");
    expect(fault.message).not.toContain("localhost");
    expect(JSON.stringify(fault)).not.toContain("sesame");
  });
});

describe("traces", () => {
  test("are off by default, and one record in a hundred carries one where they are on", () => {
    const config = readConfig([], {});

    expect(config.STREAMING_TRACES_ENDPOINT).toBeUndefined();
    expect(config.STREAMING_TRACES_SAMPLED).toBe(0.01);
  });

  test("go to a collector over HTTP, a share of them", () => {
    expect(
      readConfig([], {
        STREAMING_TRACES_ENDPOINT: "http://127.0.0.1:4318",
        STREAMING_TRACES_SAMPLED: "12.5%",
      }),
    ).toMatchObject({
      STREAMING_TRACES_ENDPOINT: "http://127.0.0.1:4318",
      STREAMING_TRACES_SAMPLED: 0.125,
    });
  });

  test.for(["localhost:4318", "grpc://user:open-sesame@collector", "http://"])(
    "no part of a wrong address is shown: %s",
    (text) => {
      const fault = readFault({ STREAMING_TRACES_ENDPOINT: text });

      expect(fault.message).toContain(
        "STREAMING_TRACES_ENDPOINT: is no address of a collector; expected http://host:4318",
      );
      expect(fault.message).not.toContain("sesame");
    },
  );

  test("more than all of them is refused", () => {
    expect(readFault({ STREAMING_TRACES_SAMPLED: "101%" }).message).toContain(
      'STREAMING_TRACES_SAMPLED: is "101%"; expected a share such as 1% or 0.01, at most 100%',
    );
  });
});

describe("faults", () => {
  test("every wrong, missing and unknown setting is named in one message", () => {
    const fault = readFault(
      {
        STREAMING_WINDOW_SIZE: "five minutes",
        KAFKA_PORT: "70000",
        POSTGRES_PORT: "postgres",
        INGEST_DATABASE_URL: "localhost",
        STREAMING_LOG_LEVEL: "loud",
        STREAMING_PLAYS_PER_SECOND: "-1",
        STREAMING_SEED: "1.5",
        STREAMING_WINDOWSIZE: "5m",
      },
      ["DATABASE_URL", "KAFKA_BOOTSTRAP_SERVERS"],
    );

    expect(namesOfFaults(fault)).toEqual([
      "DATABASE_URL",
      "INGEST_DATABASE_URL",
      "KAFKA_BOOTSTRAP_SERVERS",
      "KAFKA_PORT",
      "POSTGRES_PORT",
      "STREAMING_LOG_LEVEL",
      "STREAMING_PLAYS_PER_SECOND",
      "STREAMING_SEED",
      "STREAMING_WINDOWSIZE",
      "STREAMING_WINDOW_SIZE",
    ]);
    expect(fault).toMatchObject({
      code: "invalid_settings",
      domain: "user",
      retry: false,
    });
  });

  test("an unknown setting is answered with the known ones", () => {
    const fault = readFault({ STREAMING_LATENESS: "10m" });

    expect(fault.message).toMatch(
      /STREAMING_LATENESS: is not a setting; known are .*STREAMING_ALLOWED_LATENESS/,
    );
  });

  test("an unknown variable of another prefix is nobody's mistake", () => {
    const config = readConfig([], { PATH: "/bin", KAFKA_OPTS: "-Xmx1g" });

    expect(Object.keys(config)).not.toContain("KAFKA_OPTS");
  });

  test("a required setting that is wrong is named once, as wrong", () => {
    const fault = readFault({ DATABASE_URL: "nowhere" }, ["DATABASE_URL"]);

    expect(namesOfFaults(fault)).toEqual(["DATABASE_URL"]);
    expect(fault.message).not.toContain("is missing");
  });

  test.for(["0", "65", "1.5", "many"])(
    "%s execution environments are refused",
    (count) => {
      expect(
        namesOfFaults(readFault({ STREAMING_ENVIRONMENTS: count })),
      ).toEqual(["STREAMING_ENVIRONMENTS"]);
    },
  );

  test("the largest seed and port are taken, the next ones refused", () => {
    const largest = { STREAMING_SEED: "4294967295", KAFKA_PORT: "65535" };

    expect(readConfig([], largest)).toMatchObject({
      STREAMING_SEED: 4_294_967_295,
      KAFKA_PORT: 65_535,
    });
    expect(
      namesOfFaults(
        readFault({ STREAMING_SEED: "4294967296", KAFKA_PORT: "65536" }),
      ),
    ).toEqual(["KAFKA_PORT", "STREAMING_SEED"]);
  });
});

function readFault(
  environment: Record<string, string>,
  required: Parameters<typeof readConfig>[0] = [],
): PipelineError {
  try {
    readConfig(required, environment);
  } catch (error) {
    if (error instanceof PipelineError) return error;
    throw error;
  }
  throw new Error("the settings were taken");
}

/** The settings that the message names, one line each, sorted. */
function namesOfFaults({ message }: PipelineError): string[] {
  return [...message.matchAll(/^ {2}([A-Z_]+): /gm)]
    .map(([, name]) => name ?? "")
    .sort();
}
