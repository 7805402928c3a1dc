import { mkdir, writeFile } from "node:fs/promises";

import { expect, test } from "vitest";

import { locateHome } from "#compose/localstack/home.ts";
import { prepareLaunch } from "#compose/localstack/launch/prepare-launch.ts";
import { readConfig } from "#shared/config.ts";
import { makeTemporaryFolder, writeProgram } from "../temporary-folder.ts";

const DOCKER_ANSWERS = ['test "$*" = info'];
const DOCKER_REFUSES = [
  "echo Client:",
  "echo 'ERROR: one' >&2",
  "echo 'no daemon at /var/run/docker.sock' >&2",
  "exit 1",
];

/** What a machine starts on which LocalStack is installed, and Docker only where a script for it is given. */
async function launchWith(
  settings: Readonly<Record<string, string>>,
  docker?: readonly string[],
) {
  const parent = await makeTemporaryFolder();
  const home = await locateHome(parent);
  await mkdir(home.folder, { recursive: true });
  await writeFile(home.marker, "");
  const programs = await makeTemporaryFolder();
  if (docker !== undefined) await writeProgram(programs, "docker", ...docker);
  const environment = { PATH: programs, HOME: "/home/me", ...settings };
  const launch = prepareLaunch({
    dataDir: "/data",
    folder: "/data/localstack",
    config: {
      ...readConfig([], settings),
      LOCALSTACK_HOME: parent,
      LOCALSTACK_PORT: 4567,
    },
    environment,
    onProgress: () => undefined,
  });
  return { launch, home };
}

test("LocalStack is a process of this machine, though Docker is there", async () => {
  const { launch, home } = await launchWith({}, DOCKER_ANSWERS);

  expect(await launch).toMatchObject({
    command: home.python,
    env: {
      GATEWAY_LISTEN: "127.0.0.1:4567",
      LAMBDA_RUNTIME_EXECUTOR: "process",
    },
  });
});

test("LOCALSTACK_EXECUTOR=docker starts the image on 127.0.0.1, with the client's own variables and no other", async () => {
  const { launch } = await launchWith(
    {
      LOCALSTACK_EXECUTOR: "docker",
      DOCKER_HOST: "unix:///run/user/1/docker.sock",
      DATABASE_URL: "postgresql://owner:secret@db/plays",
    },
    DOCKER_ANSWERS,
  );

  const { command, args, env } = await launch;
  expect(command).toBe("docker");
  expect(args).toContain("127.0.0.1:4567:4566");
  expect(args.at(-1)).toBe("localstack/localstack:4.14.0");
  expect(env).toEqual({
    PATH: expect.any(String),
    HOME: "/home/me",
    DOCKER_HOST: "unix:///run/user/1/docker.sock",
  });
});

test.each([
  ["that does not answer", DOCKER_REFUSES, "no daemon at /var/run/docker.sock"],
  ["that is not there", undefined, "there is no command docker on PATH"],
])(
  "a Docker %s is an error that says why, and what to do",
  async (_, docker, why) => {
    const { launch } = await launchWith(
      { LOCALSTACK_EXECUTOR: "docker" },
      docker,
    );

    await expect(launch).rejects.toMatchObject({
      code: "docker_unavailable",
      domain: "user",
      message: `LOCALSTACK_EXECUTOR is docker, but docker info fails (${why}). Start Docker, or unset LOCALSTACK_EXECUTOR: LocalStack then runs without it.`,
    });
  },
);

test("another executor is refused by name", () => {
  expect(() => readConfig([], { LOCALSTACK_EXECUTOR: "podman" })).toThrow(
    /LOCALSTACK_EXECUTOR: .*"process"\|"docker"/,
  );
});
