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
  const target = (kind: "npm" | "deploy", secrets: string[], environment?: string) => {
    const common = { on: ["main" as const, "release" as const], secrets, ...(environment && { environment }) };
    return kind === "deploy"
      ? { kind, ...common }
      : {
          kind,
          ...common,
          from: "client",
          access: "public" as const,
          registry: "https://registry.npmjs.org",
          trusted: false,
          provenance: true,
        };
  };
  const check = (present: Record<string, unknown>, publish = {}) =>
    machine.run(
      "preflight",
      { PRESENT: JSON.stringify(present), GITHUB_REPOSITORY: "o/r" },
      {
        plan: {
          publish: {
            client: target("npm", ["NPM_TOKEN"]),
            site: target("deploy", ["HOST", "NPM_TOKEN"], "production"),
            ...publish,
          },
        },
      },
    );

  it("goes on when all that is needed is there", async () => {
    const run = await check({ NPM_TOKEN: true, HOST: true });
    expect(run.code, run.log).toBe(0);
    expect(run.summary).toBe(
      "| Secret | What it is for | |\n| --- | --- | --- |\n| `NPM_TOKEN` | `to publish client, on main, release; to publish site; it belongs to the environment production` | ✅ set |\n| `HOST` | `to publish site; it belongs to the environment production` | ✅ set |\n",
    );
    expect(run.log).not.toContain("::warning");
  });

  it("names every secret that is missing, what it is for, and where to set it", async () => {
    const run = await check(
      { NPM_TOKEN: false, HOST: true, OTHER: false },
      { other: target("deploy", ["OTHER"]), site: target("deploy", ["HOST"]) },
    );
    expect(run.code).toBe(1);
    expect(run.log).toContain(
      "::error::Not all secrets are there, so nothing is built that could not be published. Set what is missing under Settings > Secrets and variables > Actions (https://github.com/o/r/settings/secrets/actions), and re-run.\n",
    );
    expect(run.log).toContain(
      "  NPM_TOKEN: to publish client, on main, release\n  OTHER: to publish other, on main, release\n",
    );
    expect(run.summary).toContain("| `NPM_TOKEN` | `to publish client, on main, release` | ❌ missing |");
    expect(run.summary).toContain("| `HOST` | `to publish site, on main, release` | ✅ set |");
  });

  it("counts as missing what nobody said to be there", async () => {
    expect((await check({ NPM_TOKEN: "" })).code).toBe(1);
    expect((await check({ NPM_TOKEN: null })).code).toBe(1);
    expect((await check({ NPM_TOKEN: "true" })).code).toBe(0);
  });

  it("needs nothing where nothing is needed", async () => {
    expect((await check({})).code).toBe(0);
  });

  it.each(["", "[]", "no JSON", '{"":true}', "true"])("refuses %j, which says nothing of secrets", async (text) => {
    expect((await machine.run("preflight", { PRESENT: text })).code).toBe(1);
  });

  it.each(HOSTILE)("prints %j as the text that it is", async (text) => {
    const run = await check({ [text]: false }, { other: target("deploy", [text]) });
    expect(run.code).toBe(1);
    expect(run.summary.split("\n")).toHaveLength(5);
  });
});
