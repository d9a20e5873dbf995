/** Reads what the plan wants to know of the repository beside its config. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { RepositoryFacts } from "../pipeline/types.ts";
import { errorCode } from "./files/disk.ts";
import { isWithin } from "./files/inside.ts";

/** The Dockerfiles that the config names. One that cannot be read is left out, so that nothing is said about it. */
export async function repositoryFacts(root: string, dockerfiles: readonly string[]): Promise<RepositoryFacts> {
  const read = await Promise.all(
    dockerfiles.map(async (path): Promise<[string, string | null][]> => {
      const file = resolve(root, path);
      if (!isWithin(root, file)) return [];
      try {
        return [[path, await readFile(file, "utf8")]];
      } catch (error) {
        return errorCode(error) === "ENOENT" ? [[path, null]] : [];
      }
    }),
  );
  return { dockerfiles: Object.fromEntries(read.flat()) };
}
