/** `sharedSteps: "composite"`: each program once, in an action of the repository. */
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { check } from "prettier";
import charon from "../../examples/charon/ci.config.ts";
import { compile } from "../../src/compiler/compile.ts";
import { readProgramComment } from "../../src/compiler/program-comment.ts";
import { programNames, programText } from "../../src/compiler/programs.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import { deployed } from "../support/deployed.ts";
import { planOf } from "../support/plan-of.ts";

interface Step {
  name: string;
  id?: string;
  uses?: string;
  run?: string;
  with?: Record<string, string>;
  env?: Record<string, string>;
}
interface Action {
  name: string;
  description: string;
  inputs?: Record<string, { description: string; required: boolean; default?: string }>;
  outputs?: Record<string, { value: string }>;
  runs: { using: string; steps: Step[] };
}

const emit = (config: ConfigInput): Map<string, string> =>
  new Map(compile(planOf(config).pipeline).map(({ path, body }) => [path, body]));
const composite = (config: ConfigInput): Map<string, string> => emit({ ...config, sharedSteps: "composite" });
const stepsOf = (text: string): Step[] =>
  Object.values((parse(text) as { jobs: Record<string, { steps?: Step[] }> }).jobs).flatMap(({ steps }) => steps ?? []);
const workflowsOf = (files: ReadonlyMap<string, string>): Step[] =>
  [...files].filter(([path]) => path.startsWith(".github/workflows/")).flatMap(([, text]) => stepsOf(text));
const actionsOf = (files: ReadonlyMap<string, string>): Map<string, Action> =>
  new Map(
    [...files]
      .filter(([path]) => path.startsWith(".github/actions/"))
      .map(([path, text]) => [path.replace(/\/action\.yml$/, ""), parse(text) as Action]),
  );

describe.each([
  ["Charon", charon],
  ["a shop whose tests deploy it", deployed],
  ["the same in one run", { ...deployed, topology: "workflow_call" as const }],
  ["a pipeline with a policy for what may fail", { ...deployed, retry: { attempts: 4 } }],
])("%s", (_name, config) => {
  const files = composite(config);
  const actions = actionsOf(files);

  test("no program stands in a workflow, and every action that is used is there with the inputs it gets", () => {
    const texts = new Set(programNames().map((name) => programText(name).trimEnd()));
    const steps = workflowsOf(files);
    expect(
      steps
        .filter(({ run }) => run !== undefined && [...texts].some((text) => run.includes(text)))
        .map(({ name }) => name),
    ).toEqual([]);
    const used = steps.filter(({ uses }) => uses?.startsWith("$/"));
    expect(used.length).toBeGreaterThan(10);
    for (const step of used) {
      const inputs = actions.get((step.uses ?? "").slice(2))?.inputs ?? {};
      expect(
        Object.keys(step.with ?? {}).filter((name) => !(name in inputs)),
        step.name,
      ).toEqual([]);
      expect(
        Object.entries(inputs)
          .filter(([name, { required }]) => required && !(name in (step.with ?? {})))
          .map(([name]) => name),
        step.name,
      ).toEqual([]);
    }
    expect([...actions.keys()].filter((path) => !used.some(({ uses }) => uses === `$/${path}`))).toEqual([]);
  });

  test("every output that a workflow reads of an action is one that the action hands on", () => {
    for (const [path, text] of files) {
      if (!path.startsWith(".github/workflows/")) continue;
      const steps = stepsOf(text).filter(({ id, uses }) => id !== undefined && uses?.startsWith("$/"));
      for (const { id = "", uses = "" } of steps) {
        const read = [...text.matchAll(new RegExp(`\\bsteps\\.${id}\\.outputs\\.([\\w-]+)`, "g"))].map(
          ([, name]) => name ?? "",
        );
        expect(Object.keys(actions.get(uses.slice(2))?.outputs ?? {}), `${path}: ${id}`).toEqual(
          expect.arrayContaining(read),
        );
      }
    }
  });

  test("what an action is told reaches its program by the environment, and no script holds an expression", () => {
    for (const [path, { inputs = {}, runs }] of actions) {
      const [step] = runs.steps;
      expect(runs.using, path).toBe("composite");
      expect(step?.run, path).not.toContain("${{");
      expect(
        Object.keys(step?.env ?? {})
          .map((name) => name.toLowerCase().replaceAll("_", "-"))
          .sort(),
        path,
      ).toEqual(Object.keys(inputs).sort());
    }
  });

  test("the files are as Prettier writes them", async () => {
    for (const [path, text] of files) expect(await check(text, { filepath: path }), path).toBe(true);
  });
});

test("inline is the default, and has no actions", () => {
  expect(actionsOf(emit(charon)).size).toBe(0);
});

test("an input that not every step passes leaves what the workflow's environment says", () => {
  const [step] =
    actionsOf(
      composite({
        ...deployed,
        retry: { attempts: 4 },
        consumers: { ...deployed.consumers, plain: { needs: "app", prepare: "npm ci", run: "npm test" } },
      }),
    ).get(".github/actions/run-with-retries")?.runs.steps ?? [];
  expect(step?.env?.["RETRY_ATTEMPTS"]).toBe("${{ inputs.retry-attempts || env.RETRY_ATTEMPTS }}");
  expect(step?.env?.["COMMANDS"]).toBe("${{ inputs.commands }}");
});

test("what the config's commands read stays the step's own environment", () => {
  const deploy = workflowsOf(composite(deployed)).find(
    ({ name, env = {} }) => name === "Deploy the image" && "FLY_ORG" in env,
  );
  expect(deploy?.env).toMatchObject({ APP: "${{ steps.place.outputs.name }}", FLY_REGION: "sjc" });
  expect(deploy?.with).not.toHaveProperty("app");
});

test("an action describes itself and its inputs by the program's own comment", () => {
  const pull = actionsOf(composite(charon)).get(".github/actions/pull-image");
  expect(pull?.description).toMatch(/^Pulls the image under test, with retries/);
  expect(pull?.inputs?.["local-tag"]?.description).toBe("the name that it gets on this runner");
  expect(pull?.outputs?.["source"]?.value).toBe("${{ steps.run.outputs.source }}");
});

test("a comment is read entry by entry, with what goes on in the next line", () => {
  const comment = readProgramComment(
    "# Does it,\n# and well.\n#\n# NAME, OTHER  whose it is,\n#              and how much; THIRD the rest\n# TAG_*, ...   the rules\n# TIMEOUT_SECONDS, POLL_SECONDS\n#\n# Outputs: none.\ncode\n",
  );
  expect(comment.purpose).toBe("Does it, and well.");
  expect(comment.of("OTHER")).toBe("whose it is, and how much; THIRD the rest");
  expect(comment.of("THIRD")).toContain("THIRD the rest");
  expect(comment.of("TAG_MAIN")).toBe("the rules");
  expect(comment.of("POLL_SECONDS")).toContain("POLL_SECONDS");
  expect(comment.of("UNKNOWN")).toBeUndefined();
});
