/** Docs are written on request. Once they are there they are kept current, like every other generated file. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { GeneratedFile } from "../compiler/compile.ts";
import { readSource } from "../compiler/stamp.ts";
import type { Pipeline } from "../pipeline/types.ts";

const PATHS = ["docs/ci-cd.md", "docs/troubleshooting-ci.md"];

interface DocsRequest {
  root: string;
  /** The config that stamps name. */
  config: string;
  pipeline: Pipeline;
}

/** The docs that are asked for, or that were generated from this config earlier. */
export async function docsOf({ root, config, pipeline }: DocsRequest, requested: boolean): Promise<GeneratedFile[]> {
  const there = await Promise.all(PATHS.map((path) => isGeneratedFrom(config, resolve(root, path))));
  const wanted = PATHS.filter((_, index) => requested || there[index]);
  if (wanted.length === 0) return [];
  const { compileDocs } = await import("../compiler/docs/compile-docs.ts");
  return compileDocs(pipeline).filter(({ path }) => wanted.includes(path));
}

const isGeneratedFrom = async (config: string, file: string): Promise<boolean> =>
  readSource(await readFile(file, "utf8").catch(() => "")) === config;
