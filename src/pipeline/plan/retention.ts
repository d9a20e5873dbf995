/** How long images are kept, from the config. */
import { inHours, inMinutes } from "../../config/durations.ts";
import type { Config } from "../../config/schema.ts";
import { type Retention, TRANSIENT_CLASSES } from "../types.ts";

export function retentionOf(config: Exclude<Config["retention"], false>): Retention {
  return {
    ...config,
    timeoutMinutes: inMinutes(config.timeout),
    hours: Object.fromEntries(TRANSIENT_CLASSES.map((name) => [name, inHours(config[name])])) as Retention["hours"],
    minimumAgeHours: inHours(config.minimumAge),
    bases: { keepNewest: config.bases.keepNewest, hours: inHours(config.bases.after) },
    caches: { keepNewest: config.caches.keepNewest, hours: inHours(config.caches.after) },
  };
}
