/** The cleanup program on a repository of Docker Hub, which deletes tags and not images. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type GithubApi, startGithubApi } from "../support/github-api/server.ts";
import { type DockerHub, type HubTag, startDockerHub } from "../support/docker-hub.ts";
import { type ProgramResult, runNodeProgram } from "../support/node-program.ts";
import { expiringPlan } from "../support/retention.ts";

const digest = (text: string): string => `sha256:${text.repeat(64).slice(0, 64)}`;
const tag = (name: string, hours: number, image: string): HubTag => ({
  name,
  digest: digest(image),
  last_updated: new Date(Date.now() - hours * 3_600_000).toISOString(),
  images: [
    { digest: digest(`${image}0`), size: 1000 },
    { digest: digest("5"), size: 50 },
  ],
});

describe("cleanup of Docker Hub", () => {
  let hub: DockerHub;
  let api: GithubApi;
  beforeEach(async () => {
    hub = await startDockerHub("acme/app", { username: "robot", password: "pat" });
    api = await startGithubApi();
  });
  afterEach(async () => {
    await hub.stop();
    await api.stop();
  });

  const environment = (): Record<string, string> => ({
    GITHUB_API_URL: api.url,
    GITHUB_REPOSITORY: "o/r",
    GH_TOKEN: "token",
  });
  const setting = (password = "pat") => ({
    plan: expiringPlan("docker.io/acme/app", {
      mode: "dockerhub",
      classes: [{ class: "pullRequest", tags: ["pr-.*"], hours: 24 }],
      released: ["latest"],
    }),
    env: { REGISTRY_API_URL: hub.url, REGISTRY_USERNAME: "robot", REGISTRY_PASSWORD: password },
  });
  const clean = (password?: string): Promise<ProgramResult> =>
    runNodeProgram("cleanup", environment(), setting(password));
  const left = (): string[] => hub.tags.map(({ name }) => name);

  test("deletes the tags of expired images on every page, and keeps an image with a tag that is not", async () => {
    hub.tags = [
      tag("pr-1-1111111", 60, "a"),
      tag("latest", 600, "b"),
      tag("pr-2-2222222", 600, "b"),
      tag("pr-3-3333333", 47, "c"),
      tag("pr-4-4444444", 60, "d"),
      tag("mine", 6000, "e"),
    ];
    const result = await clean();
    expect(result).toMatchObject({ code: 0, outputs: { deleted: "2", kept: "3", failed: "0" } });
    expect(left()).toEqual(["latest", "pr-2-2222222", "pr-3-3333333", "mine"]);
    // Each deleted image's own platform; never the one that kept images share.
    expect(result.outputs["freed-bytes"]).toBe("2000");
  });

  test("logs in anew when its token has ended, and tries again after 429 and 500", async () => {
    hub.tags = [tag("pr-1-1111111", 60, "a"), tag("latest", 1, "b")];
    let expired = false;
    hub.onRequest = (method) => {
      if (method !== "DELETE" || expired) return;
      expired = true;
      hub.expireTokens();
    };
    hub.faults.push(500, 429);
    expect(await clean()).toMatchObject({ code: 0, outputs: { deleted: "1" } });
    expect(hub.requests.filter((line) => line.includes("/auth/token")).length).toBeGreaterThanOrEqual(2);
    expect(left()).toEqual(["latest"]);
  });

  test("keeps a tag that has moved to another image since it was listed", async () => {
    hub.tags = [tag("pr-1-1111111", 60, "a")];
    hub.onRequest = (method, path) => {
      if (method === "GET" && path.endsWith("/pr-1-1111111")) hub.tags = [tag("pr-1-1111111", 0, "f")];
    };
    await clean();
    expect(left()).toEqual(["pr-1-1111111"]);
  });

  test("keeps what has no digest or no date", async () => {
    const { digest: _digest, ...old } = tag("pr-1-1111111", 6000, "a");
    hub.tags = [old, { ...tag("pr-2-2222222", 0, "b"), last_updated: "" }];
    expect((await clean()).outputs).toMatchObject({ deleted: "0", kept: "2" });
  });

  test("fails when the login is refused, and says what the password must be", async () => {
    hub.tags = [tag("pr-1-1111111", 60, "a")];
    const result = await clean("wrong");
    expect(result).toMatchObject({ code: 1, outputs: { deleted: "0", failed: "1" } });
    expect(result.log).toMatch(/^::error::.*refused the login with 401.*right to delete/m);
    expect(result.log).not.toContain("wrong");
  });

  test("takes one tag back and leaves the image's others", async () => {
    hub.tags = [tag("sha-1111111", 1, "a"), tag("sha-0000000", 1, "a"), tag("sha-2222222", 1, "b")];
    const withdraw = (TAG: string, of: string) =>
      runNodeProgram("withdraw-tags", { ...environment(), TAG, DIGESTS: `app=${digest(of)}\n` }, setting());
    for (const [name, of] of [
      ["sha-1111111", "a"],
      ["sha-2222222", "b"],
    ] as const)
      expect(await withdraw(name, of)).toMatchObject({ code: 0, outputs: { withdrawn: "1", failed: "0" } });
    expect(left()).toEqual(["sha-0000000"]);
  });
});
