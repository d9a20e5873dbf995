/** The configs of the guide, as a reader would copy them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "../../src/config/load.ts";
import type { Config } from "../../src/config/schema.ts";
import { plans } from "../../src/pipeline/plans.ts";
import type { Pipeline } from "../../src/pipeline/types.ts";

export const GUIDE = new URL("../../docs/guide/from-your-pipeline.md", import.meta.url);

export interface Shape {
  /** The section's heading. */
  title: string;
  /** Everything below the heading. */
  text: string;
  /** What stands in its `ci.config.ts`. */
  code: string;
}

export const shapes: readonly Shape[] = readFileSync(GUIDE, "utf8")
  .split(/^## /m)
  .slice(1)
  .map((section) => ({
    title: section.split("\n")[0] ?? "",
    text: section,
    code: /^```ts\n(import [\s\S]*?)^```$/m.exec(section)?.[1] ?? "",
  }));

export interface Loaded {
  config: Config;
  pipelines: readonly Pipeline[];
}

const loaded = new Map<string, Promise<Loaded>>();

/** Throws what the command line would say of the config. */
export function load(shape: Shape): Promise<Loaded> {
  const known = loaded.get(shape.code) ?? loadAnew(shape);
  loaded.set(shape.code, known);
  return known;
}

async function loadAnew({ title, code }: Shape): Promise<Loaded> {
  const cwd = mkdtempSync(join(tmpdir(), "pipewright-guide-"));
  writeFileSync(join(cwd, "ci.config.ts"), code);
  const { config } = await loadConfig({ cwd }).finally(() => rmSync(cwd, { recursive: true }));
  const { pipelines, problems } = plans(config);
  if (problems.length > 0) throw new Error(`${title}: ${problems.map(({ message }) => message).join("\n")}`);
  return { config, pipelines };
}
