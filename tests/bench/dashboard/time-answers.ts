import { setTimeout as delay } from "node:timers/promises";

import { buildEvent } from "#compose/http-api/build-event.ts";
import type {
  DashboardName,
  Period,
} from "#shared/domain/dashboards/answer.ts";
import {
  startPipeline,
  type Pipeline,
} from "#tests/support/pipeline/start-pipeline.ts";
import type { PipelineServers } from "#tests/support/pipeline/start-servers.ts";

import type { AnswerTimes } from "./judge-answers.ts";

/** What is asked for; `until` is RFC 3339. */
export interface TimedQuestion {
  readonly dashboard: DashboardName;
  readonly period: Period;
  readonly until: string;
}

/** Longer than the function keeps an answer: each of ours is a query. */
const PAUSE_MS = 2000;

interface Response {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Asks each question so many times, in turn, in one execution environment; throws where an answer is none. */
export async function timeAnswers(
  servers: PipelineServers,
  questions: readonly TimedQuestion[],
  requests: number,
): Promise<AnswerTimes[]> {
  const pipeline = await startPipeline({
    ...servers,
    topics: [],
    hasSchedules: false,
  });
  try {
    const tookMs = questions.map((): number[] => []);
    const last: Response[] = [];
    for (let round = 0; round < requests; round += 1) {
      for (const [at, question] of questions.entries()) {
        const { response, ms } = await ask(pipeline, question);
        tookMs[at]?.push(ms);
        last[at] = response;
      }
      await delay(PAUSE_MS);
    }
    const times: AnswerTimes[] = [];
    for (const [at, question] of questions.entries()) {
      const unchangedMs = await askUnchanged(pipeline, question);
      const [first = 0, ...others] = tookMs[at] ?? [];
      const sorted = others.toSorted((a, b) => a - b);
      times.push({
        dashboard: question.dashboard,
        period: question.period,
        first_ms: Math.round(first),
        p50_ms: Math.round(sorted[Math.floor(sorted.length / 2)] ?? first),
        max_ms: Math.round(sorted.at(-1) ?? first),
        unchanged_ms: Math.round(unchangedMs),
        size: last[at]?.body?.length ?? 0,
      });
    }
    return times;
  } finally {
    await pipeline.stop();
  }
}

/** How long it takes to say that nothing has changed; the pipeline's delays grow every ten seconds, and then it has. */
async function askUnchanged(
  pipeline: Pipeline,
  question: TimedQuestion,
): Promise<number> {
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    const { response } = await ask(pipeline, question);
    const { etag } = response.headers;
    const again = await ask(pipeline, question, etag);
    if (again.response.statusCode === 304) return again.ms;
  }
  throw new Error(`${question.dashboard} has changed while nothing came`);
}

async function ask(
  pipeline: Pipeline,
  { dashboard, period, until }: TimedQuestion,
  etag?: string,
): Promise<{ readonly response: Response; readonly ms: number }> {
  const event = buildEvent(
    {
      method: "GET",
      target: `/api/dashboards/${dashboard}?period=${period}&until=${until}`,
      rawHeaders: etag === undefined ? [] : ["if-none-match", etag],
      sourceIp: "127.0.0.1",
    },
    {
      functionName: "dashboard",
      routeKey: "GET /api/dashboards/{name}",
      pathParameters: { name: dashboard },
    },
    { requestId: "bench", nowMs: Date.now() },
  );
  const startMs = performance.now();
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what the function answers is its contract
  const response = (await pipeline.invoke("dashboard", event)) as Response;
  const ms = performance.now() - startMs;
  if (response.statusCode !== 200 && response.statusCode !== 304)
    throw new Error(
      `${dashboard} of ${period}: ${response.statusCode} ${response.body}`,
    );
  return { response, ms };
}
