/**
 * A world to play in: real git, a real registry behind a gate that asks for logins, a GitHub API with permissions, and
 * machines with a docker stand-in. A scenario makes things happen here and asks what came of it.
 */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Registry, startRegistry } from "../support/registry.ts";
import type { BuildRecord } from "./actions/build-push.ts";
import { standInActions } from "./actions/index.ts";
import { fullName, mergeGroupEvent, type PullRequest, pullRequestEvent, pushEvent, type RepositoryInfo, scheduleEvent } from "./events.ts";
import type { Host } from "./host.ts";
import type { JsonObject } from "./json.ts";
import { allows } from "./permissions.ts";
import { createPlayer, type Player } from "./player.ts";
import type { JobRun, Run } from "./runs.ts";
import { parseWorkflow, type WorkflowFile } from "./workflow-file.ts";
import { actionsRoutes } from "./world/actions-api.ts";
import { type ApiServer, type ApiToken, startApi } from "./world/api-server.ts";
import { createGit, type Files, type Git } from "./world/git.ts";
import { packagesRoutes } from "./world/packages-api.ts";
import { type RegistryGate, startGate } from "./world/registry-gate.ts";
import { repositoryRoutes } from "./world/repository-api.ts";
import { type CommitStatus, latestStatuses, statusRoutes } from "./world/statuses.ts";

export interface WorldOptions {
  readonly repository: RepositoryInfo;
  /** What main holds at the start. */
  readonly files: Files;
  readonly secrets?: Readonly<Record<string, string>>;
  /** User name and password of docker.io, where copies go. Without them the world has no docker.io. */
  /** The name of a secret that holds the address of a chat's webhook, which the world answers. */
  readonly webhook?: string;
  readonly dockerHub?: { readonly username: string; readonly password: string };
  /** Programs that the machines have beside docker: name -> script. */
  readonly tools?: Readonly<Record<string, string>>;
  readonly runners?: number;
  /** How long a minute of `timeout-minutes` really takes, in milliseconds. */
  readonly minute?: number;
}

export interface World {
  readonly player: Player;
  readonly git: Git;
  readonly api: ApiServer;
  /** ghcr.io and docker.io: the gate that jobs see, and the registry with its faults behind it. */
  readonly ghcr: { readonly gate: RegistryGate; readonly registry: Registry };
  readonly hub: { readonly gate: RegistryGate; readonly registry: Registry } | undefined;
  readonly pulls: ReadonlyMap<number, PullRequest>;
  readonly builds: readonly BuildRecord[];
  readonly statuses: readonly CommitStatus[];
  /** What the webhook was told. */
  readonly messages: readonly string[];
  /** Package versions that were deleted. */
  readonly deleted: readonly string[];
  /** Every token that was issued, with whose it was, and every secret. */
  readonly tokens: ReadonlyMap<string, ApiToken>;
  /** A folder that scripts of the repository may write to, to tell what they have seen. */
  readonly notes: string;
  /** A scenario's hands in the play; see `Host`. */
  readonly hooks: Pick<Host, "beforeJob" | "beforeStep"> & { vulnerable?: (subject: string) => boolean };
  push(branch: string, files: Files, from?: string): Promise<string>;
  /** Opens a pull request from a branch of the repository or of a fork. A branch of the repository is also pushed. */
  openPull(pull: { number: number; branch: string; files: Files; base?: string; fork?: string; title?: string; push?: boolean }): Promise<PullRequest>;
  /** Pushes to the branch of an open pull request. */
  updatePull(number: number, files: Files): Promise<PullRequest>;
  closePull(number: number): void;
  /** The merge queue builds a pull request: returns the commit that main will have. */
  enqueue(number: number): Promise<string>;
  /** The merge queue moves main to a commit that it has built. */
  land(number: number, sha: string): Promise<void>;
  tag(name: string, sha: string): Promise<void>;
  schedule(cron: string): Promise<void>;
  dispatch(file: string, inputs?: JsonObject): Promise<Run>;
  settle(): Promise<void>;
  /** Makes everything that has happened so far older. */
  age(hours: number): void;
  /** Context -> state of a commit's newest statuses. */
  verdicts(sha: string): Record<string, string>;
  /** Tag -> digest, as the registry behind ghcr.io has them. */
  tags(repository: string, where?: "ghcr" | "hub"): Promise<Record<string, string>>;
  /** The newest run of a workflow. */
  run(workflowName: string): Run;
  stop(): Promise<void>;
}

