/** How a consumer gets the images under test: from the registry, else from the artifact, else from the sources, or not at all. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type GithubApi, startGithubApi } from "../support/github-api/server.ts";
import type { Artifact } from "../support/github-api/state.ts";
import { type PushedImage, pushImage, pushIndex } from "../support/images.ts";
import { type Registry, startRegistry } from "../support/registry.ts";
import type { PlannedPart } from "../support/program-folder.ts";
import { HOSTILE, type Machine, type ProgramResult, startMachine, TOKEN } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";
import { zip } from "../support/zip.ts";

const SHA = "abc1234def5678901234567890abcdef12345678";
const OTHER = "0".repeat(40);
const ABSENT = `sha256:${"0".repeat(64)}`;
const LOGIN = { scheme: "bearer", username: "robot", password: "ghs_password_of_the_registry" } as const;
const REPOSITORY = "Wikid82/charon";
/** The run that has built. */
const RUN = 4711;
const REVISION = "org.opencontainers.image.revision";
/** The outputs of a program that has taken nothing. */
const NO_SOURCE: unknown = expect.not.objectContaining({ source: expect.anything() });

describe.skipIf(missing("bash", "jq", "curl", "tar", "docker-registry", "skopeo"))("the image under test", () => {
  let registry: Registry;
  let api: GithubApi;
  let machine: Machine;
  const machines: Machine[] = [];
  let count = 0;
  let repository = "";
  const web = "wikid82/web";
  beforeAll(async () => {
    registry = await startRegistry({ login: LOGIN });
  });
  afterAll(() => registry.stop());
  beforeEach(async () => {
    registry.clearFaults();
    repository = `wikid82/charon-${(count += 1)}`;
    api = await startGithubApi({ repository: REPOSITORY });
    startOn({ "ghcr.io": registry.host });
  });
  afterEach(async () => {
    for (const used of machines.splice(0)) await used.stop();
    await api.stop();
  });
  function startOn(hosts: Record<string, string>): void {
    machine = startMachine(hosts);
    machines.push(machine);
  }

  const image = (): string => `ghcr.io/${repository}`;
  const push = (tag: string, labels: Record<string, string> = {}, where = repository): Promise<PushedImage> =>
    pushImage(registry, where, { tag, layers: [where, tag], labels: { [REVISION]: SHA, ...labels } });

  /** What the plan says beside the names of image and runner. */
  interface Planned {
    freshness?: "fail" | "warn";
    fallback?: "build" | "fail";
    source?: "registry" | "build";
    mirrors?: readonly string[];
    delaySeconds?: number;
    /** Another image that the consumer takes, after this one. */
    next?: boolean;
    /** How the image is made. */
    made?: { context?: string; dockerfile?: string; target?: string; args?: Record<string, string>; bake?: Bake };
  }
  type Bake = { group: string; file: string; target: string };
  const planned = ({
    freshness = "fail",
    fallback = "fail",
    source = "registry",
    mirrors = [],
    delaySeconds = 0,
    next = false,
    made = {},
  }: Planned): PlannedPart => ({
    freshness,
    builds: {
      app: { kind: "image", image: image(), mirrors: [...mirrors], ...made },
      ...(next && { web: { kind: "image", image: `ghcr.io/${web}`, mirrors: [] } }),
    },
    consumers: {
      smoke: {
        builds: ["app", ...(next ? ["web"] : [])],
        source,
        fallback,
        images: { app: "charon:local", ...(next && { web: "charon-web:local" }) },
        pull: { attempts: 3, delaySeconds },
      },
    },
  });

  type Facts = Partial<Record<"app" | "web", { digest?: string; commit?: string }>>;
  /** As the jobs that publish hand it on. */
  const known = (images: Facts): { IMAGES: string } => ({ IMAGES: JSON.stringify(images) });
  const ofDigest = (digest: string, commit = SHA): { IMAGES: string } => known({ app: { digest, commit } });

  interface Around {
    event?: unknown;
    env?: Record<string, string>;
  }
  const take = (
    change: Record<string, string> = {},
    plan: Planned = {},
    { event = {}, env = {} }: Around = {},
  ): Promise<ProgramResult> =>
    machine.run(
      "take-image",
      {
        CONSUMER: "smoke",
        TAG: "pr-12-abc1234",
        USERNAME: LOGIN.username,
        PASSWORD: LOGIN.password,
        GH_TOKEN: TOKEN,
        GITHUB_API_URL: api.url,
        GITHUB_REPOSITORY: REPOSITORY,
        GITHUB_SHA: SHA,
        ...change,
      },
      { plan: planned(plan), event, env },
    );

  const idOf = async (name: string): Promise<string> =>
    JSON.parse(await machine.docker("image", "inspect", name))[0].Id;
  const hasImage = async (name: string): Promise<boolean> =>
    machine.docker("image", "inspect", name).then(
      () => true,
      () => false,
    );
  const logins = (): string => join(machine.temp, "../.docker/config.json");
  /** The hosts of which Docker knows a password. */
  const loggedIn = (): string[] =>
    existsSync(logins()) ? Object.keys(JSON.parse(readFileSync(logins(), "utf8")).auths ?? {}) : [];
  /** As a step before has done it. */
  function logIn(...hosts: string[]): void {
    mkdirSync(join(machine.temp, "../.docker"), { recursive: true });
    const auth = Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString("base64");
    writeFileSync(logins(), JSON.stringify({ auths: Object.fromEntries(hosts.map((host) => [host, { auth }])) }));
  }
  const manifestsAsked = (): number => registry.requests.filter(({ path }) => path.includes("manifests")).length;

  /** An archive as docker save writes it. */
  function archive(from: string, names: readonly string[] = [], where = repository): Buffer {
    const file = join(machine.temp, "saved.tar");
    execFileSync("skopeo", [
      "copy",
      "--quiet",
      "--insecure-policy",
      "--src-tls-verify=false",
      `docker://${registry.direct}/${where}:${from}`,
      `docker-archive:${file}${names[0] ? `:${names[0]}` : ""}`,
      ...names.slice(1).flatMap((name) => ["--additional-tag", name]),
    ]);
    const bytes = readFileSync(file);
    execFileSync("rm", [file]);
    return bytes;
  }
  const zipped = (content: Buffer | string, key = "app"): Buffer => zip([{ name: `image-${key}.tar`, content }]);
  /** What the build's run has kept. */
  function keep(content: Buffer, change: Partial<Artifact> = {}, run = RUN): void {
    const artifact: Artifact = {
      id: 100 + api.state.runs.length,
      name: "image-app",
      created_at: "2026-02-04T10:00:00Z",
      expired: false,
      zip: content,
      ...change,
    };
    api.state.runs.push({
      id: run,
      name: "Build",
      event: "push",
      status: "completed",
      conclusion: "success",
      head_branch: "main",
      head_sha: SHA,
      created_at: "2026-02-04T10:00:00Z",
      updated_at: "2026-02-04T10:00:00Z",
      artifacts: [artifact],
    });
  }
  /** An image that the registry does not have under the tag that is asked for, but the build's run does. */
  async function keepSaved(labels: Record<string, string> = {}, names: readonly string[] = []): Promise<void> {
    await push("saved", labels);
    keep(zipped(archive("saved", names)));
  }

  describe("from the registry", () => {
    it("is pulled by its digest, checked for its commit, and named for the tests", async () => {
      const built = await push("pr-12-abc1234");
      const result = await take({ ...ofDigest(built.digest), TAG: "gone-abc1234" });
      expect(result).toMatchObject({ code: 0, outputs: { source: "registry" } });
      expect(result.log).toContain(`::group::Pull ${image()}@${built.digest}`);
      expect(result.log).toContain("as recorded");
      expect(result.log).toContain(`charon:local is ${await idOf("charon:local")}, from the registry.`);
      expect(api.requests).toEqual([]);
    });

    it("is pulled by its tag where no digest is known, and as its platform of an index", async () => {
      const arm64 = await pushImage(registry, repository, {
        platform: "linux/arm64",
        labels: { [REVISION]: OTHER },
      });
      await pushIndex(registry, repository, { tag: "both", manifests: [arm64, await push("amd64")] });
      expect(await take({ TAG: "both" })).toMatchObject({ code: 0, outputs: { source: "registry" } });
      expect(await take({ ...known({}), TAG: "both" })).toMatchObject({ outputs: { source: "registry" } });
    });

    it("accepts the older commit that a reused image was made from", async () => {
      const { digest } = await push("pr-12-abc1234", { [REVISION]: OTHER });
      expect((await take(ofDigest(digest, OTHER))).outputs["source"]).toBe("registry");
    });

    it("is tried again when the first pulls fail", async () => {
      await push("pr-12-abc1234");
      registry.fault({ kind: "status", status: 500, path: /manifests/, times: 1 });
      registry.fault({ kind: "status", status: 403, path: /blobs/, times: 1 });
      const result = await take();
      expect(result.outputs["source"]).toBe("registry");
      expect(result.log).toContain("Attempt 2 of 3 failed");
    });

    it.each([
      ["down", { kind: "refuse" } as const],
      ["failing", { kind: "status", status: 503 } as const],
      ["refusing the login", { kind: "status", status: 403, path: /token/ } as const],
    ])("is left to the artifact when the registry is %s", async (_title, fault) => {
      await push("pr-12-abc1234");
      await keepSaved();
      registry.fault(fault);
      const result = await take({ RETRY_DELAY: "0" });
      expect(result).toMatchObject({ code: 0, outputs: { source: "artifact", "not-pulled": "true" } });
      expect(result.log).toContain("::warning::The image cannot be pulled. The registry did not answer.");
      expect(result.log).toContain(`Expected commit: ${SHA}`);
    });

    it("is not waited for where it is not there", async () => {
      const before = manifestsAsked();
      const result = await take({ TAG: "never-abc1234" }, { delaySeconds: 60 });
      expect(result).toMatchObject({
        code: 1,
        log: expect.stringContaining("The registry does not have it (any more)."),
      });
      expect(manifestsAsked() - before).toBe(1);
    });

    it.each([
      ["another commit", { [REVISION]: OTHER }, OTHER],
      ["no commit", { [REVISION]: "" }, "none"],
      ["$(touch executed)", { [REVISION]: "$(touch executed)\n::error::x" }, "$(touch executed)"],
    ])("is not tested where it is of %s", async (_title, labels, shown) => {
      await push("pr-12-abc1234", labels);
      const failing = await take();
      expect(failing).toMatchObject({ code: 1, outputs: NO_SOURCE });
      expect(failing.log).toContain("::error::The image was not made from the recorded commit");
      expect(failing.log).toContain(`Its commit: ${shown}`);
      expect(await hasImage("charon:local")).toBe(false);
      expect(await take({}, { freshness: "warn" })).toMatchObject({
        code: 0,
        outputs: { source: "registry" },
        log: expect.stringContaining("::warning::The image was not made"),
      });
    });

    it("is of the commit that people mean, where nobody has handed one on", async () => {
      await push("pr-12-abc1234", { [REVISION]: OTHER });
      const head = { sha: OTHER, repo: { full_name: REPOSITORY } };
      expect((await take({}, {}, { event: { pull_request: { head } } })).outputs["source"]).toBe("registry");
      expect((await take({}, {}, { event: { merge_group: { head_sha: OTHER } } })).outputs["source"]).toBe("registry");
      expect((await take({ GITHUB_SHA: OTHER })).outputs["source"]).toBe("registry");
      expect((await take()).code).toBe(1);
    });
  });

  describe("the registry's password", () => {
    it("is used for as long as the program runs", async () => {
      await push("pr-12-abc1234");
      expect((await take()).outputs["source"]).toBe("registry");
      expect(loggedIn()).toEqual([]);
      expect((await take({ PASSWORD: "" })).code).toBe(1);
    });

    it("is the workflow's actor's where no name is given", async () => {
      await push("pr-12-abc1234");
      const { username: GITHUB_ACTOR } = LOGIN;
      expect((await take({ USERNAME: "", GITHUB_ACTOR })).outputs["source"]).toBe("registry");
    });

    it("is told to nobody where it is wrong, and the image is pulled without", async () => {
      await push("pr-12-abc1234");
      const refused = await take({ PASSWORD: "ghs_wrong", RETRY_DELAY: "0" });
      expect(refused).toMatchObject({ code: 1, outputs: NO_SOURCE });
      expect(refused.log).toContain("::warning::The login to the registry failed, so the image is pulled without one.");
      expect(loggedIn()).toEqual([]);
    });

    it("is forgotten also where a step before has logged in, there and at mirrors, and elsewhere not", async () => {
      await push("pr-12-abc1234");
      logIn("ghcr.io", "mirror.example.com", "other.example.com");
      const result = await take({ PASSWORD: "" }, { mirrors: ["mirror.example.com/acme/charon"] });
      expect(result.outputs["source"]).toBe("registry");
      expect(loggedIn()).toEqual(["other.example.com"]);
    });

    it.each([
      ["there is nothing to pull", { TAG: "" }],
      ["the pull fails", { TAG: "never-abc1234" }],
      ["the image is of another commit", { GITHUB_SHA: OTHER }],
      ["what was handed on is nothing", { IMAGES: "" }],
      ["the login was refused", { PASSWORD: "ghs_wrong", RETRY_DELAY: "0" }],
    ])("is forgotten where %s", async (_title, change) => {
      await push("pr-12-abc1234");
      logIn("ghcr.io");
      await take(change);
      expect(loggedIn()).toEqual([]);
    });

    it("is none that a variable of the job holds, which may be called so", async () => {
      await push("pr-12-abc1234");
      logIn("ghcr.io");
      const env = { USERNAME: "postgres", PASSWORD: "of the database", IMAGES: "a b", TRUSTED: "false", CLASS: "main" };
      const result = await take({ USERNAME: "", PASSWORD: "" }, {}, { env });
      expect(result, result.log).toMatchObject({ code: 0, outputs: { source: "registry" } });
    });
  });

  describe("from a mirror", () => {
    const mirror = "mirror.example.com/acme/charon";
    let stand: Registry;
    beforeAll(async () => {
      stand = await startRegistry();
    });
    afterAll(() => stand.stop());
    beforeEach(() => {
      stand.clearFaults();
      startOn({ "ghcr.io": registry.host, "mirror.example.com": stand.host, "absent.example.com": "127.0.0.1:1" });
      logIn("ghcr.io");
    });
    /** Mirrors are logged in to by steps of their own. */
    const pull = (change: Record<string, string>, mirrors: readonly string[] = [mirror]) =>
      take({ USERNAME: "", PASSWORD: "", ...change }, { mirrors });
    const both = async (): Promise<string> => {
      const content = { tag: "pr-12-abc1234", layers: ["mirrored"], labels: { [REVISION]: SHA } };
      await pushImage(stand, "acme/charon", content);
      return (await pushImage(registry, repository, content)).digest;
    };

    it.each([
      ["down", { kind: "refuse" } as const],
      ["failing", { kind: "status", status: 503 } as const],
      [
        "without the image",
        {
          kind: "status",
          status: 404,
          body: '{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}',
          path: /manifests/,
        } as const,
      ],
    ])("comes the same digest when the registry is %s, and the log says so", async (_title, fault) => {
      const digest = await both();
      registry.fault(fault);
      const result = await pull(ofDigest(digest), ["absent.example.com/acme/charon", mirror]);
      expect(result).toMatchObject({ code: 0, outputs: { source: "registry" } });
      expect(result.log).toContain(`charon:local is ${await idOf("charon:local")}`);
      expect(result.log).toContain(`::warning::The registry did not give the image, so it was taken from ${mirror}`);
      expect(result.summary).toContain(`Pulled from the mirror \`${mirror}\``);
    });

    it("comes nothing while the registry works, nor for a tag that may have moved", async () => {
      const digest = await both();
      const before = stand.requests.length;
      const result = await pull(ofDigest(digest));
      expect(result.outputs["source"]).toBe("registry");
      expect(result.summary).not.toContain("mirror");
      registry.fault({ kind: "refuse" });
      expect((await pull({})).code).toBe(1);
      expect(stand.requests.length).toBe(before);
    });

    it("the commit is checked all the same, and it is left to the artifact when no mirror has it either", async () => {
      const digest = await both();
      registry.fault({ kind: "refuse" });
      expect(await pull(ofDigest(digest, OTHER))).toMatchObject({
        code: 1,
        log: expect.stringContaining("The image was not made from the recorded commit"),
      });
      await keepSaved();
      stand.fault({ kind: "status", status: 500 });
      const result = await pull(ofDigest(ABSENT));
      expect(result.outputs["source"]).toBe("artifact");
      expect(result.log).toContain("The registry did not answer.");
    });
  });

  describe("from the build's artifact", () => {
    it("is loaded by its id, and no name stays that the archive brought", async () => {
      await keepSaved({}, ["evil.example/name:latest"]);
      const result = await take();
      expect(result).toMatchObject({ code: 0, outputs: { source: "artifact" } });
      expect(result.log).toContain(`charon:local is ${await idOf("charon:local")}, from the build's artifact.`);
      expect(await hasImage("evil.example/name:latest")).toBe(false);
      expect(readdirSync(machine.temp)).toEqual([]);
    });

    it("is asked for at GitHub with the token, of this very run", async () => {
      await keepSaved();
      keep(zipped("of another run"), {}, RUN + 1);
      expect((await take()).outputs["source"]).toBe("artifact");
      expect(api.requests.map(({ path }) => path)).toEqual([
        `/repos/${REPOSITORY}/actions/runs/${RUN}/artifacts?name=image-app&per_page=100&page=1`,
        `/repos/${REPOSITORY}/actions/artifacts/100/zip`,
      ]);
      expect(api.requests.map(({ authorization }) => authorization)).toEqual([`Bearer ${TOKEN}`, `Bearer ${TOKEN}`]);
    });

    it("is loaded without a name, or with the very name that the tests know", async () => {
      await keepSaved();
      expect((await take()).outputs["source"]).toBe("artifact");
      startOn({ "ghcr.io": registry.host });
      api.state.runs.length = 0;
      keep(zipped(archive("saved", ["charon:local"])));
      expect((await take()).outputs["source"]).toBe("artifact");
      expect(await hasImage("charon:local")).toBe(true);
    });

    it("does not replace an image of the runner", async () => {
      logIn("ghcr.io");
      await push("node");
      await machine.docker("pull", `${image()}:node`);
      await machine.docker("tag", `${image()}:node`, "node:20");
      await keepSaved({}, ["node:20"]);
      expect(await take()).toMatchObject({
        code: 1,
        outputs: NO_SOURCE,
        log: expect.stringContaining("::error::The archive replaced images of this runner"),
      });
    });

    it("is refused where the archive is none, or has more than one name", async () => {
      keep(zipped("::error::$(touch executed)"));
      expect(await take()).toMatchObject({ code: 1, log: expect.stringContaining("is no image archive") });
      api.state.runs.length = 0;
      await keepSaved({}, ["charon:one", "charon:two"]);
      expect(await take()).toMatchObject({ code: 1, log: expect.stringContaining("does not hold just one image") });
      expect(await hasImage("charon:local")).toBe(false);
    });

    it("is checked for its commit as well", async () => {
      await keepSaved({ [REVISION]: OTHER }, ["charon:saved"]);
      expect(await take()).toMatchObject({ code: 1, outputs: NO_SOURCE });
      expect(await hasImage("charon:local")).toBe(false);
      startOn({ "ghcr.io": registry.host });
      expect((await take({}, { freshness: "warn" })).outputs["source"]).toBe("artifact");
    });

    it("is the newest that is still kept, of several attempts", async () => {
      await push("saved");
      api.state.runs.push({
        id: RUN,
        name: "Build",
        event: "push",
        status: "completed",
        conclusion: "success",
        head_branch: "main",
        head_sha: SHA,
        created_at: "",
        updated_at: "",
        artifacts: [
          { id: 7, name: "image-app", created_at: "", expired: false, zip: zipped("of the first attempt") },
          { id: 9, name: "image-app", created_at: "", expired: false, zip: zipped(archive("saved")) },
          { id: 8, name: "image-app", created_at: "", expired: false, zip: zipped("of the second attempt") },
          { id: 10, name: "image-app", created_at: "", expired: true, zip: zipped("expired") },
          { id: 11, name: "image-app-2", created_at: "", expired: false, zip: zipped("of another name") },
        ],
      });
      expect((await take()).outputs["source"]).toBe("artifact");
    });

    it("is asked for again where GitHub stumbles", async () => {
      await keepSaved();
      api.fault({ status: 502, times: 1 });
      api.fault({ status: "refuse", path: /zip/, times: 1 });
      expect((await take()).outputs["source"]).toBe("artifact");
      expect(api.requests.map(({ status }) => status)).toEqual([502, 200, 0, 200]);
    });

    it("stops clearly where it is neither in the registry nor kept", async () => {
      const result = await take(known({ app: { digest: ABSENT } }));
      expect(result).toMatchObject({ code: 1, outputs: NO_SOURCE });
      expect(result.log).toContain("::error::The image is neither in the registry nor kept as an artifact.");
      for (const fact of [
        "re-run the build",
        "The registry does not have it (any more).",
        `Image: ${image()}`,
        "Tag: pr-12-abc1234",
        `Digest: ${ABSENT}`,
        `Expected commit: ${SHA}`,
        `Build: https://github.com/${REPOSITORY}/actions/runs/${RUN}`,
      ])
        expect(result.log).toContain(fact);
      expect(result.summary).toContain("neither in the registry");
    });

    const cutOff = (): Buffer => zipped("x".repeat(1000)).subarray(0, 40);
    const larger = (): Buffer => zip([{ name: "image-app.tar", content: Buffer.alloc(5_000_000), claimedSize: 100 }]);
    it.each([
      ["it has expired", () => keep(zipped("x"), { expired: true }), undefined],
      ["it expires meanwhile", () => keep(zipped("x")), "with 410."],
      ["the run is unknown", () => keep(zipped("x"), {}, 1), "with 404: Not Found"],
      ["it is cut off", () => keep(cutOff()), "this is no ZIP archive"],
      ["it is larger than it says", () => keep(larger()), "image-app.tar in the archive is larger than it says"],
      ["it holds something else", () => keep(zipped("x", "web")), "the archive does not hold image-app.tar"],
    ])("is as good as none where %s", async (title, prepare, why) => {
      prepare();
      if (title === "it expires meanwhile") api.fault({ status: 410, path: /zip/ });
      const result = await take();
      expect(result).toMatchObject({
        code: 1,
        outputs: NO_SOURCE,
        log: expect.stringContaining("::error::The image is neither in the registry nor kept as an artifact."),
      });
      if (why === undefined) expect(result.log).not.toContain("cannot be read");
      else
        expect(result.log).toMatch(new RegExp(`::warning::The build's artifact cannot be read.(.*\n)*.*Why: .*${why}`));
      expect(readdirSync(machine.temp)).toEqual([]);
    });

    it.each([
      ["fails", { status: 500 } as const],
      ["cannot be reached", { status: "refuse" } as const],
      ["refuses, with any words", { status: 403, message: "no\n::error::x ##[error]y $(touch executed)" } as const],
    ])("is as good as none where GitHub %s", async (_title, fault) => {
      await keepSaved();
      api.fault(fault);
      const result = await take();
      expect(result).toMatchObject({ code: 1, outputs: NO_SOURCE });
      expect(result.log).toContain("::warning::The build's artifact cannot be read.");
    });
  });

  describe("of a fork", () => {
    const event = { pull_request: { head: { sha: SHA, repo: { full_name: "stranger/charon" } } } };
    it.each([
      ["a pull request of it", event],
      ["a pull request of one that is gone", { pull_request: { head: { sha: SHA, repo: null } } }],
    ])("comes from the artifact, and no registry is asked: %s", async (_title, of) => {
      await push("pr-12-abc1234");
      await keepSaved();
      const before = registry.requests.length;
      const result = await take({}, {}, { event: of });
      expect(result, result.log).toMatchObject({ code: 0, outputs: { source: "artifact" } });
      expect(result.log).toContain("It was built by a fork's run, which cannot push.");
      expect(result.outputs).not.toHaveProperty("not-pulled");
      expect(registry.requests.length).toBe(before);
    });

    it("is not what this repository's own pull request is", async () => {
      await push("pr-12-abc1234");
      const own = { pull_request: { head: { sha: SHA, repo: { full_name: REPOSITORY } } } };
      expect((await take({}, {}, { event: own })).outputs["source"]).toBe("registry");
    });

    describe("in a run that follows the build's", () => {
      const following = { event: { workflow_run: { id: RUN, head_sha: SHA } } };
      const own = { ...known({ app: { digest: "", commit: SHA } }), GITHUB_RUN_ID: "99" };
      it("is what nobody says to be this repository's own", async () => {
        await push("pr-12-abc1234");
        await keepSaved();
        const before = registry.requests.length;
        expect((await take({ ...own, TRUSTED: "false" }, {}, following)).outputs["source"]).toBe("artifact");
        expect((await take(own, {}, following)).outputs["source"]).toBe("artifact");
        expect(registry.requests.length).toBe(before);
        expect(api.requests.filter(({ path }) => path.includes(`/runs/${RUN}/`))).toHaveLength(2);
      });
      it("is not what somebody says to be", async () => {
        await push("pr-12-abc1234");
        expect((await take({ ...own, TRUSTED: "true" }, {}, following)).outputs["source"]).toBe("registry");
        expect(api.requests).toEqual([]);
      });
    });
  });

  describe("beside another", () => {
    beforeEach(async () => {
      await push("web-tag", {}, web);
    });
    it("is taken by the same step, each from where it can be had", async () => {
      const { digest } = await push("pr-12-abc1234");
      keep(zipped(archive("web-tag", [], web), "web"), { name: "image-web" });
      const lines = [known({ app: { digest, commit: SHA } }), known({ web: { digest: "", commit: SHA } })];
      const result = await take({ IMAGES: `${lines.map(({ IMAGES }) => IMAGES).join("\n\n")}\n` }, { next: true });
      expect(result, result.log).toMatchObject({ code: 0, outputs: { source: "artifact" } });
      expect(result.summary).toBe(`
| Image under test | Tag | Digest | Commit | Taken from |
| --- | --- | --- | --- | --- |
| \`${image()}\` | \`pr-12-abc1234\` | \`${digest}\` | \`${SHA}\` | the registry |
| \`ghcr.io/${web}\` | \`pr-12-abc1234\` | \`unknown\` | \`${SHA}\` | the build's artifact |

`);
      expect(await idOf("charon-web:local")).not.toBe(await idOf("charon:local"));
      expect(loggedIn()).toEqual([]);
    });

    it("is pulled with one login", async () => {
      await push("web-tag");
      const before = registry.requests.length;
      expect((await take({ TAG: "web-tag" }, { next: true })).outputs["source"]).toBe("registry");
      const asked = registry.requests.slice(before).map(({ path }) => path);
      expect(asked.filter((path) => path.startsWith("/token")).length).toBeLessThanOrEqual(3);
      expect(asked.filter((path) => path.includes("/manifests/web-tag"))).toHaveLength(2);
    });

    it("fails where one of them cannot be had", async () => {
      await push("pr-12-abc1234");
      const result = await take({}, { next: true });
      expect(result).toMatchObject({
        code: 1,
        outputs: NO_SOURCE,
        log: expect.stringContaining(`Image: ghcr.io/${web}`),
      });
      expect(loggedIn()).toEqual([]);
    });
  });

  describe("from the sources", () => {
    interface Asked {
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      readonly folder: string;
      /** Of the bake file that is written for it. */
      readonly target: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    }
    let asked: Asked[];
    let code: number;
    let builder: string;
    /** A builder: it keeps what it is asked, and calls the image that is there already as it should. */
    beforeEach(async () => {
      [asked, code] = [[], 0];
      await push("made");
      logIn("ghcr.io");
      await machine.docker("pull", `${image()}:made`);
      const server = createServer((incoming, response) => {
        void (async () => {
          const { args, env, folder } = JSON.parse(await text(incoming)) as Omit<Asked, "target">;
          const { target } = JSON.parse(readFileSync(args.at(-2) ?? "", "utf8")) as Pick<Asked, "target">;
          asked.push({ args, env, folder, target });
          for (const { tags } of code === 0 ? Object.values(target) : [])
            for (const tag of tags as string[]) await machine.docker("tag", `${image()}:made`, tag);
          response.end(JSON.stringify({ code, stderr: "#1 [internal] load build definition" }));
        })();
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      builder = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      return () => server.close();
    });
    const build = (change: Record<string, string> = {}, plan: Planned = {}, around: Around = {}) =>
      take(change, { fallback: "build", ...plan }, { ...around, env: { WORLD_COMMANDS: builder } });

    it("is built where it is neither in the registry nor kept, and the log says so", async () => {
      const made = {
        context: "services/app",
        dockerfile: "docker/app/Dockerfile",
        target: "production",
        args: { COMMIT: "{commit}", VERSION: "{version}", TIME: "{created}", PRICE: "${5} %{x} {other}" },
      };
      const result = await build({}, { made });
      expect(result, result.log).toMatchObject({ code: 0, outputs: { source: "sources" } });
      expect(result.log).toContain(
        "::warning::The image is neither in the registry nor kept as an artifact, so it is built from the sources.",
      );
      expect(result.log).toContain("#1 [internal] load build definition");
      expect(result.log).toContain(`charon:local is ${await idOf("charon:local")}, from the sources`);
      expect(result.summary).toContain("| the sources, for this test alone |");
      const file = join(machine.temp, "own-app.json");
      expect(asked).toMatchObject([
        {
          args: ["--progress=plain", "--allow=fs=*", "--file", file, "pipewright-own-app"],
          target: {
            "pipewright-own-app": {
              context: "services/app",
              dockerfile: "../../docker/app/Dockerfile",
              target: "production",
              // A template's signs are doubled, so that bake leaves them as they are.
              args: { COMMIT: SHA, VERSION: "local", TIME: "local", PRICE: "$${5} %%{x} {other}" },
              tags: ["charon:local"],
              platforms: [`linux/${process.arch === "arm64" ? "arm64" : "amd64"}`],
              output: ["type=docker"],
              "cache-to": [],
            },
          },
        },
      ]);
    });

    it("is built as the repository's own bake file says", async () => {
      const bake = { group: "all", file: "docker-bake.hcl", target: "app" };
      expect((await build({}, { made: { bake } })).outputs["source"]).toBe("sources");
      const file = join(machine.temp, "own-app.json");
      expect(asked[0]?.args).toEqual([
        "--progress=plain",
        "--allow=fs=*",
        "--file",
        "docker-bake.hcl",
        "--file",
        file,
        "pipewright-own-app",
      ]);
      expect(asked[0]?.target["pipewright-own-app"]).toMatchObject({ inherits: ["app"], tags: ["charon:local"] });
      expect(asked[0]?.target["pipewright-own-app"]).not.toHaveProperty("context");
    });

    it("is built of the commit that was handed on, by a builder that is told no secret", async () => {
      await build(
        { ...known({ app: { digest: "", commit: OTHER } }), CLASS: "main" },
        { made: { args: { AT: "{commit}" } } },
      );
      expect(asked[0]?.target["pipewright-own-app"]).toMatchObject({ args: { AT: OTHER } });
      expect(JSON.stringify(asked[0]?.env)).not.toContain(TOKEN);
      expect(JSON.stringify(asked[0]?.env)).not.toContain(LOGIN.password);
    });

    it("is not built where it can be had", async () => {
      await keepSaved();
      expect((await build()).outputs["source"]).toBe("artifact");
      await push("pr-12-abc1234");
      expect((await build()).outputs["source"]).toBe("registry");
      expect(asked).toEqual([]);
    });

    it("is built where GitHub does not answer either", async () => {
      registry.fault({ kind: "refuse" });
      api.fault({ status: "refuse" });
      const result = await build({ ...ofDigest(ABSENT), CLASS: "pullRequest", RETRY_DELAY: "0" });
      expect(result, result.log).toMatchObject({ code: 0, outputs: { source: "sources" } });
      expect(loggedIn()).toEqual([]);
    });

    it("is built beside one that can be had, which is then not all that is tested", async () => {
      await push("pr-12-abc1234");
      const result = await build({}, { next: true });
      expect(result.outputs["source"]).toBe("sources");
      expect(asked.map(({ args }) => args.at(-1))).toEqual(["pipewright-own-web"]);
    });

    it("fails where it cannot be built", async () => {
      code = 1;
      const result = await build();
      expect(result).toMatchObject({ code: 1, outputs: NO_SOURCE });
      expect(result.log).toContain("::error::app cannot be built from the sources.");
      expect(loggedIn()).toEqual([]);
    });

    describe("what is promoted is not replaced by what nobody has tested", () => {
      it.each(["main", "integration", "nightly", "manual", "release"])("%s", async (CLASS) => {
        const refused = await build({ ...ofDigest(ABSENT), CLASS });
        expect(refused).toMatchObject({ code: 1, outputs: NO_SOURCE });
        expect(refused.log).toMatch(/::error::What is published cannot be had.*Re-run the failed jobs/);
        expect(refused.log).toContain(`Class: ${CLASS}`);
        expect(refused.log).toContain(`Digest: ${ABSENT}`);
        expect(refused.summary).toContain("What is published cannot be had");
        expect(asked).toEqual([]);
        // Nothing is published yet, so nothing of it is promoted.
        expect((await build({ CLASS })).outputs["source"]).toBe("sources");
      });

      it.each(["pullRequest", "feature", "queue", ""])("but nothing of %j is promoted", async (CLASS) => {
        expect((await build({ ...ofDigest(ABSENT), CLASS })).outputs["source"]).toBe("sources");
      });

      it("and an artifact holds what is published", async () => {
        await keepSaved();
        expect((await build({ ...ofDigest(ABSENT), CLASS: "main" })).outputs["source"]).toBe("artifact");
      });
    });

    it("is built without asking anybody, where the consumer builds for itself", async () => {
      await push("pr-12-abc1234");
      const before = registry.requests.length;
      const given = { TAG: "", USERNAME: "", PASSWORD: "", GH_TOKEN: "" };
      const result = await build(given, { source: "build", next: true });
      expect(result, result.log).toMatchObject({ code: 0, outputs: { source: "sources" } });
      expect(result.log).not.toContain("::warning::");
      expect(asked.map(({ args }) => args.at(-1))).toEqual(["pipewright-own-app", "pipewright-own-web"]);
      expect([registry.requests.length - before, api.requests.length]).toEqual([0, 0]);
      // Somebody else's login, for what the job does otherwise.
      expect(loggedIn()).toEqual(["ghcr.io"]);
    });
  });

  it("is said not to have been pulled where the registry was asked, and did not give it", async () => {
    const notPulled = async (...given: Parameters<typeof take>) => (await take(...given)).outputs["not-pulled"];
    await keepSaved();
    expect(await notPulled()).toBe("true");
    expect(await notPulled({ TAG: "" })).toBe("true");
    const fork = { pull_request: { head: { sha: SHA, repo: null } } };
    expect(await notPulled({}, {}, { event: fork })).toBeUndefined();
    await push("pr-12-abc1234");
    expect(await notPulled()).toBeUndefined();
    expect(await notPulled({}, { next: true })).toBe("true");
  });

  it("has a name that Docker takes, or the tests do not begin", async () => {
    await push("pr-12-abc1234");
    const { consumers = {}, ...rest } = planned({});
    const plan = { ...rest, consumers: { smoke: { ...consumers["smoke"], images: { app: "no--name/.:local" } } } };
    const given = { CONSUMER: "smoke", TAG: "pr-12-abc1234", USERNAME: LOGIN.username, PASSWORD: LOGIN.password };
    const result = await machine.run(
      "take-image",
      { ...given, GITHUB_REPOSITORY: REPOSITORY, GITHUB_SHA: SHA },
      { plan },
    );
    expect(result).toMatchObject({
      code: 1,
      log: expect.stringContaining("The image cannot be called no--name/.:local."),
    });
  });

  describe("hostile values", () => {
    it.each(HOSTILE)("%j is no tag, no consumer and no image", async (value) => {
      expect((await take({ TAG: value })).log).toContain("::error::The image is neither in the registry");
      expect((await take({ CONSUMER: value })).log).toContain("::error::The plan has no such consumer of images.");
      expect((await take({ IMAGES: `{${value}` })).log).toContain(
        "::error::What was handed on of the images is no JSON.",
      );
      expect((await take(ofDigest(value))).log).toContain("::error::The digest of an image is no digest.");
    });

    it.each(HOSTILE)("%j is no commit, and no class of which nothing is promoted", async (value) => {
      await push("pr-12-abc1234");
      expect((await take(known({ app: { digest: "", commit: value } }))).log).toContain(
        "::error::The image was not made from the recorded commit",
      );
      expect((await take({ ...ofDigest(ABSENT), CLASS: value }, { fallback: "build" })).log).toContain(
        "::error::What is published cannot be had",
      );
      expect((await take({ TRUSTED: value })).log).toContain("It was built by a fork's run");
    });
  });
});
