import { at, type PlantedFault, shown } from "./planted-fault.ts";

/** The next double above a positive one whose exponent is that of [0.5, 1): the smallest difference there is. */
const ONE_ULP = "(2::double precision ^ -53)";

/** The place of one row of the first open window. */
const first = (table: string) =>
  `(select min(ctid) from ${table} where time_window = ${at("12:30")})`;

/** Faults in the values of the metric tables, each as a wrong algorithm would make it. */
export const METRIC_FAULTS: readonly PlantedFault[] = [
  {
    check: "user_engagement_metrics_match_facts",
    fault: "a rate that is wrong in its last bit",
    plant: `update user_engagement_metrics set skip_rate = skip_rate + ${ONE_ULP}
      where (time_window, user_id) = (select time_window, user_id from user_engagement_metrics
        where skip_rate >= 0.5 and skip_rate < 1 order by time_window, user_id limit 1)`,
    shows: { problem: "differs" },
  },
  {
    check: "user_engagement_metrics_match_facts",
    fault: "a user that is missing in a window",
    plant: `delete from user_engagement_metrics where time_window = ${at("10:05")} and user_id = 4`,
    alsoFails: [
      "hours_agree_with_minutes",
      "segment_sums_match_windows",
      "window_totals_agree",
    ],
    shows: {
      time_window: shown("10:05"),
      user_id: 4,
      problem: "missing",
      stored: null,
    },
  },
  {
    check: "user_engagement_metrics_match_facts",
    fault: "a user without plays in a window",
    plant: `update user_engagement_metrics set time_window = ${at("10:10")}
      where time_window = ${at("10:05")} and user_id = (
        select user_id from user_engagement_metrics where time_window = ${at("10:05")}
        except select user_id from user_engagement_metrics where time_window = ${at("10:10")} limit 1)`,
    alsoFails: ["segment_sums_match_windows", "window_totals_agree"],
    shows: {
      time_window: shown("10:10"),
      problem: "unexpected",
      expected: null,
    },
  },
  {
    check: "content_performance_metrics_match_facts",
    fault: "plays counted for another artist",
    plant: `update content_performance_metrics set artist_id = 4 where time_window = ${at("10:05")} and song_id = 1`,
    shows: {
      time_window: shown("10:05"),
      song_id: 1,
      artist_id: 4,
      problem: "unexpected",
    },
  },
  {
    check: "device_metrics_match_facts",
    fault: "a window that takes the play on its end border too",
    plant: `update device_metrics m
      set stream_count = x.stream_count, avg_listen_time = x.avg_listen_time, completion_rate = x.completion_rate
      from (
        select device_id, count(*) as stream_count, sum(stream_duration_seconds)::double precision / count(*) as avg_listen_time,
          sum(is_complete_play::integer)::double precision / count(*) as completion_rate
        from stream_events
        where "timestamp" between ${at("10:05")} and ${at("10:10")}
        group by device_id
      ) x
      where m.time_window = ${at("10:05")} and m.device_id = x.device_id`,
    alsoFails: ["window_totals_agree"],
    // The play at 10:10:00 is the twenty-first: device 3.
    shows: { time_window: shown("10:05"), device_id: 3, problem: "differs" },
  },
  {
    check: "location_metrics_match_facts",
    fault: "distinct users added up over micro-batches",
    plant: `update location_metrics m set unique_users = x.summed
      from (
        select location_id, sum(user_count) as summed
        from (
          select location_id, extract(second from "timestamp") >= 30, count(distinct user_id) as user_count
          from stream_events
          where "timestamp" >= ${at("10:00")} and "timestamp" < ${at("10:05")}
          group by 1, 2
        )
        group by location_id
      ) x
      where m.time_window = ${at("10:00")} and m.location_id = x.location_id`,
    shows: { time_window: shown("10:00"), problem: "differs" },
  },
  {
    check: "hourly_metrics_match_facts",
    fault: "a rate that is the average of the users' rates",
    plant: `update hourly_metrics set skip_rate = (
        select avg(skip_rate) from user_engagement_metrics where time_window >= ${at("10:00")} and time_window < ${at("11:00")}
      )
      where time_window = ${at("10:00")}`,
    shows: {
      time_window: shown("10:00"),
      problem: "differs",
      expected: "skip_rate 0.3",
    },
  },
  {
    check: "hourly_metrics_match_facts",
    fault: "unique users added up over locations",
    plant: `update hourly_metrics set unique_users = (
        select sum(unique_users) from location_metrics where time_window >= ${at("10:00")} and time_window < ${at("11:00")}
      )
      where time_window = ${at("10:00")}`,
    shows: {
      time_window: shown("10:00"),
      problem: "differs",
      expected: "unique_users 6",
    },
  },
  {
    check: "hours_agree_with_minutes",
    fault: "an hour that lacks a play of its windows",
    plant: `update hourly_metrics set stream_count = stream_count - 1 where time_window = ${at("11:00")}`,
    alsoFails: ["hourly_metrics_match_facts"],
    shows: {
      time_window: shown("11:00"),
      hourly_plays: 119,
      plays_of_smaller_windows: 120,
    },
  },
  {
    check: "window_totals_agree",
    fault: "a location with one play too many",
    plant: `update location_metrics set stream_count = stream_count + 1 where time_window = ${at("10:05")} and location_id = 1`,
    alsoFails: ["location_metrics_match_facts"],
    shows: {
      time_window: shown("10:05"),
      facts: 10,
      over_users: 10,
      over_songs: 10,
      over_devices: 10,
      over_locations: 11,
    },
  },
  ...partialFaults(),
];

function partialFaults(): PlantedFault[] {
  const count = {
    user_engagement: "stream_counts[1]",
    content_performance: "stream_counts[1]",
    device: "stream_count",
  };
  const counts = Object.entries(count).map(
    ([metric, counted]): PlantedFault => ({
      check: `${metric}_partials_match_facts`,
      fault: "a play counted twice by a micro-batch",
      plant: `update ${metric}_partials set ${counted} = ${counted} + 1 where ctid = ${first(`${metric}_partials`)}`,
      shows: { time_window: shown("12:30"), problem: "differs" },
    }),
  );
  return [
    ...counts,
    {
      check: "window_partials_match_facts",
      fault: "a micro-batch that has left no trace of its plays",
      plant: `delete from window_partials where window_kind = 'minutes' and window_start = ${at("12:35")}`,
      shows: {
        window_kind: "minutes",
        window_start: shown("12:35"),
        problem: "missing",
        stored: null,
        expected: 10,
      },
    },
    {
      check: "location_partials_match_facts",
      fault: "a member that has not played, in place of one that has",
      plant: `update location_partials set user_ids = array_append(user_ids[2:], 99) where ctid = ${first("location_partials")}`,
      shows: { time_window: shown("12:30"), problem: "differs" },
    },
    {
      check: "hourly_partials_match_facts",
      fault: "an artist that is missing among the members",
      plant:
        "update hourly_partials set artist_ids = array_remove(artist_ids, 4)",
      shows: {
        time_window: shown("12:00"),
        problem: "differs",
        stored: "artist_ids [1, 2, 3]",
        expected: "artist_ids [1, 2, 3, 4]",
      },
    },
  ];
}
