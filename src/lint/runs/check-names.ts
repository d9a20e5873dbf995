/** The names under which a job's results appear as checks. */
import type { Job } from "../../workflow/document/document.ts";
import { scalarOf } from "../../workflow/yaml/node.ts";

/** Nothing where an expression decides the name; a matrix puts its values behind a name without one. */
export function checkNames(job: Job): string[] | undefined {
  const name = job.name?.value ?? job.id;
  if (!job.matrix) return name.includes("${{") ? undefined : [name];
  if (job.matrix.computed || job.matrix.include.length > 0) return undefined;
  const dimensions: (readonly [string, readonly (string | undefined)[]])[] = [...job.matrix.dimensions].map(
    ([key, { value }]) =>
      [key, value.kind === "sequence" ? value.items.map((item) => scalarOf(item)?.value) : [undefined]] as const,
  );
  let combinations: ReadonlyMap<string, string>[] = [new Map()];
  for (const [key, values] of dimensions) {
    if (values.includes(undefined) || combinations.length * values.length > 300) return undefined;
    combinations = combinations.flatMap((before) => values.map((value) => new Map([...before, [key, value ?? ""]])));
  }
  const names = combinations.map((values) =>
    name.includes("${{") ? filled(name, values) : `${name} (${[...values.values()].join(", ")})`,
  );
  return names.some((each) => each.includes("${{")) ? undefined : names;
}

const filled = (name: string, values: ReadonlyMap<string, string>): string =>
  name.replaceAll(/\$\{\{\s*matrix\.([\w-]+)\s*\}\}/g, (whole, key: string) => values.get(key) ?? whole);
