import type { Invoker } from "#compose/event-source-mapping/invoker.ts";
import {
  DEFAULT_CATALOGUE_SIZES,
  type CatalogueSizes,
} from "#shared/domain/catalogue/sizes.ts";
import { DIMENSIONS, type Dimension } from "#shared/domain/topics.ts";
import type { TopicOffsets } from "#shared/ports/topic-offsets.ts";
import { invokeFunction } from "./invoke-function.ts";
import { sumOffsets } from "#shared/domain/topic-lag.ts";

/** Albums refer to artists; a dimension comes when those that it refers to are loaded. */
export const CATALOGUE_STAGES: readonly (readonly Dimension[])[] = [
  DIMENSIONS.filter((dimension) => dimension !== "albums"),
  ["albums"],
];

export interface CatalogueOptions {
  readonly invoker: Invoker;
  readonly offsets: TopicOffsets;
  readonly seed: number;
  readonly sizes: Partial<CatalogueSizes>;
  /** Sends what the topics hold already too, because seed or sizes are others. */
  readonly sendsAgain?: boolean;
  /** Resolves when the functions have taken what these topics hold. */
  readonly waitUntilLoaded: (topics: readonly string[]) => Promise<void>;
  readonly onProgress: (message: string) => void;
}

/**
 * Sends the catalogue's dimensions, except those whose topic has held as many records already, and waits until each
 * is loaded before what refers to it. Sending one again is harmless: the entities are the same.
 */
export async function loadCatalogue(options: CatalogueOptions): Promise<void> {
  const {
    invoker,
    offsets,
    seed,
    sizes,
    sendsAgain = false,
    waitUntilLoaded,
    onProgress,
  } = options;
  for (const stage of CATALOGUE_STAGES) {
    const missing: Dimension[] = [];
    for (const dimension of stage) {
      const sent = sumOffsets(await offsets.readEndOffsets(dimension));
      if (
        sendsAgain ||
        sent < (sizes[dimension] ?? DEFAULT_CATALOGUE_SIZES[dimension])
      )
        missing.push(dimension);
    }
    if (missing.length > 0) {
      onProgress(`Sending the catalogue: ${missing.join(", ")}`);
      await invokeFunction(invoker, "produce-batch", {
        dimensions: missing,
        seed,
        catalogue: sizes,
      });
    }
    await waitUntilLoaded(stage);
  }
}
