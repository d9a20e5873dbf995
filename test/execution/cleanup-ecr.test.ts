/** The cleanup program on Amazon's registry, through a stand-in for its command line. */
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type GithubApi, startGithubApi } from "../support/github-api/server.ts";
import { type ProgramResult, runNodeProgram } from "../support/node-program.ts";
import { expiringPlan } from "../support/retention.ts";

const HOST = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";
const digest = (text: string): string => `sha256:${text.repeat(64).slice(0, 64)}`;
const hoursAgo = (hours: number): number => Date.now() - hours * 3_600_000;

interface EcrImage {
  digest: string;
  tags: string[];
  pushed: string | number;
  manifest?: object;
}
const plain = (text: string): object => ({
  config: { digest: digest(`${text}c`), size: 10 },
  layers: [{ digest: digest(`${text}d`), size: 100 }],
});
const image = (text: string, hours: number, ...tags: string[]): EcrImage => ({
  digest: digest(text),
  tags,
  pushed: new Date(hoursAgo(hours)).toISOString(),
  manifest: plain(text),
});
const index = (text: string, children: readonly string[], hours: number, ...tags: string[]): EcrImage => ({
  ...image(text, hours, ...tags),
  manifest: { manifests: children.map((child) => ({ digest: digest(child) })) },
});

describe("cleanup of Amazon's registry", () => {
  let folder: string;
  let api: GithubApi;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), "pipewright-aws-"));
    copyFileSync(join(import.meta.dirname, "../support/aws-stand-in.mjs"), join(folder, "aws"));
    chmodSync(join(folder, "aws"), 0o755);
    api = await startGithubApi();
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true, force: true });
    await api.stop();
  });

  const store = (images: readonly EcrImage[], fail?: string): void =>
    writeFileSync(join(folder, "ecr.json"), JSON.stringify({ images, calls: [], ...(fail ? { fail } : {}) }));
  const stored = (): { images: EcrImage[]; calls: string[] } =>
    JSON.parse(readFileSync(join(folder, "ecr.json"), "utf8"));
  const left = (): string[] => stored().images.map((one) => one.digest.slice(7, 8));
  const environment = (): Record<string, string> => ({
    PATH: `${folder}:${process.env["PATH"]}`,
    AWS_STAND_IN: join(folder, "ecr.json"),
    AWS_ACCESS_KEY_ID: "key",
    GITHUB_API_URL: api.url,
    GITHUB_REPOSITORY: "o/r",
    GH_TOKEN: "token",
  });
  const plan = expiringPlan(`${HOST}/shop/app`, {
    mode: "ecr",
    classes: [{ class: "pullRequest", tags: ["pr-.*"], hours: 24 }],
    released: ["latest"],
  });
  const clean = (inputs: Record<string, unknown> = {}): Promise<ProgramResult> =>
    runNodeProgram("cleanup", environment(), { plan, event: { inputs } });

  test("deletes expired images with their platforms, in the account and region of the host", async () => {
    store([
      index("a", ["b", "c"], 60, "pr-1-1111111"),
      image("b", 60),
      image("c", 60),
      index("d", ["c"], 60, "latest"),
      image("e", 47, "pr-2-2222222"),
    ]);
    const result = await clean();
    expect(result).toMatchObject({ code: 0, outputs: { deleted: "2", kept: "3", failed: "0", "freed-bytes": "110" } });
    expect(left()).toEqual(["c", "d", "e"]);
    expect(
      stored().calls.every((call) =>
        call.includes("--registry-id 123456789012 --region eu-west-1 --repository-name shop/app"),
      ),
    ).toBe(true);
  });

  test("reads a thousand images a hundred at a time, and dates of the command line's first version", async () => {
    const many = Array.from({ length: 250 }, (_, n): EcrImage => ({
      ...image("a", 0, `pr-${n}-1111111`),
      digest: `sha256:${n.toString(16).padStart(64, "0")}`,
      pushed: hoursAgo(n < 125 ? 60 : 1) / 1000,
    }));
    store(many);
    // No command is repeated for each image; what is deleted is deleted one by one.
    expect((await clean({ dry_run: true })).outputs).toMatchObject({ deleted: "125", kept: "125" });
    expect(stored().calls.length).toBeLessThanOrEqual(4);
  });

  test("keeps what an index refers to, and everything where a manifest cannot be read", async () => {
    store([image("a", 60, "pr-1-1111111"), { ...index("b", ["a"], 60), tags: ["mine"] }]);
    expect((await clean()).outputs).toMatchObject({ deleted: "0", kept: "2", failed: "0" });
    const { manifest: _manifest, ...unread } = image("c", 60, "pr-3-3333333");
    store([image("a", 60, "pr-1-1111111"), unread]);
    expect((await clean()).outputs).toMatchObject({ deleted: "0" });
  });

  test("fails when the role may not, and prints what Amazon said on one line", async () => {
    store([image("a", 60, "pr-1-1111111")], "AccessDeniedException) ::set-output name=x::y\n::error::z");
    const result = await clean();
    expect(result).toMatchObject({ code: 1, outputs: { deleted: "0", failed: "1" } });
    expect(result.log).toMatch(/^::error::.*aws ecr describe-images failed: .*AccessDeniedException/m);
    expect(result.log).not.toMatch(/^::(set-output|error::z)/m);
  });

  test("takes one tag back and leaves the image's others", async () => {
    store([image("a", 1, "sha-1111111", "sha-0000000"), image("b", 1, "sha-2222222")]);
    const withdraw = (TAG: string, of: string) =>
      runNodeProgram("withdraw-tags", { ...environment(), TAG, DIGESTS: `app=${digest(of)}\n` }, { plan });
    for (const [name, of] of [
      ["sha-1111111", "a"],
      ["sha-2222222", "b"],
    ] as const)
      expect(await withdraw(name, of)).toMatchObject({ code: 0, outputs: { withdrawn: "1", failed: "0" } });
    expect(stored().images.map(({ tags }) => tags)).toEqual([["sha-0000000"]]);
  });
});
