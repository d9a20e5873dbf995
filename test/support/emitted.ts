import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ConfigInput } from "../../src/config/schema.ts";
import { compile } from "../../src/compiler/compile.ts";
import { planOf } from "./plan-of.ts";

/** Compiles a config as `generate` would, and writes the workflow files below a folder. Returns their paths. */
export async function emit(input: ConfigInput, folder: string): Promise<string[]> {
  const { pipeline, problems } = planOf(input);
  if (problems.length > 0)
    throw new Error(problems.map(({ path, message }) => `${path.join(".")}: ${message}`).join("\n"));
  return Promise.all(
    compile(pipeline).map(async ({ path, body }) => {
      const file = join(folder, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, body);
      return file;
    }),
  );
}
