/**
 * A world to play in: real git, real registries behind gates that ask for logins, a GitHub API with permissions, and
 * machines with a docker stand-in. A scenario makes things happen here and asks what came of it.
 */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { standInActions } from "./actions/index.ts";
import type { BuildRecord } from "./builder.ts";
import type { Cache } from "./caches.ts";
import type { Deployment, Environment, PendingReview } from "./environments.ts";
import { fullName, type PullRequest, type RepositoryInfo } from "./events.ts";
import type { Host } from "./host.ts";
import type { JsonObject } from "./json.ts";
import { allows } from "./permissions.ts";
import { createPlayer, type Player } from "./player.ts";
import type { Run } from "./runs.ts";
import { parseWorkflow, type WorkflowFile } from "./workflow-file.ts";
import { makeOlder } from "./world/aging.ts";
import { type ApiServer, type ApiToken, startApi } from "./world/api-server.ts";
import { bakeCommand } from "./world/bake-command.ts";
import { type Command, COMMANDS, type Commands, commandRoutes, installCommands } from "./world/commands.ts";
import { cosign, type Signature } from "./world/cosign.ts";
import { type Fly, FLY_REGISTRY, flyctl } from "./world/fly.ts";
import { createGit, type Files, type Git } from "./world/git.ts";
import type { Comment, Issue } from "./world/issues-api.ts";
import { installTools, machineVariables, portLock, publishesPorts } from "./world/machines.ts";
import { type Moves, repositoryMoves } from "./world/moves.ts";
import { type GatedRegistry, startRegistries, tagsOf, type UserLogin } from "./world/registries.ts";
import type { Release } from "./world/releases-api.ts";
import { worldRoutes } from "./world/routes.ts";
import { type CommitStatus, latestStatuses } from "./world/statuses.ts";

export interface WorldOptions {
  readonly repository: RepositoryInfo;
  /** What main holds at the start. */
  readonly files: Files;
  readonly secrets?: Readonly<Record<string, string>>;
  /** The repository's environments: who must approve, and what only their jobs see. */
  readonly environments?: Readonly<Record<string, Environment>>;
  /** The name of a secret that holds the address of a chat's webhook, which the world answers. */
  readonly webhook?: string;
  /** The login of docker.io, where copies go. Without it the world has no docker.io. */
  readonly dockerHub?: UserLogin;
  /** Other registries by name, each with its login: `registry.fly.io`, an account's ECR. */
  readonly registries?: Readonly<Record<string, UserLogin>>;
  /** The token of Fly.io; the world has a registry.fly.io then, with that token as the password of `x`. */
  readonly fly?: string;
  /** Other places of the web that jobs reach, by host: `central.sonatype.com` -> `127.0.0.1:PORT`. */
  readonly websites?: Readonly<Record<string, string>>;
  /** Programs that the machines have beside docker: name -> script. */
  readonly tools?: Readonly<Record<string, string>>;
  /** Programs that the machines have and the scenario plays itself: name -> what it does with a call. */
  readonly commands?: Readonly<Record<string, Command>>;
  /** Whether GITHUB_TOKEN may open pull requests, which a repository's settings allow or not; true without it. */
  readonly actionsOpenPulls?: boolean;
  readonly runners?: number;
  /** How long a minute of `timeout-minutes` really takes, in milliseconds. */
  readonly minute?: number;
}

