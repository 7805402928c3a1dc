import type { FeatureCollection, Geometry } from "geojson";
import { feature } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import atlas from "world-atlas/countries-110m.json" with { type: "json" };

import { toAlpha2 } from "./country-code.ts";

/** What a country of the map is known by. */
interface CountryProperties {
  /** ISO 3166 alpha-2; what has none is known by its name and holds no data. */
  readonly name: string;
}

type Atlas = Topology<{ countries: GeometryCollection<{ name: string }> }>;

export type World = FeatureCollection<Geometry, CountryProperties>;

// Nobody listens there, and it takes a tenth of the map.
const ANTARCTICA = "AQ";

/** Returns the outlines of the countries, joined by code: names differ ("Côte d'Ivoire", "United States of America"). */
export function readWorld(): World {
  const topology: unknown = atlas;
  if (!isAtlas(topology)) throw new TypeError("The atlas has no countries.");
  const { features } = feature(topology, topology.objects.countries);
  return {
    type: "FeatureCollection",
    features: features
      .map(({ id, geometry, properties }) => ({
        type: "Feature" as const,
        geometry,
        properties: {
          name: toAlpha2(String(id ?? "")) ?? properties.name,
        },
      }))
      .filter(({ properties }) => properties.name !== ANTARCTICA),
  };
}

/** The type of the module is that of its JSON, in which "Polygon" is any text. */
function isAtlas(value: unknown): value is Atlas {
  return (
    typeof value === "object" &&
    value !== null &&
    "objects" in value &&
    typeof value.objects === "object" &&
    value.objects !== null &&
    "countries" in value.objects
  );
}
