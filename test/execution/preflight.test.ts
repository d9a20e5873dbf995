/** What is said of secrets before a run builds anything. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HOSTILE, type Machine, startMachine } from "../support/run-program.ts";
import { missing } from "../support/tools.ts";

describe.skipIf(missing("bash", "jq"))("preflight.sh", () => {
  let machine: Machine;
  beforeAll(() => {
    machine = startMachine();
  });
  afterAll(() => machine.stop());
  const check = (...needed: unknown[]) =>
    machine.run("preflight", {
      NEEDED: JSON.stringify(needed),
      SETTINGS_URL: "https://github.com/o/r/settings/secrets/actions",
    });
  const npm = { secret: "NPM_TOKEN", for: "publishing to npm", present: "true", required: true };
  const hub = { secret: "DOCKERHUB_TOKEN", for: "copies on Docker Hub", present: "false", required: true };
  const chat = { secret: "WEBHOOK", for: "telling people", present: "false", required: false };

  it("goes on when all that is required is there", async () => {
    const run = await check(npm, { ...chat, present: "true" });
    expect(run).toMatchObject({
      code: 0,
      summary:
        "| Secret | What it is for | |\n| --- | --- | --- |\n| `NPM_TOKEN` | `publishing to npm` | ✅ set |\n| `WEBHOOK` | `telling people` | ✅ set |\n",
    });
    expect(run.log).not.toContain("::warning");
  });

  it("goes on, with a warning, when what is missing is not required", async () => {
    const run = await check(npm, chat);
    expect(run.code).toBe(0);
    expect(run.log).toContain("::warning::Not all secrets are there, so what needs them does not happen.");
    expect(run.log).toContain("  WEBHOOK: telling people\n");
  });

  it("names every secret that is missing, what it is for, and where to set it", async () => {
    const run = await check({ ...npm, present: "false" }, hub, chat);
    expect(run.code).toBe(1);
    expect(run.log).toContain(
      "::error::Not all secrets are there, so nothing is built that could not be published. Set what is missing under Settings > Secrets and variables > Actions (https://github.com/o/r/settings/secrets/actions), and re-run.\n",
    );
    expect(run.log).toContain("  NPM_TOKEN: publishing to npm\n  DOCKERHUB_TOKEN: copies on Docker Hub\n");
    expect(run.summary).toContain("| `DOCKERHUB_TOKEN` | `copies on Docker Hub` | ❌ missing |");
    expect(run.summary).toContain("| `WEBHOOK` | `telling people` | ⚠️ missing, not required |");
  });

  it("counts as missing what nobody said to be there, and as required what nobody said to be optional", async () => {
    expect((await check({ secret: "A", for: "x", present: "" })).code).toBe(1);
    expect((await check({ secret: "A", for: "x" })).code).toBe(1);
    expect((await check({ secret: "A", for: "", present: true })).code).toBe(0);
  });

  it("needs nothing where nothing is needed", async () => {
    expect((await check()).code).toBe(0);
  });

  it.each(["", "{}", "[{}]", "no JSON", '[{"secret":""}]'])("refuses %j, which is no list", async (text) => {
    expect((await machine.run("preflight", { NEEDED: text })).code).toBe(1);
  });

  it.each(HOSTILE)("prints %j as the text that it is", async (text) => {
    const run = await check({ secret: text, for: text, present: "false", required: true });
    expect(run.code).toBe(1);
    expect(run.summary.split("\n")).toHaveLength(5);
  });
});