export async function createWorld(options: WorldOptions): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), "pipewright-world-"));
  const { repository } = options;
  const own = fullName(repository);
  const now = (): Date => new Date();
  const messages: string[] = [];
  const tokens = new Map<string, ApiToken>();
  const live = new Set<string>();
  const builds: BuildRecord[] = [];
  const statuses: CommitStatus[] = [];
  const pulls = new Map<number, PullRequest>();
  const deleted: string[] = [];
  const hooks: World["hooks"] = {};
  const notes = join(folder, "notes");
  mkdirSync(notes);

  const git = await createGit(join(folder, "git"), own, now);
  const ghcrRegistry = await startRegistry();
  const ghcr = {
    registry: ghcrRegistry,
    gate: await startGate({
      backend: ghcrRegistry.host,
      now,
      login(_username, password) {
        const token = live.has(password) ? tokens.get(password) : undefined;
        return token && { who: token.who, read: allows(token.permissions, "packages", "read"), write: allows(token.permissions, "packages", "write") };
      },
    }),
  };
  const { dockerHub } = options;
  const hubRegistry = dockerHub ? await startRegistry() : undefined;
  const hub =
    dockerHub && hubRegistry
      ? {
          registry: hubRegistry,
          gate: await startGate({
            backend: hubRegistry.host,
            now,
            login: (username, password) => (username === dockerHub.username && password === dockerHub.password ? { who: username, read: true, write: true } : undefined),
          }),
        }
      : undefined;
  const hosts = { "ghcr.io": ghcr.gate.host, ...(hub ? { "docker.io": hub.gate.host } : {}) };
  const tools = installTools(join(folder, "tools"), options.tools ?? {});

  const workflows = new Map<string, readonly WorkflowFile[]>();
  const workflowsAt = async (sha: string): Promise<readonly WorkflowFile[]> => {
    const known = workflows.get(sha);
    if (known) return known;
    const paths = (await git.list(sha, ".github/workflows")).filter((path) => /\.ya?ml$/.test(path));
    const parsed = await Promise.all(paths.map(async (path) => parseWorkflow(path, await git.read(sha, path))));
    workflows.set(sha, parsed);
    return parsed;
  };

  const tip = async (name: string): Promise<string> => {
    const sha = (await git.ref(name.startsWith("refs/") ? name : `refs/heads/${name}`)) ?? (await git.ref(`refs/tags/${name}`));
    if (!sha) throw new Error(`There is no branch ${name}.`);
    return sha;
  };

  const api: { server?: ApiServer } = {};
  const host: Host = {
    repository,
    get apiUrl() {
      return api.server?.url ?? "";
    },
    get secrets() {
      return { ...options.secrets, ...(options.webhook === undefined ? {} : { [options.webhook]: `${api.server?.url ?? ""}${WEBHOOK}` }) };
    },
    variables: {},
    actions: standInActions,
    minute: options.minute ?? 60_000,
    runners: options.runners ?? 4,
    now,
    workflowsAt,
    tip,
    extract: (sha, path, target) => git.extract(sha, path, target),
    folder: (name) => join(folder, name),
    machine: (_job, machine) => ({
      PATH: [tools, standInDocker, dirname(process.execPath), "/usr/local/bin", "/usr/bin", "/bin"].join(":"),
      DOCKER_STAND_IN_HOME: join(machine, "docker"),
      DOCKER_STAND_IN_HOSTS: JSON.stringify(hosts),
      DOCKER_CONFIG: join(machine, "home", ".docker"),
      NODE_OPTIONS: `--import=${localRegistries}`,
    }),
    issueToken(token, permissions, job, run) {
      tokens.set(token, { who: `${run.workflowName} > ${job.name}`, permissions });
      live.add(token);
    },
    revokeToken: (token) => void live.delete(token),
    gitFolder: (name) => git.folder(name),
    built: (build) => void builds.push(build),
    vulnerable: (subject) => hooks.vulnerable?.(subject) ?? false,
    changed: () => undefined,
    async beforeJob(run, job, definition) {
      await hooks.beforeJob?.(run, job, definition);
      if (publishesPorts(definition.steps)) await ports.take(job);
    },
    afterJob: (_run, job) => ports.give(job),
    beforeStep: (run, job, step) => hooks.beforeStep?.(run, job, step),
  };
  const aged: { at: number; milliseconds: number }[] = [];
  const committedAt = async (sha: string): Promise<Date> => {
    const date = (await git.date(sha)).getTime();
    return new Date(aged.reduce((time, age) => (date <= age.at ? time - age.milliseconds : time), date));
  };
  const ports = portLock();
  const player = createPlayer(host);
  const server = await startApi(
    [
      { method: "POST", path: WEBHOOK, permission: undefined, open: true, handle: ({ body }) => ({ status: messages.push(String(body["text"])) > 0 ? 200 : 500, body: "ok" }) },
      ...statusRoutes({ statuses, runs: player.runs, now, commit: async (ref) => (await git.ref(ref)) ?? git.ref(`refs/heads/${ref}`) }),
      ...actionsRoutes({ repository: own, player, now }),
      ...packagesRoutes({ gate: ghcr.gate, backend: ghcrRegistry.direct, deleted }),
      ...repositoryRoutes({ repository, git, pulls, committedAt }),
    ],
    (value) => (live.has(value) ? tokens.get(value) : undefined),
  );
  api.server = server;
  await git.commit(own, repository.defaultBranch, options.files, { message: "Begin" });

  const happenPush = async (branch: string, sha: string): Promise<void> => void (await player.happen(pushEvent(repository, `refs/heads/${branch}`, sha, repository.owner)));
  const happenPull = async (pull: PullRequest, action: string): Promise<void> => {
    pulls.set(pull.number, pull);
    await player.happen(pullRequestEvent(repository, pull, action, pull.headRepository.split("/")[0] ?? ""));
  };

  return {
    player,
    git,
    api: server,
    ghcr,
    hub,
    pulls,
    builds,
    statuses,
    messages,
    deleted,
    tokens,
    notes,
    hooks,
    async push(branch, files, from = `refs/heads/${repository.defaultBranch}`) {
      const sha = await git.commit(own, branch, files, { from });
      await happenPush(branch, sha);
      return sha;
    },
    async openPull({ number, branch, files, base = repository.defaultBranch, fork, title = `Pull request ${number}`, push = true }) {
      if (fork !== undefined) await git.fork(fork);
      const headRepository = fork ?? own;
      const headSha = await git.commit(headRepository, branch, files, { from: `refs/heads/${base}` });
      const pull = { number, title, base, headRef: branch, headSha, headRepository, ...(await git.mergePull(number, base, headRepository, headSha)) };
      if (fork === undefined && push) await happenPush(branch, headSha);
      await happenPull(pull, "opened");
      return pull;
    },
    async updatePull(number, files) {
      const pull = pulls.get(number);
      if (!pull) throw new Error(`There is no open pull request ${number}.`);
      const headSha = await git.commit(pull.headRepository, pull.headRef, files);
      const updated = { ...pull, headSha, ...(await git.mergePull(number, pull.base, pull.headRepository, headSha)) };
      if (pull.headRepository === own) await happenPush(pull.headRef, headSha);
      await happenPull(updated, "synchronize");
      return updated;
    },
    async enqueue(number) {
      const pull = pulls.get(number);
      if (!pull) throw new Error(`There is no open pull request ${number}.`);
      const baseSha = await tip(pull.base);
      const branch = `gh-readonly-queue/${pull.base}/pr-${number}-${baseSha}`;
      const sha = await git.merge(pull.base, pull.headSha, `refs/heads/${branch}`, `Merge pull request #${number}`);
      await happenPush(branch, sha);
      await player.happen(mergeGroupEvent(repository, pull.base, baseSha, `refs/heads/${branch}`, sha));
      return sha;
    },
    async land(number, sha) {
      const base = pulls.get(number)?.base ?? repository.defaultBranch;
      pulls.delete(number);
      await git.setRef(`refs/heads/${base}`, sha);
      await happenPush(base, sha);
    },
    async tag(name, sha) {
      await git.setRef(`refs/tags/${name}`, sha);
      await player.happen(pushEvent(repository, `refs/tags/${name}`, sha, repository.owner));
    },
    async schedule(cron) {
      await player.happen(scheduleEvent(repository, cron, await tip(repository.defaultBranch)));
    },
    dispatch: (file, inputs = {}) => player.dispatch(file, repository.defaultBranch, inputs),
    settle: () => player.settle(),
    age(hours) {
      const milliseconds = hours * 3_600_000;
      aged.push({ at: Date.now(), milliseconds });
      makeOlder([player.runs, ghcr.gate.transfers, statuses], milliseconds);
    },
    closePull: (number) => void pulls.delete(number),
    verdicts: (sha) => Object.fromEntries(latestStatuses(statuses, sha).map((status) => [status.context, status.state])),
    async tags(name, where = "ghcr") {
      const registry = where === "ghcr" ? ghcrRegistry : hubRegistry;
      return registry ? tagsOf(registry, name) : {};
    },
    run(workflowName) {
      const found = player.runs.filter((run) => run.workflowName === workflowName).at(-1);
      if (!found) throw new Error(`${workflowName} did not run, but ${[...new Set(player.runs.map((run) => run.workflowName))].join(", ")}.`);
      return found;
    },
    async stop() {
      await Promise.all([server.stop(), ghcr.gate.stop(), hub?.gate.stop()]);
      await Promise.all([ghcrRegistry.stop(), hubRegistry?.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const localRegistries = new URL("world/local-registries.mjs", import.meta.url).href;
const standInDocker = new URL("../support/docker-stand-in", import.meta.url).pathname;

const WEBHOOK = "/webhook/a-secret-address";

/** What the machines have beside the system's programs. Waiting is real, at a second for a minute. */
function installTools(folder: string, tools: Readonly<Record<string, string>>): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, script] of Object.entries({ sleep: "#!/bin/sh\nexec /bin/sleep \"$(awk -v seconds=\"$1\" 'BEGIN { print seconds / 60 }')\"\n", ...tools })) {
    writeFileSync(join(folder, name), script);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

/** Each job has a machine of its own on GitHub, but here they share this machine's ports. */
function portLock(): { take(job: JobRun): Promise<void>; give(job: JobRun): void } {
  let holder: JobRun | undefined;
  const waiting: (() => void)[] = [];
  return {
    async take(job) {
      while (holder) await new Promise<void>((resolve) => waiting.push(resolve));
      holder = job;
    },
    give(job) {
      if (holder !== job) return;
      holder = undefined;
      waiting.shift()?.();
    },
  };
}

const publishesPorts = (steps: readonly { readonly env: JsonObject }[]): boolean => steps.some((step) => typeof step.env["PORTS"] === "string" && step.env["PORTS"] !== "");

/** Moves every date in what is given into the past, each once. */
function makeOlder(values: readonly unknown[], milliseconds: number): void {
  const seen = new Set<unknown>();
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null || seen.has(value)) return;
    seen.add(value);
    if (value instanceof Date) value.setTime(value.getTime() - milliseconds);
    else for (const item of Object.values(value)) visit(item);
  };
  visit(values);
}

async function tagsOf(registry: Registry, name: string): Promise<Record<string, string>> {
  const answer = await fetch(`http://${registry.direct}/v2/${name}/tags/list`);
  if (!answer.ok) return {};
  const { tags } = (await answer.json()) as { tags: string[] | null };
  const accept = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json";
  const found = await Promise.all(
    (tags ?? []).map(async (tag) => {
      const manifest = await fetch(`http://${registry.direct}/v2/${name}/manifests/${tag}`, { method: "HEAD", headers: { accept } });
      return [tag, manifest.headers.get("docker-content-digest") ?? ""] as const;
    }),
  );
  return Object.fromEntries(found.filter(([, digest]) => digest !== "").sort());
}

/** The texts that scripts have left in a world's notes, by file name. */
export function readNotes(world: World): Record<string, string> {
  if (!existsSync(world.notes)) return {};
  return Object.fromEntries(readdirSync(world.notes).map((name) => [name, readFileSync(join(world.notes, name), "utf8")]));
}
