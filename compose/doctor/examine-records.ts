import { formatCount } from "#compose/runner/format-count.ts";
import type { TopicStatus } from "#compose/runner/read-status.ts";
import { loadStatement } from "#shared/sql.ts";
import { type Finding, ok, warning } from "./finding.ts";
import { withSession } from "./with-session.ts";

const countWaitingLetters = loadStatement(
  "queries/diagnose/count_waiting_letters",
);

/** Lag is seconds in operation; a minute of it means that something does not keep up, or does not run. */
const LONGEST_LAG_SECONDS = 60;
const ORPHANED = "unknown_reference";

/** Dead letters that are not sent again by themselves, by their reason. */
export interface WaitingLetters {
  readonly reason: string;
  readonly count: number;
}

/** Counts what waits for somebody. */
export async function examineLetters(readerUrl: string): Promise<Finding[]> {
  const rows = await withSession(readerUrl, (session) =>
    session.query<{ reason: string; letter_count: number }>(
      countWaitingLetters,
    ),
  );
  return judgeLetters(
    rows.map((row) => ({ reason: row.reason, count: row.letter_count })),
  );
}

/** Orphans come by themselves once their row has arrived; whatever else waits needs somebody. */
export function judgeLetters(waiting: readonly WaitingLetters[]): Finding[] {
  const orphans = waiting.find(({ reason }) => reason === ORPHANED)?.count ?? 0;
  const others = waiting.filter(({ reason }) => reason !== ORPHANED);
  const counts = others.map(
    ({ reason, count }) => `${formatCount(count)} ${reason}`,
  );
  return [
    orphans === 0
      ? ok("orphans", "no record waits for a row that it refers to")
      : warning(
          "orphans",
          `${formatCount(orphans)} records wait for a row that they refer to`,
          `npm run dlq -- list --reason ${ORPHANED} shows which; send the missing rows (npm run produce -- dimension), and the records follow by themselves`,
        ),
    others.length === 0
      ? ok("dead letters", "none waits for anybody")
      : warning(
          "dead letters",
          `${counts.join(", ")} wait`,
          "npm run dlq -- list shows them; mend and send them again (dlq redrive), or put them aside (dlq bury)",
        ),
  ];
}

/** Whether every topic's records are taken soon. */
export function judgeLag(
  topics: readonly Pick<TopicStatus, "topic" | "lag" | "lagSeconds">[],
): Finding[] {
  const behind = topics.filter(
    ({ lag, lagSeconds }) =>
      lag > 0 && (lagSeconds ?? Infinity) > LONGEST_LAG_SECONDS,
  );
  return behind.length === 0
    ? [ok("lag", "every topic's records are taken within a minute")]
    : behind.map(({ topic, lag, lagSeconds }) =>
        warning(
          "lag",
          `${topic} has ${formatCount(lag)} records that nobody has taken${lagSeconds === null ? "" : `, the oldest for ${formatCount(Math.round(lagSeconds))} s`}`,
          "npm run status shows whether they become fewer, and the functions' logs why not",
        ),
      );
}
