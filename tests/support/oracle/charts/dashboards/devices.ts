import { groupName } from "../attributes.ts";
import { fillBuckets } from "../buckets.ts";
import { averageListenTime, share } from "../measures.ts";
import { compareCodePoints, rankGroups } from "../rank-groups.ts";
import type { ExpectDashboard, Play } from "../types.ts";

/** What is listened on. */
export const expectDevices: ExpectDashboard = (
  { plays, catalogue: { devices } },
  period,
) => {
  const typeOf = ({ deviceId }: Play) =>
    groupName(devices, deviceId, "device_type");
  const osOf = ({ deviceId }: Play) => groupName(devices, deviceId, "os");
  const byType = rankGroups(Map.groupBy(plays, typeOf), compareCodePoints);
  const byOs = rankGroups(Map.groupBy(plays, osOf), compareCodePoints);
  return {
    "streams-by-type": byType.map(([type, own]) => [type, own.length]),
    "listen-time-by-type": byType.map(([type, own]) => [
      type,
      averageListenTime(own),
    ]),
    "completion-by-os": byOs.map(([os, own]) => [
      os,
      share(own, "isCompletePlay"),
    ]),
    "completion-by-type": byType.map(([type, own]) => [
      type,
      share(own, "isCompletePlay"),
    ]),
    usage: fillBuckets(plays, period).flatMap(({ time, plays: inBucket }) =>
      byType.map(([type]) => [
        time,
        type,
        inBucket.filter((play) => typeOf(play) === type).length,
      ]),
    ),
    "listen-time-by-type-and-os": byType.flatMap(([type, own]) =>
      byOs.map(([os]) => [
        type,
        os,
        averageListenTime(own.filter((play) => osOf(play) === os)),
      ]),
    ),
  };
};
