/** The version of what a run builds, event by event. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HOSTILE, type Machine, startMachine } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";

const SHA = "0123456789012345678901234567890123456789";

describe.skipIf(missing("bash"))("decide-version.sh", () => {
  let machine: Machine;
  beforeAll(() => {
    machine = startMachine();
  });
  afterAll(() => machine.stop());
  interface Given {
    kind: string;
    base?: string;
    sha?: string;
    ref?: string;
    head?: string;
    run?: string;
    event?: unknown;
    /** The events of a target. */
    on?: ("main" | "release")[];
  }
  const decide = ({ kind, base = "1.0", sha = SHA, ref, head, run, event, on = [] }: Given) =>
    machine.run(
      "decide-version",
      {
        PLAN: JSON.stringify({ class: kind, sha }),
        ...(run !== undefined && { GITHUB_RUN_NUMBER: run }),
        ...(ref !== undefined && { GITHUB_REF_NAME: ref }),
        ...(head !== undefined && { GITHUB_HEAD_REF: head }),
      },
      { plan: { versionBase: base, publish: { site: { kind: "deploy", on, secrets: [] } } }, event },
    );
  const today = () => new Date().toISOString().slice(0, 10).replaceAll("-", "");

  it.each([
    [{ kind: "main" }, { version: "1.0.57", prerelease: "false", major: "false", channel: "latest" }],
    [
      { kind: "main", base: "2.0.0" },
      { version: "2.0.0", prerelease: "false", major: "true", channel: "latest" },
    ],
    [
      { kind: "main", base: "0.0.0" },
      { version: "0.0.0", major: "false" },
    ],
    [
      { kind: "integration", ref: "development" },
      { version: "1.0.57-development.57", prerelease: "true", major: "false", channel: "next" },
    ],
    [{ kind: "integration", ref: "development", base: "1.2.3" }, { version: "1.2.3-development.57" }],
    [{ kind: "feature", ref: "feature/Új_dolog" }, { version: "1.0.57-feature-j-dolog.57" }],
    [{ kind: "feature", ref: "007" }, { version: "1.0.57-branch-007.57" }],
    [{ kind: "feature", ref: "###" }, { version: "1.0.57-branch.57" }],
    [
      { kind: "pullRequest", ref: "12/merge", event: { pull_request: { number: 12 } } },
      { version: "1.0.57-pr.12.57.g0123456", prerelease: "true" },
    ],
    [
      { kind: "pullRequest", base: "2.0", head: "fix", event: { pull_request: { number: 3 } } },
      { version: "2.0.57-pr.3.57.g0123456" },
    ],
    [{ kind: "feature", ref: "12/merge", head: "fix" }, { version: "1.0.57-fix.57" }],
    // What somebody publishes by hand from main has the version that a push would have.
    [{ kind: "manual", on: ["main"], event: { inputs: { force_publish: "true" } } }, { version: "1.0.57" }],
    [{ kind: "manual", on: ["main"], event: { inputs: { force_publish: true } } }, { version: "1.0.57" }],
    [
      { kind: "manual", on: ["main"], ref: "dev", event: { inputs: { force_publish: "true" } } },
      { version: "1.0.57-manual.57" },
    ],
    [{ kind: "manual", on: ["main"], event: { inputs: {} } }, { version: "1.0.57-manual.57" }],
    [
      { kind: "manual", on: ["release"], event: { inputs: { force_publish: "true" } } },
      { version: "1.0.57-manual.57" },
    ],
    [{ kind: "queue" }, { version: "1.0.57-queue.57.g0123456" }],
    [{ kind: "manual" }, { version: "1.0.57-manual.57" }],
    [
      { kind: "release", ref: "v1.2.3" },
      { version: "1.2.3", prerelease: "false", major: "false", channel: "latest" },
    ],
    [
      { kind: "release", ref: "client/v3.0.0" },
      { version: "3.0.0", major: "true" },
    ],
    [
      { kind: "release", ref: "v3.0.0-rc.1" },
      { version: "3.0.0-rc.1", prerelease: "true", major: "false", channel: "next" },
    ],
  ] as [Given, Record<string, string>][])("gives %j its version", async (environment, outputs) => {
    expect(await decide(environment)).toMatchObject({
      code: 0,
      outputs,
      summary: `Version \`${outputs["version"]}\` (${outputs["version"]?.includes("-") ? "next" : "latest"})\n`,
    });
  });

  it("dates a nightly build", async () => {
    const before = today();
    const { outputs } = await decide({ kind: "nightly" });
    expect([`1.0.57-nightly.${before}.57`, `1.0.57-nightly.${today()}.57`]).toContain(outputs["version"]);
  });

  it.each([
    [{ kind: "main", base: "1" }, "neither like 1.0 nor like 1.2.3"],
    [{ kind: "main", base: "1.02" }, "neither like 1.0 nor like 1.2.3"],
    [{ kind: "pullRequest" }, "names no pull request"],
    [{ kind: "main", sha: "abc" }, "no full commit"],
    [{ kind: "pullRequest", event: { pull_request: { number: "1;x" } } }, "names no pull request"],
    [{ kind: "release", ref: "v1.2" }, "does not end in a version"],
    [{ kind: "release", ref: "v1.2.3.4" }, "does not end in a version"],
    [{ kind: "release", ref: "v1.2.3-rc.01" }, "no leading zeros"],
    [{ kind: "release", ref: "v1.2.3+build" }, "build metadata"],
    [{ kind: "weekly" }, "have no version"],
  ])("refuses %j", async (environment, message) => {
    const run = await decide(environment);
    expect(run).toMatchObject({ code: 1, outputs: {} });
    expect(run.log).toContain(message);
  });

  it.each(HOSTILE)("neither runs nor hands on %j", async (text) => {
    const feature = await decide({ kind: "feature", ref: text });
    expect(feature).toMatchObject({
      code: 0,
      outputs: { version: expect.stringMatching(/^1\.0\.57-[a-z0-9-]+\.57$/) },
    });
    expect((await decide({ kind: "release", ref: text })).code).toBe(1);
    expect((await decide({ kind: text })).code).toBe(1);
  });
});
