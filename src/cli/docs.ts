/** Docs are written on request. Once they are there they are kept current, like every other generated file. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { GeneratedFile } from "../compiler/compile.ts";
import { readSource } from "./files/stamp.ts";
import { PAGES, pagePath } from "../compiler/docs/pages.ts";
import type { Pipeline } from "../pipeline/types.ts";

interface DocsRequest {
  root: string;
  /** The config that stamps name. */
  config: string;
  pipelines: readonly Pipeline[];
}

/** The docs that are asked for, or that were generated from this config earlier. */
export async function docsOf({ root, config, pipelines }: DocsRequest, requested: boolean): Promise<GeneratedFile[]> {
  const documented = pipelines.filter(({ workflows }) => workflows.build !== undefined);
  return (await Promise.all(documented.map((pipeline) => pagesOf({ root, config, pipeline }, requested)))).flat();
}

async function pagesOf(
  { root, config, pipeline }: Omit<DocsRequest, "pipelines"> & { pipeline: Pipeline },
  requested: boolean,
): Promise<GeneratedFile[]> {
  const paths = PAGES.map((page) => pagePath(pipeline, page));
  const there = await Promise.all(paths.map((path) => isGeneratedFrom(config, resolve(root, path))));
  const wanted = paths.filter((_, index) => requested || there[index]);
  if (wanted.length === 0) return [];
  const { compileDocs } = await import("../compiler/docs/compile-docs.ts");
  return compileDocs(pipeline).filter(({ path }) => wanted.includes(path));
}

const isGeneratedFrom = async (config: string, file: string): Promise<boolean> =>
  readSource(await readFile(file, "utf8").catch(() => "")) === config;
