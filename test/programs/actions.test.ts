/** Each program's action.yml, held against the program beside it and against what GitHub and people expect of one. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { declaredText } from "../../src/programs/declare.mjs";
import { programFile, programNames, programPath, programText } from "../../src/programs/programs.ts";
import { actionOf, handedOn, variableOf } from "../support/program-folder.ts";
import { readProgram } from "../support/read-programs.ts";

const MOST_INPUTS = 12;
const EXPRESSION = /\$\{\{/;
/** The defaults are what a workflow wants, or the one policy of the plan is. */
const OF_TESTS = /^(API_)?(ATTEMPTS|DELAY)$|^(GRACE|POLL|RETRY)_SECONDS$|^(PORTAL|CHECK|UPLOADS)_URL$/;
/** What the command line of a service itself takes, so that the step's own env gives it. */
const OF_SERVICES = ["NODE_AUTH_TOKEN", "FLY_API_TOKEN"];
/** What the job's own `env` may hold, of which a diagnosis is made. */
const OF_JOBS = ["IMAGE", "SHOWN", "MAX_MEGABYTES"];
const names = programNames();

it("declared.ts says what the files say; `node src/programs/declare.mjs` writes it anew", async () => {
  const file = new URL("../../src/programs/declared.ts", import.meta.url);
  expect(readFileSync(file, "utf8")).toBe(await declaredText());
});

describe.each(names)("%s", (name) => {
  const action = actionOf(name);
  const program = readProgram(name);

  it("has inputs that its program reads, and no variable that is none", () => {
    const variables = program.inputs.map(variableOf);
    const known = [...variables, ...OF_SERVICES, ...(name === "collect-diagnostics" ? OF_JOBS : [])];
    expect(program.reads.filter((variable) => !known.includes(variable))).toEqual([]);
    expect(variables.filter((variable) => !program.readsAnywhere.includes(variable))).toEqual([]);
  });

  it("has few of them, and a default where one may stay away", () => {
    expect(program.inputs.length).toBeLessThanOrEqual(MOST_INPUTS);
    for (const [input, { required, default: value }] of Object.entries(action.inputs)) {
      // What stays away is empty to a program without being told so.
      expect([true, undefined], input).toContain(required);
      expect(value, input).not.toBe("");
      if (required === true || input === "pipeline") expect(value, input).toBeUndefined();
      if (input === "pipeline") expect(required).toBeUndefined();
    }
  });

  it("takes no setting that only tests need", () => {
    expect(program.inputs.map(variableOf).filter((variable) => OF_TESTS.test(variable))).toEqual([]);
  });

  it("asks which pipeline it is for, where it reads the plan of one", () => {
    const readsPlan = /\breadPlan\(\)|(^|[\s(`])plan ['"]/m.test(programText(name));
    if (readsPlan) expect(program.inputs).toContain("pipeline");
  });

  it("has the outputs that its program writes", () => {
    expect([...program.outputs].sort()).toEqual([...program.writes].sort());
  });

  it("is described in short sentences", () => {
    expect(action.name).toMatch(/^[A-Z]/);
    const described = [action, ...Object.values(action.inputs), ...Object.values(action.outputs)];
    for (const { description } of described) {
      expect(description).toMatch(/^[A-Z"`].*[.]$/s);
      expect(description.length, description).toBeLessThanOrEqual(300);
      expect(description).not.toMatch(/^[A-Z]?[a-z-]+ of the program/);
    }
    for (const line of programFile(`${name}/action.yml`).split("\n"))
      expect(line.length, line).toBeLessThanOrEqual(120);
  });

  it("runs its one file, uses no other action, and holds an expression only where nothing is executed", () => {
    const { using, main, steps = [] } = action.runs;
    const [, file = ""] = programPath(name).split("/");
    if (using === "node24") {
      expect({ main, steps }).toEqual({ main: file, steps: [] });
      for (const output of Object.values(action.outputs)) expect(output).not.toHaveProperty("value");
    } else {
      expect(using).toBe("composite");
      expect(steps.map(({ run }) => run)).toEqual([`bash "$GITHUB_ACTION_PATH/${file}"`]);
      for (const [output, { value }] of Object.entries(action.outputs))
        expect(value).toBe(`\${{ steps.${String(steps[0]?.["id"])}.outputs.${output} }}`);
      for (const step of steps) {
        const { env, with: given, ...rest } = step;
        expect(JSON.stringify(rest)).not.toMatch(EXPRESSION);
        expect(rest).not.toHaveProperty("uses");
      }
      expect(handedOn(name)).toEqual(
        Object.fromEntries(program.inputs.map((input) => [variableOf(input), `\${{ inputs.${input} }}`])),
      );
    }
    expect(programText(name)).not.toMatch(EXPRESSION);
    const described = { ...action, outputs: undefined, runs: undefined };
    expect(JSON.stringify(described)).not.toMatch(EXPRESSION);
  });

  it("says at its head what it does", () => {
    const text = programText(name);
    expect(text).toMatch(
      programPath(name).endsWith(".sh")
        ? /^#!\/usr\/bin\/env bash\n# [A-Z]/
        : /^(#!\/usr\/bin\/env node\n)?(\/\/ [A-Z]|\/\*\*?\n? ?\*? ?[A-Z])/,
    );
  });
});