export interface World extends Moves {
  readonly player: Player;
  readonly git: Git;
  readonly api: ApiServer;
  /** ghcr.io and docker.io: the gate that jobs see, and the registry with its faults behind it. */
  readonly ghcr: GatedRegistry;
  readonly hub: GatedRegistry | undefined;
  /** Every registry by its name. */
  readonly registries: ReadonlyMap<string, GatedRegistry>;
  readonly pulls: ReadonlyMap<number, PullRequest>;
  readonly builds: readonly BuildRecord[];
  readonly statuses: readonly CommitStatus[];
  /** What the webhook was told. */
  readonly messages: readonly string[];
  /** Package versions that were deleted. */
  readonly deleted: readonly string[];
  readonly releases: readonly Release[];
  readonly issues: Issue[];
  readonly comments: Comment[];
  readonly caches: Cache[];
  readonly deployments: readonly Deployment[];
  /** Every call of `flyctl`, `cosign` and the scenario's own programs, and answers to come that it has prepared. */
  readonly commands: Commands;
  readonly fly: Fly;
  readonly signatures: readonly Signature[];
  /** Every token that was issued, with whose it was, and every secret. */
  readonly tokens: ReadonlyMap<string, ApiToken>;
  /** A folder that scripts of the repository may write to, to tell what they have seen. */
  readonly notes: string;
  /** A scenario's hands in the play; see `Host`. */
  readonly hooks: Pick<Host, "beforeJob" | "beforeStep"> & { vulnerable?: (subject: string) => boolean };
  dispatch(file: string, inputs?: JsonObject): Promise<Run>;
  settle(): Promise<void>;
  /** Waits until a job waits for the reviewers of the environment. */
  waiting(environment: string): Promise<PendingReview>;
  /** The reviewers' word for every job that waits for the environment, of one run or of all. Throws when none waits. */
  approve(environment: string, run?: Run): void;
  reject(environment: string, run?: Run): void;
  /** Makes everything that has happened so far older. */
  age(hours: number): void;
  /** Context -> state of a commit's newest statuses. */
  verdicts(sha: string): Record<string, string>;
  /** Tag -> digest, as the registry behind ghcr.io, docker.io (`hub`) or another name has them. */
  tags(repository: string, where?: string): Promise<Record<string, string>>;
  /** The newest run of a workflow. */
  run(workflowName: string): Run;
  stop(): Promise<void>;
}

const WEBHOOK = "/webhook/a-secret-address";

