/** What lies beside the workflows, and what git and GitHub are told of it. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { compileFiles } from "../../src/compiler/compile.ts";
import { type ConfigInput, configSchema } from "../../src/config/schema.ts";
import { plans } from "../../src/pipeline/plans.ts";
import { PROGRAMS_FOLDER } from "../../src/programs/programs.ts";
import { planOf, smallConfig } from "../support/plan-of.ts";

const ATTRIBUTES = `${PROGRAMS_FOLDER}/.gitattributes`;
const attributesOf = (pipelines: Parameters<typeof compileFiles>[0]): string | undefined =>
  compileFiles(pipelines)
    .find(({ path }) => path === ATTRIBUTES)
    ?.body();

/** What git itself says of a file, where the repository's root says `root`. */
function attributeOf(name: string, body: string, root: string): string {
  const repository = mkdtempSync(join(tmpdir(), "pipewright-attributes-"));
  const files = { ".gitattributes": root, [ATTRIBUTES]: body, [`${PROGRAMS_FOLDER}/lib/log.mjs`]: "" };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(repository, path)), { recursive: true });
    writeFileSync(join(repository, path), text);
  }
  execFileSync("git", ["init", "--quiet"], { cwd: repository });
  const said = execFileSync("git", ["check-attr", name, `${PROGRAMS_FOLDER}/lib/log.mjs`], {
    cwd: repository,
    encoding: "utf8",
  });
  rmSync(repository, { recursive: true });
  return said.trim().split(": ").at(-1) ?? "";
}

describe("what is said of the programs", () => {
  const body = attributesOf([planOf(smallConfig()).pipeline]) ?? "";

  it("is that they are generated, whatever the root says: the nearer file counts", () => {
    expect(body).toBe("* linguist-generated text eol=lf\n");
    expect(attributeOf("linguist-generated", body, "*.mjs -linguist-generated\n")).toBe("set");
    expect(attributeOf("eol", body, "* text eol=crlf\n")).toBe("lf");
  });

  it("is left to the repository where the config wants to see them", () => {
    const shown = attributesOf([planOf(smallConfig({ files: { fold: false } })).pipeline]) ?? "";
    expect(shown).toBe("* text eol=lf\n");
    expect(attributeOf("linguist-generated", shown, "")).toBe("unspecified");
    expect(attributeOf("linguist-generated", shown, ".github/** linguist-generated\n")).toBe("set");
  });

  it("is that they are shown as soon as one of several pipelines wants to see them", () => {
    const { project, ...member } = smallConfig();
    const config: ConfigInput = {
      project,
      pipelines: {
        api: { ...member, builds: { api: { kind: "image" } }, consumers: {} },
        web: { ...member, builds: { web: { kind: "image" } }, consumers: {}, files: { fold: false } },
      },
    };
    const { pipelines, problems } = plans(configSchema.parse(config));
    expect(problems).toEqual([]);
    expect(attributesOf(pipelines)).toBe("* text eol=lf\n");
  });
});
