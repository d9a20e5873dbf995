/** What the examples and this project add to a repository below `.github`, freshly compiled and as `generate` writes it. */
import charon from "../../examples/charon/ci.config.ts";
import django from "../../examples/django/ci.config.ts";
import kyklos from "../../examples/kyklos/ci.config.ts";
import minimal from "../../examples/minimal/ci.config.ts";
import sindri from "../../examples/sindri/ci.config.ts";
import webauthn from "../../examples/webauthn/ci.config.ts";
import own from "../../ci.config.ts";
import { stamp } from "../../src/cli/files/stamp.ts";
import { compileFiles } from "../../src/compiler/compile.ts";
import { type ConfigInput, configSchema } from "../../src/config/schema.ts";
import { plans } from "../../src/pipeline/plans.ts";
import { PROGRAMS_FOLDER } from "../../src/programs/programs.ts";

export interface Example {
  readonly name: string;
  readonly config: ConfigInput;
  /** The workflow that compares the files with the config: it tests Pipewright's use, and nothing of the system. */
  readonly configCheck: string | undefined;
  /** By path from the repository's root, in the order of the paths. */
  readonly files: ReadonlyMap<string, string>;
}

const found: ConfigInput = charon;

/** Charon with its tests in the run that builds, where a group of consumers has nothing to share. */
const charonInOneRun: ConfigInput = {
  ...found,
  topology: "workflow_call",
  consumers: Object.fromEntries(
    Object.entries(found.consumers ?? {}).map(([key, consumer]) => [key, { ...consumer, group: undefined }]),
  ),
};

export const EXAMPLES: readonly Example[] = (
  [
    ["minimal", minimal],
    ["charon", charon],
    ["django", django],
    ["kyklos", kyklos],
    ["sindri", sindri],
    ["webauthn", webauthn],
    ["this project", own],
  ] satisfies [string, ConfigInput][]
).map(([name, config]) => exampleOf(name, config));

export const CHARON_IN_ONE_RUN: Example = exampleOf("charon in one run", charonInOneRun);

export function exampleNamed(name: string): Example {
  const example = EXAMPLES.find((one) => one.name === name);
  if (!example) throw new Error(`No example is called "${name}".`);
  return example;
}

function exampleOf(name: string, config: ConfigInput): Example {
  const { pipelines, problems } = plans(configSchema.parse(config));
  if (problems.length > 0)
    throw new Error(`${name}: ${problems.map(({ path, message }) => `${path.join(".")}: ${message}`).join("\n")}`);
  const files = compileFiles(pipelines)
    .map(({ path, body }): [string, string] => [path, written(path, body())])
    .sort(([left], [right]) => (left < right ? -1 : 1));
  const [first] = pipelines;
  return { name, config, configCheck: first?.workflows.check?.path, files: new Map(files) };
}

/** Programs and their plan are written as they are. */
function written(path: string, body: string): string {
  return path.startsWith(`${PROGRAMS_FOLDER}/`) ? body : stamp(body, { source: "ci.config.ts", comment: "hash" });
}
