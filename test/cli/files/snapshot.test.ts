/** Whose each file is: workflows by their header, programs by the digests in plan.json, plan.json by its own mark. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { FileState } from "../../../src/cli/files/changes.ts";
import { compareWithRepository } from "../../../src/cli/files/snapshot.ts";
import { stamp } from "../../../src/cli/files/stamp.ts";
import { writeAll } from "../../../src/cli/files/transaction.ts";
import { printPlanFile } from "../../../src/pipeline/plan-file.ts";
import { contents, folder, put } from "../folder.ts";

const CONFIG = "ci.config.ts";
const FOLDER = ".github/pipewright";
const PLAN = `${FOLDER}/plan.json`;
const WORKFLOW = ".github/workflows/build.yml";
const digest = (text: string): string => createHash("sha256").update(text).digest("hex");

/** What a config declares: one workflow, and these programs with what holds them together. */
function declared(programs: Readonly<Record<string, string>>, source = CONFIG): Record<string, string> {
  const files = Object.fromEntries(Object.entries(programs).map(([path, text]) => [path, digest(text)]));
  const plan = printPlanFile({ version: 1, pipelines: {}, files });
  return {
    [WORKFLOW]: stamp(`name: Build of ${Object.keys(programs).length}\n`, { source }),
    [`${FOLDER}/.gitattributes`]: stamp("* text eol=lf\n", { source }),
    [PLAN]: stamp(plan, { source, comment: "json" }),
    ...Object.fromEntries(Object.entries(programs).map(([path, text]) => [`${FOLDER}/${path}`, text])),
  };
}

const EARLIER = { "pull/action.yml": "name: Pull\n", "pull/pull.sh": "echo earlier\n", "lib/log.sh": "log() { :; }\n" };
const NOW = { ...EARLIER, "pull/pull.sh": "echo now\n", "push/push.mjs": "console.log(1);\n" };

const compare = (root: string, files: Readonly<Record<string, string>>, config = CONFIG) =>
  compareWithRepository(
    root,
    config,
    Object.entries(files).map(([path, text]) => ({ path, text: () => Promise.resolve(text) })),
  );

async function states(
  root: string,
  files: Readonly<Record<string, string>>,
  config = CONFIG,
): Promise<Record<string, FileState>> {
  const statuses = await compare(root, files, config);
  return Object.fromEntries(statuses.flatMap(({ path, state }) => (state === "current" ? [] : [[path, state]])));
}

/** A repository as an earlier Pipewright left it. */
const repository = (more: Readonly<Record<string, string>> = {}): Promise<string> =>
  folder({ [CONFIG]: "", ...declared(EARLIER), ...more });

describe("a program without a header", () => {
  test("is stale where plan.json has its digest, and current where it is what the config declares", async () => {
    const root = await repository();
    expect(await states(root, declared(EARLIER))).toEqual({});
    expect(await states(root, declared(NOW))).toEqual({
      [WORKFLOW]: "stale",
      [PLAN]: "stale",
      [`${FOLDER}/pull/pull.sh`]: "stale",
      [`${FOLDER}/push/push.mjs`]: "missing",
    });
  });

  test("was edited where its digest is another one, unless the edit is what the config now declares", async () => {
    const root = await repository({
      [`${FOLDER}/pull/pull.sh`]: "echo mine\n",
      [`${FOLDER}/lib/log.sh`]: "log() { echo; }\n",
    });
    expect(await states(root, declared(EARLIER))).toEqual({
      [`${FOLDER}/pull/pull.sh`]: "edited",
      [`${FOLDER}/lib/log.sh`]: "edited",
    });
    await put(root, `${FOLDER}/pull/pull.sh`, NOW["pull/pull.sh"]);
    expect((await states(root, declared(NOW)))[`${FOLDER}/pull/pull.sh`]).toBeUndefined();
  });

  test("that nobody lists is the user's: in the way, or none of our business", async () => {
    const root = await repository({ [`${FOLDER}/push/push.mjs`]: "mine();\n", [`${FOLDER}/own/own.sh`]: "echo own\n" });
    const found = await states(root, declared(NOW));
    expect(found[`${FOLDER}/push/push.mjs`]).toBe("handwritten");
    expect(found).not.toHaveProperty(`${FOLDER}/own/own.sh`);
    await rm(join(root, PLAN));
    expect((await states(root, declared(NOW)))[`${FOLDER}/pull/pull.sh`]).toBe("handwritten");
  });

  test("that is no longer declared goes, unless it was edited", async () => {
    const root = await repository({ [`${FOLDER}/lib/log.sh`]: "log() { echo mine; }\n" });
    const { "pull/action.yml": action } = EARLIER;
    expect(await states(root, declared({ "pull/action.yml": action }))).toMatchObject({
      [`${FOLDER}/pull/pull.sh`]: "undeclared",
      [`${FOLDER}/lib/log.sh`]: "undeclared-edited",
    });
    expect(await states(root, {})).toEqual({
      [WORKFLOW]: "undeclared",
      [PLAN]: "undeclared",
      [`${FOLDER}/.gitattributes`]: "undeclared",
      [`${FOLDER}/pull/action.yml`]: "undeclared",
      [`${FOLDER}/pull/pull.sh`]: "undeclared",
      [`${FOLDER}/lib/log.sh`]: "undeclared-edited",
    });
  });

  test("of another config that is there is in the way; one of a config that is gone is ours", async () => {
    const root = await folder({ "other.config.ts": "", [CONFIG]: "", ...declared(EARLIER, "other.config.ts") });
    const [found] = (await compare(root, declared(NOW))).filter(({ path }) => path.endsWith("pull.sh"));
    expect(found).toMatchObject({ state: "handwritten", otherSource: "other.config.ts" });
    expect(await states(root, {})).toEqual({});
    await rm(join(root, "other.config.ts"));
    expect((await states(root, declared(NOW)))[`${FOLDER}/pull/pull.sh`]).toBe("stale");
  });

  test("is known behind a merge of plan.json that nobody has resolved, with either side's text", async () => {
    const root = await folder({ [CONFIG]: "", ...declared(EARLIER) });
    const merge = ["merge-file", "--quiet", PLAN, "base", "theirs"];
    await put(root, "base", "{\n}\n");
    await put(root, "theirs", declared(NOW)[PLAN] ?? "");
    expect(() => execFileSync("git", merge, { cwd: root })).toThrow();
    expect(await readFile(join(root, PLAN), "utf8")).toContain("<<<<<<<");
    expect(await states(root, declared(NOW))).toMatchObject({
      [PLAN]: "edited",
      [`${FOLDER}/pull/pull.sh`]: "stale",
      [`${FOLDER}/push/push.mjs`]: "missing",
    });
  });
});

