import { createCatalogue } from "#shared/domain/catalogue/catalogue.ts";
import { listDimension } from "#shared/domain/catalogue/list-dimension.ts";
import { DIMENSIONS } from "#shared/domain/topics.ts";
import { SEED, SIZES } from "./make-plays.ts";
import { startPipeline } from "./start-pipeline.ts";
import type { PipelineServers } from "./start-servers.ts";
import type { TopicClient } from "./topic-client.ts";

/** Loads the dimensions through the pipeline into the first database, so that every copy has them. */
export async function loadCatalogue(
  { dataDir, connections }: PipelineServers,
  topics: TopicClient,
): Promise<void> {
  const catalogue = createCatalogue(SEED, SIZES);
  for (const dimension of DIMENSIONS)
    await topics.send(dimension, [...listDimension(catalogue, dimension)]);
  // A start waits until the dimensions are loaded.
  const pipeline = await startPipeline({
    dataDir,
    connections,
    topics: DIMENSIONS,
    hasSchedules: false,
  });
  await pipeline.stop();
}
