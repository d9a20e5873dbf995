/** The plan of a pipeline for the programs that delete images: what it pushes, and what of that expires. */
import type { PipelinePart } from "../../src/pipeline/plan-file/schema.ts";
import type { PlannedPart } from "./program-folder.ts";

type Retention = NonNullable<PipelinePart["retention"]>;
type Packages = NonNullable<PipelinePart["packages"]>;

export interface Expiring extends Partial<Retention>, Partial<Packages> {
  /** The images; what the registry is asked with stands in the environment. */
  images?: Readonly<Record<string, string>>;
}

/** @param image the only image, unless the settings name several */
export function expiringPlan(
  image: string,
  { images = { app: image }, mode = "packages", ownerKind = null, released = [], ...retention }: Expiring,
): PlannedPart {
  return {
    bases: {},
    builds: Object.fromEntries(Object.entries(images).map(([key, name]) => [key, { image: name }])),
    packages: { mode, ownerKind, released },
    retention: { afterRun: null, dryRun: false, maxDeletions: 1000, protect: [], workflows: [], ...retention },
  };
}
