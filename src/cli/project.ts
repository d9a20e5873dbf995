/** From the config on disk to the texts that should lie in the repository. */
import { stat } from "node:fs/promises";
import type { EmittedProblem } from "../compiler/emitted-limits.ts";
import { configTimeLimit, loadConfig, locateAll } from "../config/load.ts";
import { UserError, userError } from "../config/user-error.ts";
import { PROGRAMS_FOLDER } from "../programs/programs.ts";
import type { Pipeline } from "../pipeline/types.ts";
import { type GlobalOptions, rootOf } from "./command.ts";
import { ACTIONLINT_FILE } from "../compiler/actionlint.ts";
import { ownSettings } from "./actionlint.ts";
import { docsOf } from "./docs.ts";
import { isRecordedIn } from "./files/recorded.ts";
import type { DeclaredText } from "./files/snapshot.ts";
import { type CommentStyle, stamp } from "./files/stamp.ts";
import { workingTree } from "./files/working-tree.ts";
import { formatterFor } from "./format.ts";
import type { Io } from "./io.ts";
import { repositoryFacts } from "./repository-facts.ts";

export interface Project {
  /** The repository's root, absolute. */
  root: string;
  /** The config file, relative to the root, with forward slashes. */
  config: string;
  /** The repository's own first, then the others that the config declares. */
  pipelines: readonly [Pipeline, ...Pipeline[]];
}

/** Loads the config and makes its plan. Throws a `UserError` that holds every mistake with its place. */
export async function loadProject(io: Io, options: GlobalOptions): Promise<Project> {
  const root = rootOf(io, options);
  await requireFolder(root);
  // The config is evaluated in a thread. While that starts, this one reads the rest of the program.
  const [loaded, { dockerfilesOf, plans }] = await Promise.all([
    loadConfig({
      cwd: root,
      file: options.config,
      timeLimit: configTimeLimit(io.env["PIPEWRIGHT_CONFIG_TIMEOUT"]),
      check: async (config) => (await import("../pipeline/plans.ts")).plans(config).problems,
    }),
    import("../pipeline/plans.ts"),
    import("../compiler/compile.ts"),
  ]);
  const { pipelines, problems } = plans(loaded.config, await repositoryFacts(root, dockerfilesOf(loaded.config)));
  if (problems.length > 0) throw new UserError(await locateAll(problems, loaded.locate));
  const [own, ...others] = pipelines;
  if (!own) throw new Error("A config without a plan.");
  return { root, config: loaded.file, pipelines: [own, ...others] };
}

/**
 * Every file that the config declares: formatted as the repository wants it, and stamped. Texts are made when they are
 * asked for: a thousand workflows need not be in memory at once. One that GitHub would refuse is never handed out.
 */
export async function declaredFiles(project: Project, { docs }: { docs: boolean }): Promise<DeclaredText[]> {
  const [{ compileFiles }, { limitProblems }] = await Promise.all([
    import("../compiler/compile.ts"),
    import("../compiler/emitted-limits.ts"),
  ]);
  const pages = (await docsOf(project, docs)).map(({ path, body }) => ({ path, body: () => body }));
  const own = await ownSettings(project.root);
  const compiled = compileFiles(project.pipelines).filter(({ path }) => !own || path !== ACTIONLINT_FILE);
  const files = [...compiled, ...pages];
  const format = await formatterFor(
    project.root,
    await workingTree(project.root),
    files.map((file) => file.path).filter((path) => !isAsItIs(path)),
  );
  return files.map(({ path, body }) => ({
    path,
    text: async () => {
      if (isRecordedIn(path)) return body();
      const formatted = isAsItIs(path) ? body() : await format({ path, body: body() });
      const text = stamp(formatted, { source: project.config, comment: commentStyle(path) });
      refuse(limitProblems([{ path, body: text }]));
      return text;
    },
  }));
}

/** What the repository should know beside its files: sentences. */
export async function warningsOf({ root, pipelines }: Project): Promise<string[]> {
  const settings = await ownSettings(root);
  if (!settings) return [];
  const { unknownFormsOf } = await import("../compiler/compile.ts");
  const { missingIgnores } = await import("./actionlint-ignores.ts");
  const missing = missingIgnores(settings, unknownFormsOf(pipelines));
  return missing === undefined ? [] : [missing];
}

/** Nobody's formatter touches what the programs and plan.json say of each other: they are the same bytes everywhere. */
const isAsItIs = (path: string): boolean => path.startsWith(`${PROGRAMS_FOLDER}/`);

function commentStyle(path: string): CommentStyle {
  if (path.endsWith(".json")) return "json";
  return path.endsWith(".md") ? "html" : "hash";
}

function refuse(problems: readonly EmittedProblem[]): void {
  if (problems.length > 0)
    throw new UserError(
      problems.map(({ path, line, message, hint }) => ({
        location: { file: path, line, column: 1 },
        message,
        hint,
      })),
    );
}

async function requireFolder(root: string): Promise<void> {
  const isFolder = await stat(root).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) throw userError(`There is no folder ${root}.`, { hint: "Check --cwd." });
}
