/** Versions of actions whose service GitHub has shut down: every run of them fails. */
import { numbersOf } from "./versions.ts";

interface Retired {
  /** Whether a version is among the retired. Missing parts of a moving tag are not given. */
  covers(version: readonly number[]): boolean;
  /** What happened, as the end of "This version ...". */
  what: string;
  /** The oldest version that works. */
  use: string;
}

const below =
  (...limit: readonly number[]) =>
  (version: readonly number[]): boolean => {
    for (const [index, number] of limit.entries()) {
      const part = version[index];
      // `v4` moves on with the newest release.
      if (part === undefined) return false;
      if (part !== number) return part < number;
    }
    return false;
  };

/** GitHub's changelog: "Deprecation notice: v3 of the artifact actions" (2025-01-30), and of 2024-12-05 on `actions/cache` (2025-03-01; v3.4.0 and v4.2.0 are the first on the new service). */
const CACHE: Retired = {
  covers: (version) =>
    version[0] === 3 ? below(3, 4)(version) : version[0] === 4 ? below(4, 2)(version) : (version[0] ?? 9) < 3,
  what: "uses a cache service that was shut down in March 2025",
  use: "v4.2 or v3.4",
};
const ARTIFACT: Retired = {
  covers: (version) => (version[0] ?? 9) < 4,
  what: "uses an artifact service that was shut down in January 2025",
  use: "v4",
};

const RETIRED: ReadonlyMap<string, Retired> = new Map([
  ["actions/upload-artifact", ARTIFACT],
  ["actions/download-artifact", ARTIFACT],
  ["actions/cache", CACHE],
  ["actions/cache/restore", CACHE],
  ["actions/cache/save", CACHE],
]);

export function retiredVersion(name: string, ref: string): { what: string; use: string } | undefined {
  const retired = RETIRED.get(name.toLowerCase());
  const version = numbersOf(ref);
  return retired && version && retired.covers(version) ? retired : undefined;
}
