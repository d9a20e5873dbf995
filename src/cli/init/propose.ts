import { basename } from "node:path";
import { version } from "../../../package.json";
import type { ConfigInput, ConsumerInput } from "../../config/schema.ts";
import { type Dockerfile, findDockerfiles } from "./dockerfiles.ts";
import { defaultBranch, integrationBranches, remoteRepository } from "./git.ts";
import { asKey, findToolchain, type Toolchain } from "./toolchain.ts";

export interface Proposal {
  config: ConfigInput;
  /** What was seen and what was assumed: sentences for the person who reads the config next. */
  notes: string[];
}

/** A config for what a repository holds; nothing when it holds nothing that could be built. */
export async function proposeConfig(root: string): Promise<Proposal | undefined> {
  const [dockerfiles, remote, main, integration] = await Promise.all([
    findDockerfiles(root),
    remoteRepository(root),
    defaultBranch(root),
    integrationBranches(root),
  ]);
  const toolchain = findToolchain(root);
  const project = asKey(remote?.name ?? basename(root)) ?? "project";
  const builds = dockerfiles.length > 0 ? imagesOf(project, dockerfiles) : toolchain && { package: filesOf(toolchain) };
  if (!builds) return undefined;
  const [first = "app"] = Object.keys(builds);
  const tests = testsOf(first, dockerfiles.length > 0, toolchain);
  const isNpm = toolchain?.install.some((command) => command.startsWith("npm ci")) ?? false;
  const branches = { ...(main !== "main" && { main }), ...(integration.length > 0 && { integration }) };
  const config: ConfigInput = {
    project,
    ...(dockerfiles.length > 0 && {
      registry: { host: "ghcr.io", namespace: (remote?.owner ?? "owner").toLowerCase() },
    }),
    ...(Object.keys(branches).length > 0 && { branches }),
    builds,
    consumers: tests,
    ...(!isNpm && { check: checkOf(toolchain) }),
  };
  const notes = [
    dockerfiles.length > 0
      ? `Found ${dockerfiles.map(({ path }) => path).join(", ")}.`
      : "Found no Dockerfile: what is built are files.",
    ...(dockerfiles.length > 0 && !remote
      ? ["There is no remote named origin: replace `owner` by your GitHub user or organization."]
      : []),
    ...(toolchain && Object.keys(toolchain.tests).length > 0
      ? []
      : ["Found no test command: replace the consumer's command by your tests."]),
    ...(isNpm ? ["The check workflow runs `npm ci`: add Pipewright with `npm install --save-dev pipewright`."] : []),
    "Next: `pipewright generate` writes the workflows, and beside them the programs that they use.",
  ];
  return { config, notes };
}

/** The build in the root is the project's image; the others are told apart by their folder or ending. */
function imagesOf(project: string, dockerfiles: readonly Dockerfile[]): ConfigInput["builds"] {
  const builds: ConfigInput["builds"] = {};
  for (const { path, context, name } of dockerfiles) {
    const wanted = (name === undefined ? undefined : asKey(name)) ?? project;
    const key = free(wanted, builds);
    builds[key] = {
      kind: "image",
      ...(key !== project && dockerfiles.length > 1 && { image: `${project}-${key}` }),
      ...(key !== project && dockerfiles.length === 1 && { image: project }),
      ...(path !== "Dockerfile" && { dockerfile: path }),
      ...(context !== "." && { context }),
    };
  }
  return builds;
}

function free(wanted: string, taken: object): string {
  for (let count = 1; ; count++) {
    const key = count === 1 ? wanted : `${wanted}-${count}`;
    if (!(key in taken)) return key;
  }
}

const filesOf = ({ setup, files }: Toolchain): NonNullable<ConfigInput["builds"]>[string] => ({
  kind: "files",
  setup,
  ...files,
});

function testsOf(
  build: string,
  isImage: boolean,
  toolchain: Toolchain | undefined,
): NonNullable<ConfigInput["consumers"]> {
  const tests = Object.entries(toolchain?.tests ?? {});
  if (!toolchain || tests.length === 0) {
    const run = isImage
      ? 'docker image inspect "$IMAGE"'
      : `ls -R "$FILES_${build.toUpperCase().replaceAll("-", "_")}"`;
    return { smoke: { needs: build, run } };
  }
  return Object.fromEntries(
    tests.map(([name, command]) => [
      name,
      {
        needs: build,
        setup: toolchain.setup,
        run: toolchain.install.length > 0 ? [...toolchain.install, command] : command,
        ...tracesOf(name, toolchain),
      },
    ]),
  );
}

/** Screenshots and traces of a test that failed would go with its runner. */
function tracesOf(name: string, { traces }: Toolchain): Pick<ConsumerInput, "artifacts"> {
  const path = traces[name];
  return path === undefined ? {} : { artifacts: [{ name: `${name}-results`, path, when: "failure" }] };
}

/** Without npm's lock file nothing installs Pipewright with the project: the check brings its own, always the same: a newer one may write other files. */
function checkOf(toolchain: Toolchain | undefined): ConfigInput["check"] {
  const isNode = toolchain?.setup.node !== undefined;
  return {
    ...(isNode && { setup: { node: toolchain.setup.node } }),
    install: `npm install --global pipewright@${version}`,
    run: "pipewright check",
  };
}
