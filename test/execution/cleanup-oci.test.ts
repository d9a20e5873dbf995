/** The cleanup program's deletes by digest, against a real registry: after them every kept tag can still be pulled. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type GithubApi, startGithubApi } from "../support/github-api/server.ts";
import { type ImageContent, type PushedImage, addTag, digestOf, pushImage, pushIndex } from "../support/images.ts";
import { type ProgramResult, runNodeProgram } from "../support/node-program.ts";
import { type Registry, startRegistry } from "../support/registry.ts";
import { type Expiring, expiringPlan } from "../support/retention.ts";
import { missing } from "../support/tools.ts";

const hoursAgo = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();

describe.skipIf(missing("docker-registry"))("cleanup of a registry that speaks OCI", () => {
  let registry: Registry;
  let api: GithubApi;
  let repository = "o/app";
  let count = 0;

  beforeAll(async () => {
    registry = await startRegistry({ login: { scheme: "basic", username: "ci", password: "secret" } });
  });
  afterAll(() => registry.stop());
  beforeEach(async () => {
    api = await startGithubApi();
    count += 1;
    repository = `o/app-${count}`;
  });
  afterEach(async () => {
    registry.clearFaults();
    await api.stop();
  });

  const push = (hours: number, tag: string | undefined, content: ImageContent = {}): Promise<PushedImage> =>
    pushImage(registry, repository, {
      created: hoursAgo(hours),
      layers: ["base", `${tag} ${hours}`],
      ...(tag ? { tag } : {}),
      ...content,
    });

  const clean = (settings: Expiring = {}, inputs: Record<string, unknown> = {}): Promise<ProgramResult> =>
    runNodeProgram(
      "cleanup",
      { GITHUB_API_URL: api.url, GITHUB_REPOSITORY: "o/r", GH_TOKEN: "token" },
      {
        plan: expiringPlan(`${registry.host}/${repository}`, {
          mode: "oci",
          classes: [
            { class: "pullRequest", tags: ["pr-\\d+-[0-9a-f]{7}"], hours: 24 },
            { class: "commit", tags: ["sha-[0-9a-f]{7}"], hours: 720 },
          ],
          released: ["latest"],
          ...settings,
        }),
        event: { inputs },
        env: {
          REGISTRY_API_URL: `http://${registry.host}`,
          REGISTRY_USERNAME: "ci",
          REGISTRY_PASSWORD: "secret",
        },
      },
    );

  const remaining = async (...tags: string[]): Promise<string[]> => {
    const found = await Promise.all(
      tags.map(async (tag) => ((await digestOf(registry, repository, tag)) === undefined ? [] : [tag])),
    );
    return found.flat();
  };

  test("deletes what is expired, by digest, and keeps a digest with a tag that is not", async () => {
    await push(60, "pr-1-1111111");
    await push(60, "pr-2-2222222");
    await addTag(registry, repository, "pr-2-2222222", "latest");
    await push(60, "pr-3-3333333");
    await addTag(registry, repository, "pr-3-3333333", "pr-4-4444444");
    await push(47, "pr-5-5555555");
    await push(60, "my-own");
    const result = await clean();
    expect(result).toMatchObject({ code: 0, outputs: { deleted: "2", kept: "3", failed: "0" } });
    expect(
      await remaining(
        "pr-1-1111111",
        "pr-2-2222222",
        "latest",
        "pr-3-3333333",
        "pr-4-4444444",
        "pr-5-5555555",
        "my-own",
      ),
    ).toEqual(["pr-2-2222222", "latest", "pr-5-5555555", "my-own"]);
    expect(Number(result.outputs["freed-bytes"])).toBeGreaterThan(0);
  });

  test("deletes an index with its images, and never an image that a kept index shares", async () => {
    const shared = await push(100, undefined, { layers: ["shared"] });
    const own = await push(100, undefined, { layers: ["own"] });
    const attestation = {
      ...(await pushImage(registry, repository, { layers: ["attestation"], created: "0001-01-01T00:00:00Z" })),
      platform: "unknown/unknown",
    };
    await pushIndex(registry, repository, { tag: "pr-1-1111111", manifests: [shared, own, attestation] });
    await pushIndex(registry, repository, { tag: "latest", manifests: [shared] });
    const result = await clean();
    expect(result.outputs).toMatchObject({ deleted: "3", kept: "2" });
    expect(await remaining("pr-1-1111111", "latest", own.digest, attestation.digest, shared.digest)).toEqual([
      "latest",
      shared.digest,
    ]);
  });

  test("takes the younger of two dates, and keeps what has none or a placeholder", async () => {
    const label = "org.opencontainers.image.created";
    await push(100, "pr-1-1111111", { labels: { [label]: hoursAgo(10) } });
    await push(10, "pr-2-2222222", { labels: { [label]: hoursAgo(100) } });
    await push(0, "pr-3-3333333", { created: "1970-01-01T00:00:00Z" });
    await push(0, "pr-4-4444444", { created: "yesterday" });
    await push(0, "pr-5-5555555", { created: "1970-01-01T00:00:00Z", labels: { [label]: hoursAgo(100) } });
    const result = await clean();
    expect(result.outputs).toMatchObject({ deleted: "1", kept: "4" });
    expect(result.log).toContain("age unknown");
    expect(await remaining("pr-5-5555555")).toEqual([]);
  });

  test("deletes nothing when an index fails to be read, and goes on when it can be read again", async () => {
    const child = await push(100, undefined);
    const index = await pushIndex(registry, repository, { tag: "latest", manifests: [child] });
    await push(100, "pr-1-1111111");
    registry.fault({ kind: "status", status: 503, method: "GET", path: new RegExp(`manifests/${index.digest}`) });
    expect((await clean()).outputs).toMatchObject({ deleted: "0" });
    registry.clearFaults();
    registry.fault({ kind: "refuse", times: 2 });
    expect((await clean()).outputs).toMatchObject({ deleted: "1" });
  });

  test("fails when the registry cannot be reached, refuses deletes or fails them", async () => {
    await push(100, "pr-1-1111111");
    registry.fault({ kind: "status", status: 405, method: "DELETE" });
    await push(100, "pr-2-2222222");
    const refused = await clean();
    expect(refused).toMatchObject({ code: 1, outputs: { deleted: "0", failed: "1" } });
    expect(refused.log.match(/^::error::.*This registry does not delete images \(405\)/gm)).toHaveLength(1);
    expect(refused.log).toContain("| this registry does not delete");
    registry.clearFaults();
    await registry.down();
    const down = await clean();
    await registry.up();
    expect(down.code).toBe(1);
    expect(down.log).toMatch(/^::error::.*did not answer in 4 attempts/m);
    expect(await remaining("pr-1-1111111")).toEqual(["pr-1-1111111"]);
  });

  test("keeps every image for so many days where a person says so, and deletes nothing when it is no number", async () => {
    await push(100, "pr-1-1111111");
    await push(60, "sha-2222222");
    await push(49, "pr-3-3333333");
    expect((await clean({}, { keep_days: "5" })).outputs).toMatchObject({ deleted: "0" });
    for (const wrong of ["-1", "two", "1.5", "5; rm", "99999"]) {
      const result = await clean({}, { keep_days: wrong });
      expect(result).toMatchObject({ code: 1, outputs: { deleted: "0", failed: "1" } });
      expect(result.log).toContain("is no number of days from 0 to 9999");
    }
    expect((await clean({}, { keep_days: "3" })).outputs).toMatchObject({ deleted: "1" });
    // What is young by the settings stays, however few days are asked for.
    expect((await clean({ minimumAgeHours: 50 }, { keep_days: " 0 " })).outputs).toMatchObject({ deleted: "1" });
    expect(await remaining("sha-2222222", "pr-3-3333333")).toEqual(["pr-3-3333333"]);
  });

  test("keeps a digest that got a new tag after the listing", async () => {
    await push(100, "pr-1-1111111");
    let added: Promise<void> | undefined;
    // The first commit that is looked up comes after the listing and before the first deletion.
    await addTag(registry, repository, "pr-1-1111111", "sha-1111111");
    api.state.onRequest = async (_, path) => {
      if (path.includes("/commits/")) await (added ??= addTag(registry, repository, "pr-1-1111111", "latest"));
    };
    api.state.commits["1".repeat(40)] = hoursAgo(2000);
    const result = await clean({ classes: [{ class: "any", tags: ["(pr|sha)-.*"], hours: 24 }] });
    expect(result.log).toContain("it has got a new tag meanwhile");
    expect(await remaining("latest")).toEqual(["latest"]);
  });
});
