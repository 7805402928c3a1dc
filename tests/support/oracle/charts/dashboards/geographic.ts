import { findText, groupName } from "../attributes.ts";
import { fillBuckets } from "../buckets.ts";
import { countDistinct } from "../measures.ts";
import {
  compareCodePoints,
  compareIds,
  rankGroups,
  type Groups,
} from "../rank-groups.ts";
import { tellApart } from "../tell-apart.ts";
import type { ExpectDashboard, Play } from "../types.ts";

const LARGEST = 15;
const TOP_CITIES = 5;

const countUsers = (plays: readonly Play[]): number =>
  countDistinct(plays, "userId");

const rankByStreams = (groups: Groups<string>) =>
  rankGroups(groups, compareCodePoints).map(
    ([name, own]) => [name, own.length] as const,
  );

const rankByUsers = (groups: Groups<string>) =>
  rankGroups(groups, compareCodePoints, countUsers).map(
    ([name, own]) => [name, countUsers(own)] as const,
  );

/** Where is listened. */
export const expectGeographic: ExpectDashboard = (
  { plays, catalogue: { locations } },
  period,
) => {
  const countryOf = ({ locationId }: Play) =>
    groupName(locations, locationId, "country");
  const byCountry = Map.groupBy(plays, countryOf);
  const byRegion = Map.groupBy(
    plays,
    (play) =>
      `${groupName(locations, play.locationId, "region")}, ${countryOf(play)}`,
  );
  const topLocations = rankGroups(
    Map.groupBy(plays, ({ locationId }) => locationId),
    compareIds,
  ).slice(0, TOP_CITIES);
  const cities = tellApart(
    new Map(
      topLocations.map(([id]) => [
        id,
        `${findText(locations, id, "city") ?? `location ${id}`}, ${groupName(locations, id, "country")}`,
      ]),
    ),
  );
  return {
    "streams-by-country": rankByStreams(byCountry).slice(0, LARGEST),
    map: rankByStreams(byCountry),
    "unique-users-by-region": rankByUsers(byRegion).slice(0, LARGEST),
    "unique-users-by-country": rankByUsers(byCountry).slice(0, LARGEST),
    "top-cities": fillBuckets(plays, period).flatMap(
      ({ time, plays: inBucket }) =>
        topLocations.map(([id]) => [
          time,
          cities.get(id) ?? "",
          inBucket.filter(({ locationId }) => locationId === id).length,
        ]),
    ),
    "streams-by-region": rankByStreams(byRegion).slice(0, LARGEST),
  };
};
