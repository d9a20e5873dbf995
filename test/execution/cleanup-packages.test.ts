/** The cleanup program against GitHub's package API (a local server) and a real registry that holds the manifests. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { packageVersion } from "../support/github-api/packages.ts";
import { createRepository } from "../support/git-repository.ts";
import { type GithubApi, startGithubApi } from "../support/github-api/server.ts";
import type { Package, Run } from "../support/github-api/state.ts";
import { type PushedImage, pushImage, pushIndex } from "../support/images.ts";
import { type ProgramResult, runNodeProgram } from "../support/node-program.ts";
import type { PlannedPart } from "../support/program-folder.ts";
import { type Registry, startRegistry } from "../support/registry.ts";
import { type Expiring, expiringPlan } from "../support/retention.ts";
import { missing } from "../support/tools.ts";

const HEAD = "abc1234".padEnd(40, "0");
const hoursAgo = (hours: number): Date => new Date(Date.now() - hours * 3_600_000);

const CLASSES = [
  { class: "staging", tags: ["stage-.*"], hours: 24 },
  { class: "pullRequest", tags: ["pr-\\d+-[0-9a-f]{7}"], hours: 24 },
  { class: "commit", tags: ["sha-[0-9a-f]{7}"], hours: 720 },
  { class: "branch", tags: ["[a-z0-9._-]+-[0-9a-f]{7}"], hours: 168 },
];

const activeRun: Run = {
  id: 7,
  name: "WAF",
  event: "workflow_run",
  status: "in_progress",
  conclusion: null,
  head_branch: "main",
  head_sha: "f".repeat(40),
  created_at: hoursAgo(1).toISOString(),
  updated_at: hoursAgo(1).toISOString(),
};

describe.skipIf(missing("docker-registry"))("cleanup of GitHub packages", () => {
  let registry: Registry;
  let api: GithubApi;
  let item: Package;
  let nextId = 1;

  beforeAll(async () => {
    registry = await startRegistry({ login: { scheme: "bearer", username: "ci", password: "secret" } });
  });
  afterAll(() => registry.stop());
  beforeEach(async () => {
    count += 1;
    item = { owner: "wikid82", name: `group/charon-${count}`, versions: [] };
    api = await startGithubApi({ repository: "Wikid82/charon", users: { wikid82: "Organization" }, packages: [item] });
  });
  afterEach(async () => {
    registry.clearFaults();
    await api.stop();
  });

  /** Each test has a repository of its own in the registry, so that equal images of others do not matter. */
  let count = 0;
  const repository = (): string => `wikid82/group/charon-${count}`;

  function list(digest: string, hours: number, ...tags: string[]): number {
    item.versions.push(packageVersion(nextId, digest, tags, hoursAgo(hours)));
    return nextId++;
  }

  /** Pushes one image and lists it as a version of that age. */
  async function image(hours: number, layers: readonly string[], ...tags: string[]): Promise<PushedImage> {
    const pushed = await pushImage(registry, repository(), { layers });
    list(pushed.digest, hours, ...tags);
    return pushed;
  }

  async function index(hours: number, images: readonly PushedImage[], ...tags: string[]): Promise<string> {
    const { digest } = await pushIndex(registry, repository(), { manifests: images });
    list(digest, hours, ...tags);
    return digest;
  }

  const cleanWith = (
    plan: PlannedPart,
    environment: Record<string, string> = {},
    inputs: Record<string, unknown> = {},
  ): Promise<ProgramResult> =>
    runNodeProgram(
      "cleanup",
      { GITHUB_API_URL: api.url, GITHUB_REPOSITORY: "Wikid82/charon", GH_TOKEN: "token" },
      {
        plan,
        event: { inputs },
        env: {
          REGISTRY_API_URL: `http://${registry.host}`,
          REGISTRY_USERNAME: "ci",
          REGISTRY_PASSWORD: "secret",
          ...environment,
        },
      },
    );
  const planOf = (settings: Expiring = {}): PlannedPart =>
    expiringPlan(`ghcr.io/${repository()}`, {
      classes: CLASSES,
      released: ["latest", "v\\d.*"],
      workflows: ["WAF", "Docker Build"],
      ...settings,
    });
  const clean = (
    settings: Expiring = {},
    environment: Record<string, string> = {},
    inputs: Record<string, unknown> = {},
  ): Promise<ProgramResult> => cleanWith(planOf(settings), environment, inputs);

  const leftTags = (): string[] => item.versions.flatMap(({ metadata }) => metadata.container.tags).toSorted();

  test("reads every page, deletes what is expired, and counts shared layers once", { timeout: 120_000 }, async () => {
    const old = await Promise.all(
      Array.from({ length: 230 }, (_, n) =>
        image(60, ["shared base", `pr ${n}`], `pr-${n}-${n.toString(16).padStart(7, "0")}`),
      ),
    );
    await image(60, ["shared base", "released"], "latest", "pr-9999-9999999");
    await image(47, ["shared base", "young"], "pr-8888-8888888");
    const result = await clean();
    expect(result.log).not.toContain("::error::");
    expect(result).toMatchObject({ code: 0, outputs: { deleted: "230", kept: "2", failed: "0" } });
    expect(leftTags()).toEqual(["latest", "pr-8888-8888888", "pr-9999-9999999"]);
    // Of each deleted image its config (the layers' digests stand in it) and its own layer; never the shared base.
    const base = old[0]?.blobs[1]?.digest;
    const freed = new Map(
      old.flatMap(({ blobs }) =>
        blobs.filter(({ digest }) => digest !== base).map(({ digest, size }) => [digest, size]),
      ),
    );
    expect(Number(result.outputs["freed-bytes"])).toBe([...freed.values()].reduce((sum, size) => sum + size, 0));
    expect(api.requests.filter(({ method, path }) => method === "GET" && /versions\?/.test(path))).toHaveLength(3);
    expect(api.requests.every(({ authorization }) => authorization === "Bearer token")).toBe(true);
  });

  test("a dry run says what would go, and deletes nothing", async () => {
    await image(60, ["one"], "pr-1-1111111");
    await image(1, ["two"], "latest");
    const result = await clean({ dryRun: true });
    expect(result).toMatchObject({ code: 0, outputs: { deleted: "1", kept: "1" } });
    expect(result.summary).toContain("**Nothing was deleted.**");
    expect(result.summary).toContain("| 1 | 1 | 0.00 GB | 0 |");
    expect((await clean({}, {}, { dry_run: "true" })).outputs).toMatchObject({ deleted: "1" });
    expect(leftTags()).toEqual(["latest", "pr-1-1111111"]);
    expect(api.requests.some(({ method }) => method === "DELETE")).toBe(false);
    await clean({ dryRun: true }, {}, { dry_run: "false" });
    expect(leftTags()).toEqual(["latest"]);
  });

  test("what files on main pin stays; where such a file cannot be read, nothing goes", async () => {
    const classes = [{ class: "base", tags: ["\\d{4}-\\d{2}-\\d{2}-\\d+-\\d+"], hours: 720, keepNewest: 1 }];
    const pinnedBy = (...pins: string[]): PlannedPart => ({
      ...planOf({ classes, images: {} }),
      bases: {
        site: {
          args: {},
          branch: "base-images/site",
          context: ".",
          dockerfile: "Dockerfile",
          image: `ghcr.io/${repository()}`,
          ownToken: true,
          pins,
          platforms: ["linux/amd64"],
        },
      },
    });
    const bases = await Promise.all(
      ["2026-01-05-1-1", "2026-01-12-2-1", "2026-01-19-3-1"].map((tag, n) => image(3000 - n, [`base ${n}`], tag)),
    );
    const repositoryOfCode = createRepository();
    try {
      repositoryOfCode.commit({
        "deploy/Dockerfile": `FROM ghcr.io/wikid82/base:2026-01-05-1-1@${bases[0]?.digest ?? ""} AS build\n`,
      });
      api.state.gitFolder = repositoryOfCode.folder;
      const lost = await cleanWith(pinnedBy("deploy/Dockerfile", "gone/Dockerfile"));
      expect(lost).toMatchObject({ code: 1, outputs: { deleted: "0" } });
      expect(lost.log).toContain("Nothing is deleted: what is in use could not be read");
      const result = await cleanWith(pinnedBy("deploy/Dockerfile"));
      expect(result.log).not.toContain("::error::");
      expect(leftTags()).toEqual(["2026-01-05-1-1", "2026-01-19-3-1"]);
      expect(result.log).toContain("a file of the repository pins it");
    } finally {
      repositoryOfCode.remove();
    }
  });

  test("an index goes before its children, and children that a kept index needs stay", async () => {
    const shared = await image(100, ["shared"], "stage-1111111-amd64");
    const own = await image(100, ["own"]);
    const expired = await index(100, [shared, own], "pr-1-1111111");
    const kept = await index(100, [shared], "latest");
    const result = await clean();
    expect(result.outputs).toMatchObject({ deleted: "2", kept: "2" });
    expect(item.versions.map(({ name }) => name)).toEqual([shared.digest, kept]);
    expect(result.log.indexOf(`delete pr-1-1111111 | ${expired}`)).toBeLessThan(
      result.log.indexOf(`delete (no tag) | ${own.digest}`),
    );
    expect(result.log).toContain(
      `keep   stage-1111111-amd64 | ${shared.digest} | 100 h | ${kept.slice(0, 19)} refers to it and is kept`,
    );
  });

  test("an attestation goes with its subject and stays with it", async () => {
    const gone = await image(100, ["gone"], "pr-1-1111111");
    await image(100, ["about gone"], `sha256-${gone.digest.slice(7)}.att`);
    const stays = await image(100, ["stays"], "v1.0.0");
    await image(100, ["about stays"], `sha256-${stays.digest.slice(7)}.sig`);
    const result = await clean();
    expect(result.outputs).toMatchObject({ deleted: "2", kept: "2" });
    expect(leftTags()).toEqual([`sha256-${stays.digest.slice(7)}.sig`, "v1.0.0"]);
  });

  test("deletes nothing of a package with a manifest that cannot be read", async () => {
    const child = await image(100, ["child"]);
    const broken = await index(100, [child], "latest");
    await image(100, ["old"], "pr-1-1111111");
    registry.fault({ kind: "status", status: 500, path: new RegExp(broken) });
    const result = await clean();
    expect(result).toMatchObject({ code: 0, outputs: { deleted: "0", kept: "3" } });
    expect(result.log).toContain("::warning::A manifest of ghcr.io/wikid82/group/charon-");
    expect(result.log).toContain("could not be read");
  });

  test("keeps the heads of open pull requests, and a grace hour while a run may pull", async () => {
    await image(48.5, ["grace"], "pr-2-2222222");
    await image(60, ["head"], "pr-12-abc1234");
    await image(60, ["old head"], "pr-12-0000001");
    api.state.pulls.push({
      number: 12,
      state: "open",
      title: "::error::title",
      head: { ref: "feature/\n::set-output name=x::%0Ahostile", sha: HEAD, label: "Wikid82:x", repo: null },
      base: { ref: "main" },
    });
    api.state.runs.push(activeRun, { ...activeRun, id: 8, name: "Not of the pipeline" });
    const result = await clean();
    expect(result.outputs).toMatchObject({ deleted: "1", kept: "2" });
    expect(leftTags()).toEqual(["pr-12-abc1234", "pr-2-2222222"]);
    expect(result.log.indexOf("Open pull request #12")).toBeLessThan(result.log.indexOf("delete "));
    expect(result.log).toContain("Active run 7 (in_progress): WAF");
    expect(result.log).not.toContain("Active run 8");
    expect(result.log).not.toMatch(/^::(error|set-output)/m);
    api.state.runs.splice(0);
    expect((await clean()).outputs).toMatchObject({ deleted: "1" });
  });

  test("keeps an old version for a tag that was added lately", async () => {
    const added = "5555555".padEnd(40, "5");
    await image(60 * 24, ["reused"], "sha-4444444", "sha-5555555");
    await image(60 * 24, ["left"], "sha-6666666", "sha-7777777");
    api.state.commits[added] = hoursAgo(10).toISOString();
    api.state.commits["6666666".padEnd(40, "6")] = hoursAgo(1500).toISOString();
    await clean();
    expect(leftTags()).toEqual(["sha-4444444", "sha-5555555"]);
  });

  test("keeps a version that got a tag between the listing and the deletion", async () => {
    await image(100, ["raced"], "pr-1-1111111");
    await image(100, ["other"], "pr-2-2222222");
    api.state.onRequest = (method, path) => {
      if (method === "GET" && path.endsWith(`/${item.versions[0]?.id}`))
        item.versions[0]?.metadata.container.tags.push("latest");
    };
    await clean();
    expect(leftTags()).toEqual(["latest", "pr-1-1111111"]);
  });

  test("tries again after 500 and 429, and a deletion that had worked is no failure", async () => {
    await image(100, ["one"], "pr-1-1111111");
    const second = await image(100, ["two"], "pr-2-2222222");
    await image(1, ["new"], "latest");
    api.fault({ status: 500, path: /pulls/, times: 2 });
    api.fault({ status: 429, path: /versions\?/, times: 1, headers: { "retry-after": "0" } });
    registry.fault({ kind: "refuse", path: new RegExp(second.digest), times: 1 });
    let lost = false;
    api.state.onRequest = (method, path) => {
      // The version is deleted, and the answer to it gets lost.
      if (method !== "DELETE" || lost) return;
      lost = true;
      item.versions = item.versions.filter(({ id }) => !path.endsWith(`/${id}`));
      api.fault({ status: 502, method: "DELETE", times: 1 });
    };
    const result = await clean();
    expect(result).toMatchObject({ code: 0, outputs: { deleted: "2", kept: "1", failed: "0" } });
    expect(leftTags()).toEqual(["latest"]);
  });

  test("keeps what GitHub refuses to delete, and what hangs on it", async () => {
    const child = await image(100, ["child"]);
    const popular = await index(100, [child], "pr-1-1111111");
    await image(100, ["two"], "pr-2-2222222");
    Object.assign(item, { downloads: { [popular]: 5001 } });
    const result = await clean();
    expect(result).toMatchObject({ code: 0, outputs: { deleted: "1", kept: "2", failed: "0" } });
    expect(result.log).toContain("more than 5000 downloads");
    expect(result.log).toContain(
      `keep   (no tag) | ${child.digest} | 100 h | ${popular.slice(0, 19)} needs it and could not be deleted`,
    );
    expect((await clean()).log).toContain("You cannot delete the last tagged version");
  });

  test("says which role is missing when GitHub finds no package to delete", async () => {
    await image(100, ["one"], "pr-1-1111111");
    await image(1, ["two"], "latest");
    Object.assign(item, { admin: false });
    const result = await clean();
    expect(result).toMatchObject({ code: 1, outputs: { deleted: "0", kept: "2", failed: "1" } });
    expect(result.log).toMatch(/^::error::.*Package not found.*the role Admin/m);
  });

  test("stops when the listing fails, for the package or for what is in use", async () => {
    await image(100, ["one"], "pr-1-1111111");
    const absent = await clean({ images: { app: "ghcr.io/wikid82/absent" } });
    expect(absent.code).toBe(1);
    expect(absent.log).toContain("No image was pushed yet, or");
    api.fault({ status: 500, path: /runs\?status=queued/ });
    const blind = await clean();
    expect(blind.code).toBe(1);
    expect(blind.log).toContain("what is in use could not be read");
    expect(leftTags()).toEqual(["pr-1-1111111"]);
  });

  test("a wrong password reads nothing, so nothing is deleted", async () => {
    await image(100, ["one"], "pr-1-1111111");
    expect((await clean({}, { REGISTRY_PASSWORD: "wrong" })).outputs).toMatchObject({ deleted: "0", kept: "1" });
  });

  test("deletes no more than the cap, the oldest first and never half an index", async () => {
    await image(90, ["newer"], "pr-1-1111111");
    await image(100, ["older"], "pr-2-2222222");
    await index(120, [await image(120, ["a"]), await image(120, ["b"])], "pr-3-3333333");
    expect((await clean({ maxDeletions: 1 })).outputs).toMatchObject({ deleted: "1", kept: "4" });
    expect(leftTags()).toEqual(["pr-1-1111111", "pr-3-3333333"]);
  });
});
