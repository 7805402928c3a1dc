import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const CLI_FOLDER = fileURLToPath(
  new URL("../../../../compose/cli/", import.meta.url),
);

/** Of tests/vitest.config.ts: what Node and Kafka's Java need not do again at each start. */
const QUICK_START = Object.fromEntries(
  ["NODE_COMPILE_CACHE", "JDK_JAVA_OPTIONS"].map((name) => [
    name,
    process.env[name] ?? "",
  ]),
);

export interface CommandOptions {
  readonly args?: readonly string[];
  /** All of the command's variables but PATH and those with which processes only start sooner. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly path?: string;
}

export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface SpawnedCommand {
  readonly pid: number;
  /** Resolves when the standard output holds the text; throws when the command ends without. */
  waitFor(text: string): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** Reads its standard output no further, as `head` does. */
  stopReading(): void;
  readonly ended: Promise<CommandResult>;
}

/** Starts `compose/cli/<name>.ts` as `npm run <name>` does; it is killed when the test ends. */
export function spawnCommand(
  name: string,
  {
    args = [],
    environment = {},
    path = process.env["PATH"] ?? "",
  }: CommandOptions = {},
): SpawnedCommand {
  const child = spawn(
    process.execPath,
    // As in package.json: kafkajs asks for timers in the past, and Node warns of each.
    [
      "--disable-warning=TimeoutNegativeWarning",
      join(CLI_FOLDER, `${name}.ts`),
      ...args,
    ],
    {
      // Several runners at once would take the same ports.
      env: {
        PATH: path,
        METRICS_PORT: "0",
        DASHBOARD_PORT: "0",
        ...QUICK_START,
        ...environment,
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  const output = { stdout: "", stderr: "" };
  const listeners: (() => void)[] = [];
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (chunk: string) => {
      output[stream] += chunk;
      for (const listen of listeners) listen();
    });
  }
  const ended = new Promise<CommandResult>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => resolve({ exitCode, ...output }));
  });
  return {
    pid: child.pid ?? Number.NaN,
    waitFor: (text) => {
      const seen = new Promise<void>((resolve) => {
        const listen = (): void => {
          if (output.stdout.includes(text)) resolve();
        };
        listeners.push(listen);
        listen();
      });
      const missed = ended.then(({ exitCode }) => {
        if (!output.stdout.includes(text)) {
          throw new Error(
            `${name} ended with ${exitCode} before it said "${text}":\n${output.stdout}${output.stderr}`,
          );
        }
        return undefined;
      });
      return Promise.race([seen, missed]);
    },
    stopReading: () => {
      child.stdout.destroy();
    },
    signal: (signalName) => {
      child.kill(signalName);
    },
    ended,
  };
}

/** Runs a command to its end. */
export function runToEnd(
  name: string,
  options: CommandOptions = {},
): Promise<CommandResult> {
  return spawnCommand(name, options).ended;
}
