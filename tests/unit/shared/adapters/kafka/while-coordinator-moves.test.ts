import { KafkaJSProtocolError } from "kafkajs";
import { expect, test } from "vitest";

import { whileCoordinatorMoves } from "#shared/adapters/kafka/while-coordinator-moves.ts";

const NOT_COORDINATOR = answerOf("NOT_COORDINATOR_FOR_GROUP", 16);

test("a coordinator that only comes up is asked again until it answers", async () => {
  const { ask, count } = answers([
    NOT_COORDINATOR,
    answerOf("GROUP_LOAD_IN_PROGRESS", 14),
    answerOf("GROUP_COORDINATOR_NOT_AVAILABLE", 15),
    7,
  ]);

  await expect(whileCoordinatorMoves(ask, 0)).resolves.toBe(7);
  expect(count()).toBe(4);
});

test("one that never comes up is told", async () => {
  const { ask, count } = answers([NOT_COORDINATOR]);

  await expect(whileCoordinatorMoves(ask, 0)).rejects.toBe(NOT_COORDINATOR);
  expect(count()).toBe(20);
});

test("any other failure is told at once", async () => {
  const other = answerOf("GROUP_AUTHORIZATION_FAILED", 30);
  const { ask, count } = answers([other, 7]);

  await expect(whileCoordinatorMoves(ask, 0)).rejects.toBe(other);
  expect(count()).toBe(1);
});

/** Answers or failures in turn, the last one again and again. */
function answers(given: readonly (number | Error)[]) {
  let asked = 0;
  return {
    count: () => asked,
    ask: async (): Promise<number> => {
      const answer = given[Math.min(asked++, given.length - 1)];
      if (answer === undefined || answer instanceof Error) throw answer;
      return answer;
    },
  };
}

/** As the client makes it of a broker's answer, whose type its own types leave out. */
function answerOf(type: string, code: number): Error {
  const answer = { type, code, retriable: true, name: type, message: type };
  return new KafkaJSProtocolError(answer);
}
