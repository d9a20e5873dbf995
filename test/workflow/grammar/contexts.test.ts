import { expect, it } from "vitest";
import { contextsAt } from "../../../src/workflow/grammar/contexts.ts";
import { freshGrammar } from "../../../src/workflow/grammar/refresh.mjs";
import grammar from "../../../src/workflow/grammar/grammar.json" with { type: "json" };

const workflow = { kind: "workflow" } as const;
const action = { kind: "action" } as const;

it("is the grammar of the installed package", async () => {
  expect(grammar).toEqual(await freshGrammar());
});

it("knows what a step's script may name", () => {
  const { contexts, functions } = contextsAt(workflow, ["jobs", "build", "steps", "*", "run"]) ?? {};
  expect(contexts).toEqual(expect.arrayContaining(["github", "secrets", "steps", "matrix", "env"]));
  expect(functions).toEqual(["hashFiles"]);
});

it("knows that a job's condition has status functions and no secrets", () => {
  const { contexts, functions } = contextsAt(workflow, ["jobs", "build", "if"]) ?? {};
  expect(contexts).toEqual(["github", "inputs", "vars", "needs"]);
  expect(functions).toEqual(["always", "failure", "cancelled", "success"]);
});

it.each([
  [["run-name"], ["github", "inputs", "vars"]],
  [
    ["env", "HOME"],
    ["github", "inputs", "vars", "secrets"],
  ],
  [
    ["on", "workflow_call", "outputs", "digest", "value"],
    ["github", "inputs", "vars", "jobs"],
  ],
  [
    ["jobs", "a", "strategy", "matrix", "include", "*", "os"],
    ["github", "inputs", "vars", "needs"],
  ],
  [
    ["jobs", "a", "with", "tag"],
    ["github", "inputs", "vars", "needs", "strategy", "matrix"],
  ],
  [["permissions", "contents"], []],
  [["on", "push", "branches", "*"], []],
  [["jobs", "a", "steps", "*", "uses"], []],
  [["jobs", "a", "steps", "*", "parallel", "*", "id"], []],
])("%j may name %j", (path, contexts) => {
  expect(contextsAt(workflow, path)?.contexts).toEqual(contexts);
});

it("goes into groups of steps and into actions", () => {
  expect(contextsAt(workflow, ["jobs", "a", "steps", "*", "parallel", "*", "env", "X"])?.contexts).toContain("steps");
  expect(contextsAt(action, ["runs", "steps", "*", "if"])?.functions).toContain("failure");
  expect(contextsAt(action, ["runs", "steps", "*", "with", "token"])?.contexts).not.toContain("secrets");
  expect(contextsAt(action, ["inputs", "token", "default"])?.contexts).toContain("github");
});

it("knows nothing of what the grammar does not have", () => {
  expect(contextsAt(workflow, ["jobs", "a", "nonsense"])).toBeUndefined();
  expect(contextsAt(workflow, ["__proto__"])).toBeUndefined();
});
