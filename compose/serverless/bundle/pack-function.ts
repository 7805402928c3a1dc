import { bundleFunction, type BundleOptions } from "./bundle-function.ts";
import { zipFiles } from "./zip-files.ts";

/** A function's code as Lambda takes it. */
export interface PackedFunction {
  /** `<module>.<export>` within the archive. */
  readonly handler: string;
  readonly archive: Uint8Array;
}

/** Bundles a function with what it needs and packs it; the same sources give the same bytes. */
export async function packFunction(
  options: BundleOptions,
): Promise<PackedFunction> {
  const { handlerModule, handlerExport } = options;
  return {
    handler: `${handlerModule}.${handlerExport}`,
    archive: zipFiles(await bundleFunction(options)),
  };
}
