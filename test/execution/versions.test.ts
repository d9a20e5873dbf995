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
  const decide = (environment: Record<string, string>) =>
    machine.run("decide-version", { BASE: "1.0", RUN_NUMBER: "57", SHA, ...environment });
  const today = () => new Date().toISOString().slice(0, 10).replaceAll("-", "");

  it.each([
    [{ CLASS: "main" }, { version: "1.0.57", prerelease: "false", major: "false", channel: "latest" }],
    [
      { CLASS: "main", BASE: "2.0.0" },
      { version: "2.0.0", prerelease: "false", major: "true", channel: "latest" },
    ],
    [
      { CLASS: "main", BASE: "0.0.0" },
      { version: "0.0.0", major: "false" },
    ],
    [
      { CLASS: "integration", BRANCH: "development" },
      { version: "1.0.57-development.57", prerelease: "true", major: "false", channel: "next" },
    ],
    [{ CLASS: "integration", BRANCH: "development", BASE: "1.2.3" }, { version: "1.2.3-development.57" }],
    [{ CLASS: "feature", BRANCH: "feature/Új_dolog" }, { version: "1.0.57-feature-j-dolog.57" }],
    [{ CLASS: "feature", BRANCH: "007" }, { version: "1.0.57-branch-007.57" }],
    [{ CLASS: "feature", BRANCH: "###" }, { version: "1.0.57-branch.57" }],
    [
      { CLASS: "pullRequest", PR_NUMBER: "12" },
      { version: "1.0.57-pr.12.57.g0123456", prerelease: "true" },
    ],
    [{ CLASS: "queue" }, { version: "1.0.57-queue.57.g0123456" }],
    [{ CLASS: "manual" }, { version: "1.0.57-manual.57" }],
    [
      { CLASS: "release", REF_NAME: "v1.2.3" },
      { version: "1.2.3", prerelease: "false", major: "false", channel: "latest" },
    ],
    [
      { CLASS: "release", REF_NAME: "client/v3.0.0" },
      { version: "3.0.0", major: "true" },
    ],
    [
      { CLASS: "release", REF_NAME: "v3.0.0-rc.1" },
      { version: "3.0.0-rc.1", prerelease: "true", major: "false", channel: "next" },
    ],
  ])("gives %j its version", async (environment, outputs) => {
    expect(await decide(environment)).toMatchObject({
      code: 0,
      outputs,
      summary: `Version \`${outputs.version}\` (${outputs.version.includes("-") ? "next" : "latest"})\n`,
    });
  });

  it("dates a nightly build", async () => {
    const before = today();
    const { outputs } = await decide({ CLASS: "nightly" });
    expect([`1.0.57-nightly.${before}.57`, `1.0.57-nightly.${today()}.57`]).toContain(outputs["version"]);
  });

  it.each([
    [{ CLASS: "main", BASE: "1" }, "neither like 1.0 nor like 1.2.3"],
    [{ CLASS: "main", BASE: "1.02" }, "neither like 1.0 nor like 1.2.3"],
    [{ CLASS: "main", RUN_NUMBER: "007" }, "RUN_NUMBER is no number"],
    [{ CLASS: "main", SHA: "abc" }, "no full commit"],
    [{ CLASS: "pullRequest", PR_NUMBER: "1;x" }, "PR_NUMBER is no number"],
    [{ CLASS: "release", REF_NAME: "v1.2" }, "does not end in a version"],
    [{ CLASS: "release", REF_NAME: "v1.2.3.4" }, "does not end in a version"],
    [{ CLASS: "release", REF_NAME: "v1.2.3-rc.01" }, "no leading zeros"],
    [{ CLASS: "release", REF_NAME: "v1.2.3+build" }, "build metadata"],
    [{ CLASS: "weekly" }, "have no version"],
  ])("refuses %j", async (environment, message) => {
    const run = await decide(environment);
    expect(run).toMatchObject({ code: 1, outputs: {} });
    expect(run.log).toContain(message);
  });

  it.each(HOSTILE)("neither runs nor hands on %j", async (text) => {
    const feature = await decide({ CLASS: "feature", BRANCH: text });
    expect(feature).toMatchObject({
      code: 0,
      outputs: { version: expect.stringMatching(/^1\.0\.57-[a-z0-9-]+\.57$/) },
    });
    expect((await decide({ CLASS: "release", REF_NAME: text })).code).toBe(1);
    expect((await decide({ CLASS: text })).code).toBe(1);
  });
});