export async function createWorld(options: WorldOptions): Promise<World> {
  const folder = mkdtempSync(join(tmpdir(), "pipewright-world-"));
  const { repository, environments = {} } = options;
  const own = fullName(repository);
  const now = (): Date => new Date();
  const messages: string[] = [];
  const tokens = new Map<string, ApiToken>();
  const live = new Set<string>();
  const builds: BuildRecord[] = [];
  const statuses: CommitStatus[] = [];
  const pulls = new Map<number, PullRequest>();
  const deleted: string[] = [];
  const caches: Cache[] = [];
  const releases: Release[] = [];
  const issues: Issue[] = [];
  const comments: Comment[] = [];
  const hooks: World["hooks"] = {};
  const notes = join(folder, "notes");
  mkdirSync(notes);

  const git = await createGit(join(folder, "git"), own, now);
  const flyToken = options.fly ?? "";
  const registries = await startRegistries(
    (password) => {
      const token = live.has(password) ? tokens.get(password) : undefined;
      return (
        token && {
          who: token.who,
          read: allows(token.permissions, "packages", "read"),
          write: allows(token.permissions, "packages", "write"),
        }
      );
    },
    {
      ...(options.dockerHub ? { "docker.io": options.dockerHub } : {}),
      ...(flyToken === "" ? {} : { [FLY_REGISTRY]: { username: "x", password: flyToken } }),
      ...options.registries,
    },
    now,
  );
  const { ghcr } = registries;
  const tools = installTools(join(folder, "tools"), options.tools ?? {});
  const { fly, command: flyCommand } = flyctl(flyToken);
  const { signatures, command: cosignCommand } = cosign();
  const builders: NonNullable<Host["builders"]> = new Map();
  const { commands, routes: commandPaths } = commandRoutes({
    "docker-bake": bakeCommand(builders),
    flyctl: flyCommand,
    cosign: cosignCommand,
    ...options.commands,
  });
  installCommands(tools, Object.fromEntries(Object.keys(options.commands ?? {}).map((name) => [name, name])));

  const api: { server?: ApiServer } = {};
  const apiUrl = (): string => api.server?.url ?? "";
  const workflows = new Map<string, readonly WorkflowFile[]>();
  const ports = portLock();
  const host: Host = {
    repository,
    environments,
    get apiUrl() {
      return apiUrl();
    },
    get secrets() {
      return {
        ...options.secrets,
        ...(options.webhook === undefined ? {} : { [options.webhook]: `${apiUrl()}${WEBHOOK}` }),
      };
    },
    variables: {},
    actions: standInActions,
    builders,
    minute: options.minute ?? 60_000,
    runners: options.runners ?? 4,
    caches,
    now,
    async workflowsAt(sha) {
      const known = workflows.get(sha);
      if (known) return known;
      const paths = (await git.list(sha, ".github/workflows")).filter((path) => /\.ya?ml$/.test(path));
      const parsed = await Promise.all(paths.map(async (path) => parseWorkflow(path, await git.read(sha, path))));
      workflows.set(sha, parsed);
      return parsed;
    },
    tip: (name) => git.tip(name),
    extract: (sha, target) => git.extract(sha, target),
    folder: (name) => join(folder, name),
    machine: (job, machine) =>
      machineVariables(
        { tools, hosts: { ...registries.hosts, ...options.websites }, commands: `${apiUrl()}${COMMANDS}` },
        job,
        machine,
      ),
    issueToken(token, permissions, job, run, of = "job") {
      tokens.set(token, { who: `${run.workflowName} > ${job.name}`, permissions, of });
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
  const player = createPlayer(host);
  const moves = repositoryMoves({ repository, git, pulls, player });
  const server = await startApi(
    [
      {
        method: "POST",
        path: WEBHOOK,
        permission: undefined,
        open: true,
        handle: ({ body }) => ({ status: messages.push(String(body["text"])) > 0 ? 200 : 500, body: "ok" }),
      },
      ...commandPaths,
      ...worldRoutes({
        ...{
          repository,
          git,
          player,
          pulls,
          statuses,
          caches,
          releases,
          issues,
          comments,
          deleted,
          environments,
          now,
          moves,
        },
        packages: { gate: ghcr.gate, backend: ghcr.registry.direct },
        url: apiUrl,
        mayOpenPulls: options.actionsOpenPulls ?? true,
        async committedAt(sha) {
          const date = (await git.date(sha)).getTime();
          return new Date(aged.reduce((time, age) => (date <= age.at ? time - age.milliseconds : time), date));
        },
      }),
    ],
    (value) => (live.has(value) ? tokens.get(value) : undefined),
  );
  api.server = server;
  await git.commit(own, repository.defaultBranch, options.files, { message: "Begin" });

  return {
    ...moves,
    ...{
      player,
      git,
      api: server,
      ghcr,
      pulls,
      builds,
      statuses,
      messages,
      deleted,
      releases,
      issues,
      comments,
      caches,
      commands,
      fly,
      signatures,
      tokens,
      notes,
      hooks,
    },
    hub: registries.all.get("docker.io"),
    registries: registries.all,
    deployments: player.reviews.deployments,
    dispatch: (file, inputs = {}) => player.dispatch(file, repository.defaultBranch, inputs),
    settle: () => player.settle(),
    waiting: (environment) => player.reviews.waiting(environment),
    approve: (environment, run) => player.reviews.judge(environment, "approved", run),
    reject: (environment, run) => player.reviews.judge(environment, "rejected", run),
    age(hours) {
      const milliseconds = hours * 3_600_000;
      aged.push({ at: Date.now(), milliseconds });
      makeOlder(
        [
          player.runs,
          player.reviews.deployments,
          ...[...registries.all.values()].map(({ gate }) => gate.transfers),
          statuses,
          caches,
          releases,
          issues,
          comments,
        ],
        milliseconds,
      );
    },
    verdicts: (sha) =>
      Object.fromEntries(latestStatuses(statuses, sha).map((status) => [status.context, status.state])),
    async tags(name, where = "ghcr") {
      const found = registries.all.get({ ghcr: "ghcr.io", hub: "docker.io" }[where] ?? where);
      return found ? tagsOf(found.registry, name) : {};
    },
    run(workflowName) {
      const found = player.runs.filter((run) => run.workflowName === workflowName).at(-1);
      if (!found)
        throw new Error(
          `${workflowName} did not run, but ${[...new Set(player.runs.map((run) => run.workflowName))].join(", ")}.`,
        );
      return found;
    },
    async stop() {
      await Promise.all([server.stop(), registries.stop()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The texts that scripts have left in a world's notes, by file name. */
export function readNotes(world: World): Record<string, string> {
  if (!existsSync(world.notes)) return {};
  return Object.fromEntries(
    readdirSync(world.notes).map((name) => [name, readFileSync(join(world.notes, name), "utf8")]),
  );
}
