/** A repository of many faulty workflows, to be linted again and again. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { RULES } from "../../src/lint/rules/index.ts";
import { folder } from "./folder.ts";
import { pipewright } from "./pipewright.ts";

const examples = RULES.flatMap(({ bad }) => (Array.isArray(bad) ? bad : [bad])).filter(
  (example): example is string => typeof example === "string",
);
export const TEXTS = Object.fromEntries(
  examples.slice(0, 60).map((text, index) => [`.github/workflows/${index}.yml`, text]),
);

/** `node_modules` holds the cache. */
export async function repository(files: Record<string, string> = TEXTS): Promise<string> {
  const root = await folder(files);
  await mkdir(join(root, "node_modules"));
  return root;
}

export const lint = async (root: string, ...args: string[]): Promise<string> =>
  (await pipewright(root, ["lint", "--json", "--preset", "strict", ...args])).stdout;
