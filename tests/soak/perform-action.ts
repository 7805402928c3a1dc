import { setTimeout as delay } from "node:timers/promises";

import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import {
  makePlayRecord,
  planRecords,
} from "#tests/support/pipeline/make-plays.ts";
import { NEW_ROWS } from "#tests/support/pipeline/new-rows.ts";
import type { Action } from "./actions.ts";
import type { Checker } from "./checker.ts";
import type { Runners } from "./runners.ts";
import type { World } from "./world.ts";

/** Of what the producer sends. */
const MIX_INS = {
  late: 0.02,
  outOfOrder: 0.1,
  duplicates: 0.05,
  orphans: 0.01,
  malformed: 0.01,
};
const MOST_RUNNERS = 2;
const MOST_PARTITIONS = 14;

export interface Stage {
  readonly world: World;
  readonly runners: Runners;
  readonly checker: Checker;
  /** Users whose plays have been sent and who have not. */
  readonly awaitedUsers: Set<number>;
}

/** Does one thing; lists what does not hold, which only a calm period can find. */
export async function performAction(
  action: Action,
  stage: Stage,
): Promise<readonly string[]> {
  const { world, runners, checker, awaitedUsers } = stage;
  const send = (records: Parameters<ReturnType<World["topics"]>["send"]>[1]) =>
    world.topics().send(STREAM_EVENTS_TOPIC, records);
  switch (action.kind) {
    case "produce":
      await send(planRecords({ ...action, mixIns: MIX_INS }));
      break;
    case "late":
      await send(makePlays(action.count, { timestamp: action.at }));
      break;
    case "orphan":
      awaitedUsers.add(action.userId);
      await send(
        makePlays(action.count, {
          timestamp: action.at,
          user_id: action.userId,
        }),
      );
      break;
    case "arrive":
      await sendUser(stage, action.userId);
      break;
    case "redrive":
      await checker.redrive();
      break;
    case "kill_runner":
      await runners.killOldest();
      break;
    case "pause_runner": {
      const paused = runners.oldest;
      paused.pause();
      await delay(action.seconds * 1000);
      paused.resume();
      break;
    }
    case "roll_runner":
      await runners.roll(action.batchSize);
      break;
    case "rebalance":
      if (runners.count < MOST_RUNNERS) runners.join();
      else await runners.leave();
      break;
    case "cut":
      world.proxy.cut();
      break;
    case "hold":
      world.proxy.hold();
      await delay(action.seconds * 1000);
      world.proxy.release();
      break;
    case "delay":
      world.proxy.delay(action.oneWayMs);
      break;
    case "restart_postgres":
      await world.restartPostgres(action.signal);
      break;
    case "restart_kafka":
      await world.restartKafka(action.signal);
      break;
    case "repartition":
      await addPartition(world);
      break;
    case "calm":
      world.proxy.delay(0);
      for (const userId of awaitedUsers) await sendUser(stage, userId);
      return checker.check();
  }
  return [];
}

function makePlays(
  count: number,
  fields: Readonly<Record<string, unknown>>,
): ReturnType<typeof makePlayRecord>[] {
  return Array.from({ length: count }, () => makePlayRecord(fields));
}

async function sendUser(
  { world, awaitedUsers }: Stage,
  userId: number,
): Promise<void> {
  const row = { ...NEW_ROWS.users, user_id: userId };
  await world
    .topics()
    .send("users", [{ key: String(userId), value: JSON.stringify(row) }]);
  awaitedUsers.delete(userId);
}

async function addPartition(world: World): Promise<void> {
  const { admin } = world.topics();
  const partitions = await admin.fetchTopicOffsets(STREAM_EVENTS_TOPIC);
  if (partitions.length < MOST_PARTITIONS)
    await admin.createPartitions({
      topicPartitions: [
        { topic: STREAM_EVENTS_TOPIC, count: partitions.length + 1 },
      ],
    });
}