describe("plan.json", () => {
  test("says that it is edited, stale, another config's or nobody's as every generated file does", async () => {
    const root = await repository();
    const text = await readFile(join(root, PLAN), "utf8");
    await put(root, PLAN, text.replace('"version": 1', '"version": 2'));
    expect((await states(root, declared(EARLIER)))[PLAN]).toBe("edited");
    await put(root, PLAN, text.replace('"from": "ci.config.ts"', '"from": "gone.config.ts"'));
    expect((await states(root, declared(EARLIER)))[PLAN]).toBe("stale");
    await put(root, PLAN, JSON.stringify(JSON.parse(text), undefined, 4));
    expect((await states(root, declared(EARLIER)))[PLAN]).toBe("edited");
    await put(root, PLAN, '{ "mine": true }\n');
    expect((await states(root, declared(EARLIER)))[PLAN]).toBe("handwritten");
  });
});

test("line endings that git made are nobody's edit; without git they are drift and no loss", async () => {
  const crlf = (text: string): string => text.replaceAll("\n", "\r\n");
  const files = Object.fromEntries(Object.entries(declared(EARLIER)).map(([path, text]) => [path, crlf(text)]));
  const root = await folder({ [CONFIG]: "", ...files });
  expect(new Set(Object.values(await states(root, declared(EARLIER))))).toEqual(new Set(["stale"]));
  execFileSync("git", ["init", "--quiet"], { cwd: root });
  execFileSync("git", ["config", "core.autocrlf", "true"], { cwd: root });
  // The folder's own .gitattributes forbids it there, so a clone has it only of what lies elsewhere.
  await rm(join(root, FOLDER, ".gitattributes"));
  expect(await states(root, declared(EARLIER))).toEqual({ [`${FOLDER}/.gitattributes`]: "missing" });
});

test("a composite action that an earlier Pipewright wrote goes; one of the user's stays", async () => {
  const old = stamp("name: Shared\n", { source: CONFIG });
  const root = await repository({
    ".github/actions/shared/action.yml": old,
    ".github/actions/edited/action.yml": `${old}# more\n`,
    ".github/actions/mine/action.yml": "name: Mine\n",
  });
  expect(await states(root, declared(EARLIER))).toEqual({
    ".github/actions/shared/action.yml": "undeclared",
    ".github/actions/edited/action.yml": "undeclared-edited",
  });
});

test("whatever was done to the files, writing what differs makes all current, and takes only what is listed", async () => {
  const names = fc.constantFrom("a/a.sh", "a/action.yml", "b/b.mjs", "lib/log.sh", "lib/x.mjs");
  const programs = fc.dictionary(names, fc.constantFrom("one\n", "two\n", "three\n", ""));
  const deeds = fc.dictionary(names, fc.constantFrom("edit", "remove", "crlf"));
  await fc.assert(
    fc.asyncProperty(programs, programs, deeds, async (before, after, done) => {
      const root = await folder({ [CONFIG]: "", [`${FOLDER}/mine/mine.sh`]: "mine\n", ...declared(before) });
      for (const [name, deed] of Object.entries(done)) {
        const text = before[name];
        if (text === undefined) continue;
        if (deed === "remove") await rm(join(root, FOLDER, name));
        else await put(root, `${FOLDER}/${name}`, deed === "edit" ? `${text}edited` : text.replaceAll("\n", "\r\n"));
      }
      const statuses = await compare(root, declared(after));
      const lost = statuses.filter(({ state }) => state === "edited" || state === "undeclared-edited");
      const edited = Object.keys(done).filter((name) => done[name] === "edit" && before[name] !== undefined);
      expect(lost.map(({ path }) => path).sort()).toEqual(
        edited
          .filter((name) => `${before[name] ?? ""}edited` !== after[name])
          .map((name) => `${FOLDER}/${name}`)
          .sort(),
      );
      expect(statuses.filter(({ state }) => state === "handwritten")).toEqual([]);
      await writeAll(statuses.filter(({ state }) => state !== "current"));
      expect(await states(root, declared(after))).toEqual({});
      expect(await contents(root)).toEqual({ [CONFIG]: "", [`${FOLDER}/mine/mine.sh`]: "mine\n", ...declared(after) });
    }),
    { numRuns: 30 },
  );
});
