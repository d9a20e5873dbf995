/** What the hooks, the guide's snippets and the action say; `hooks.slow.test.ts` runs them. */
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { action, blocks, hooks } from "./hook-texts.ts";

describe(".pre-commit-hooks.yaml", () => {
  test("has a hook that checks and one that generates, which take no file names, and one that lints those that change", () => {
    expect(hooks).toEqual([
      expect.objectContaining({
        id: "pipewright-check",
        entry: "pipewright check",
        language: "node",
        pass_filenames: false,
      }),
      expect.objectContaining({
        id: "pipewright-generate",
        entry: "pipewright generate",
        language: "node",
        pass_filenames: false,
      }),
      expect.not.objectContaining({ pass_filenames: false }),
    ]);
    expect(hooks).toHaveProperty(
      "2",
      expect.objectContaining({
        id: "pipewright-lint",
        entry: "pipewright lint",
        language: "node",
        require_serial: true,
      }),
    );
  });

  test("the check runs when the config, a generated file or a Dockerfile changes, and not for other files", () => {
    const pattern = new RegExp((hooks as { files: string }[])[0]?.files ?? "");
    for (const path of [
      "ci.config.ts",
      "ci.config.yaml",
      ".github/workflows/e2e.yml",
      ".github/pipewright/plan.json",
      ".github/pipewright/take-image/take-image.mjs",
      ".github/pipewright/.gitattributes",
      ".github/actionlint.yaml",
      "Dockerfile",
      "services/api/Dockerfile",
      "docs/ci-cd.md",
      ".prettierrc.json",
    ])
      expect(path).toMatch(pattern);
    for (const path of ["src/index.ts", "README.md", "my.ci.config.ts.bak", ".github/CODEOWNERS"])
      expect(path).not.toMatch(pattern);
  });

  test("the linter runs on the workflows and actions that change", () => {
    const pattern = new RegExp((hooks as { files: string }[])[2]?.files ?? "");
    for (const path of [
      ".github/workflows/e2e.yml",
      ".github/workflows/e2e.yaml",
      "action.yml",
      ".github/actions/a/action.yaml",
    ])
      expect(path).toMatch(pattern);
    for (const path of [".github/dependabot.yml", "docs/workflows/x.yml", "reaction.yml"])
      expect(path).not.toMatch(pattern);
  });
});

describe("the guide's lefthook and pre-commit snippets", () => {
  test("are YAML that names the commands which exist", () => {
    const [check, generate] = blocks("lefthook").map((text): unknown => parse(text));
    expect(check).toHaveProperty("pre-commit.commands.pipewright.run", "npx --no-install pipewright check");
    expect(generate).toHaveProperty("pre-commit.commands.pipewright.stage_fixed", true);
    expect(parse(blocks("pre-commit")[0] ?? "")).toHaveProperty(
      "repos.0.hooks.0.id",
      (hooks as { id: string }[])[0]?.id,
    );
  });
});

describe("action.yml", () => {
  const steps = (
    action as { runs: { using: string; steps: { run: string; shell: string; env: Record<string, string> }[] } }
  ).runs;

  const step = steps.steps[0];

  test("is a composite action whose inputs reach the script through the environment only", () => {
    expect(steps.using).toBe("composite");
    expect(steps.steps).toHaveLength(1);
    expect(step?.shell).toBe("bash");
    expect(step?.run).not.toContain("${{");
    expect(step?.env).toEqual({
      WORKING_DIRECTORY: "${{ inputs.working-directory }}",
      CONFIG: "${{ inputs.config }}",
      LINT: "${{ inputs.lint }}",
    });
    expect(step?.run).toContain("npx --no-install");
  });
});
