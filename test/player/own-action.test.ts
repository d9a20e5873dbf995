/** Actions of the repository itself: composite ones, and those for Node. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { play, push } from "./bare-host.ts";
import { jobOf, logOf, type Run } from "./runs.ts";

const greet = `name: Greet
inputs: { who: { required: true }, how: { default: Hello }, token: { default: "\${{ github.token }}" } }
outputs: { text: { value: "\${{ steps.say.outputs.text }}" } }
runs:
  using: composite
  steps:
    - { id: say, shell: bash, env: { WHO: "\${{ inputs.who }}", HOW: "\${{ inputs.how }}" }, run: 'echo "text=$HOW $WHO" >> "$GITHUB_OUTPUT"; echo "SEEN=$WHO" >> "$GITHUB_ENV"; echo "color $COLOR, token \${#TOKEN}"' }
    - { if: "steps.say.outputs.text == 'Hello world'", shell: bash, working-directory: .github, run: 'basename "$PWD"; ls "$GITHUB_ACTION_PATH"' }
`;

/** Plays one job; the files of its workspace are written by its first step, and `atCommit` are what the commit holds. */
async function playSteps(
  steps: string,
  workspace: Record<string, string>,
  atCommit: Record<string, string> = {},
): Promise<Run> {
  const write = Object.entries(workspace).map(
    ([path, text]) =>
      `mkdir -p "$(dirname '${path}')"; echo '${Buffer.from(text).toString("base64")}' | base64 --decode > '${path}'`,
  );
  const { player } = play(
    {
      a: `name: A\non: push\njobs:\n  a:\n    runs-on: x\n    outputs: { text: "\${{ steps.g.outputs.text }}", outcome: "\${{ steps.g.outcome }}" }\n    steps:\n      - { name: files, run: ${JSON.stringify(write.join("; ") || "true")} }\n${steps}`,
    },
    {
      extract(_sha, target) {
        for (const [name, text] of Object.entries(atCommit)) {
          mkdirSync(dirname(join(target, name)), { recursive: true });
          writeFileSync(join(target, name), text);
        }
        return Promise.resolve(true);
      },
    },
  );
  const [run] = await player.happen(push());
  await player.settle();
  if (!run) throw new Error("nothing ran");
  return run;
}

test("takes inputs, sets outputs and variables, and runs from the workspace as it is", async () => {
  const run = await playSteps(
    `      - { id: g, uses: ./.github/actions/greet, with: { who: world }, env: { COLOR: red } }
      - { run: 'echo "seen $SEEN"' }`,
    { ".github/actions/greet/action.yml": greet },
  );
  const job = jobOf(run, "a");
  expect(job.outputs).toEqual({ text: "Hello world", outcome: "success" });
  expect(job.steps.map((step) => step.name)).toEqual(["files", "./.github/actions/greet", 'Run echo "seen $SEEN"']);
  expect(job.steps[1]?.log).toEqual(["color red, token 0", ".github", "action.yml"]);
  expect(job.steps[2]?.log).toEqual(["seen world"]);
});

test("is not there without a checkout; with $/ it comes from the commit of the workflow file", async () => {
  const missing = await playSteps(
    `      - { id: g, uses: ./.github/actions/greet, with: { who: world } }`,
    {},
    { ".github/actions/greet/action.yml": greet },
  );
  expect(logOf(jobOf(missing, "a"))).toContain("Did you forget to run actions/checkout");
  expect(missing.conclusion).toBe("failure");
  const found = await playSteps(
    `      - { id: g, uses: $/.github/actions/greet, with: { who: all } }`,
    {},
    { ".github/actions/greet/action.yml": greet },
  );
  expect(jobOf(found, "a").outputs["text"]).toBe("Hello all");
});

const steps = (text: string) => ({ "act/action.yml": `runs:\n  using: composite\n  steps:\n${text}` });

test("its own failure decides success() and failure() in it, and its step can be tolerated", async () => {
  const run = await playSteps(
    `      - { id: g, continue-on-error: true, uses: ./act }
      - { name: fails, run: "false" }
      - { name: cleanup, if: failure(), uses: ./again }`,
    {
      ...steps(`    - { shell: bash, continue-on-error: true, run: "false" }
    - { shell: bash, run: "echo still here; exit 3" }
    - { shell: bash, run: "echo passed over" }
    - { if: failure(), shell: sh, run: "echo saw it" }`),
      "again/action.yml": `runs: { using: composite, steps: [{ shell: bash, run: "echo success is true again" }] }`,
    },
  );
  const job = jobOf(run, "a");
  expect(job.outputs["outcome"]).toBe("failure");
  expect(job.steps.map((step) => step.conclusion)).toEqual(["success", "success", "failure", "success"]);
  expect(job.steps[1]?.log.filter((line) => !line.startsWith("::"))).toEqual(["still here", "saw it"]);
  expect(job.steps[3]?.log).toEqual(["success is true again"]);
});

test("may use another one, and reads no secrets", async () => {
  const nested = await playSteps(`      - { uses: ./act }`, {
    ...steps(
      `    - { uses: ./.github/actions/greet, with: { who: inner, how: Hi } }\n    - { shell: bash, run: 'echo "after $SEEN"' }`,
    ),
    ".github/actions/greet/action.yml": greet,
  });
  expect(logOf(jobOf(nested, "a"))).toContain("after inner");
  const secret = await playSteps(
    `      - { uses: ./act }`,
    steps(`    - { shell: bash, env: { S: "\${{ secrets.X }}" }, run: "true" }`),
  );
  expect(secret.conclusion).toBe("failure");
});

test("a timeout of its step ends what it runs", async () => {
  const { player } = play(
    {
      a: `name: A\non: push\njobs: { a: { runs-on: x, steps: [{ run: "mkdir act; echo '{runs: {using: composite, steps: [{shell: bash, run: sleep 30}]}}' > act/action.yml" }, { timeout-minutes: 1, uses: ./act }] } }`,
    },
    { minute: 300 },
  );
  const [run] = await player.happen(push());
  await player.settle();
  expect(run?.jobs[0]?.steps[1]?.conclusion).toBe("failure");
});

test("an input that it does not know, a step without a shell and another kind of action stop the play", async () => {
  await expect(
    playSteps(`      - { uses: ./.github/actions/greet, with: { whom: world } }`, {
      ".github/actions/greet/action.yml": greet,
    }),
  ).rejects.toThrow("no input `whom`");
  await expect(playSteps(`      - { uses: ./act }`, steps(`    - { run: "true" }`))).rejects.toThrow("no `shell`");
  await expect(
    playSteps(`      - { uses: ./act }`, { "act/action.yml": "runs: { using: node12, main: a.js }" }),
  ).rejects.toThrow("node12");
});

const tell = `inputs: { gh-token: { default: "\${{ github.token }}" }, who: { required: true }, how: { default: "" } }
runs: { using: node24, main: tell.mjs }
`;
const program = `import { appendFileSync } from "node:fs";
import { greeting } from "../lib/greeting.mjs";
const { env } = process;
console.log(greeting, env["INPUT_WHO"], JSON.stringify(env["INPUT_HOW"]), env["INPUT_GH-TOKEN"]?.slice(0, 4), env.COLOR);
console.log(process.cwd() === env.GITHUB_WORKSPACE, env.GITHUB_ACTION_PATH, process.argv.length);
appendFileSync(env.GITHUB_OUTPUT, "text=done\\n");
appendFileSync(env.GITHUB_ENV, "SEEN=node\\n");
appendFileSync(env.GITHUB_STEP_SUMMARY, "A summary\\n");
process.exitCode = env["INPUT_WHO"] === "nobody" ? 1 : 0;
`;
const node = {
  ".github/own/tell/action.yml": tell,
  ".github/own/tell/tell.mjs": program,
  ".github/own/lib/greeting.mjs": `export const greeting = "Good day";`,
};

test("for Node is run without a shell, with inputs of its own names and its pieces beside it", async () => {
  const run = await playSteps(
    `      - { id: g, uses: $/.github/own/tell, with: { who: world }, env: { COLOR: red } }
      - { run: 'echo "seen $SEEN"' }
      - { id: f, uses: $/.github/own/tell, with: { who: nobody } }`,
    {},
    node,
  );
  const job = jobOf(run, "a");
  expect(job.steps[1]?.log).toEqual(['Good day world "" ghs_ red', "true undefined 2"]);
  expect(job.outputs).toEqual({ text: "done", outcome: "success" });
  expect(job.steps[2]?.log).toEqual(["seen node"]);
  expect(job.summary).toContain("A summary");
  expect(job.steps[3]?.conclusion).toBe("failure");
});

test("is what the workflow's commit holds, whatever the job has done to its workspace", async () => {
  const run = await playSteps(
    `      - { id: g, uses: $/.github/own/tell, with: { who: world } }`,
    { ".github/own/tell/action.yml": tell, ".github/own/tell/tell.mjs": "process.exit(9)" },
    node,
  );
  expect(jobOf(run, "a").outputs["outcome"]).toBe("success");
});

test("for Node is run once more when the job ends, with what it kept, and a failure then is the job's", async () => {
  const twice = (end: string) => ({
    "own/act/action.yml": "inputs: { who: { default: me } }\nruns: { using: node24, main: act.mjs, post: act.mjs }\n",
    "own/act/act.mjs": `import { appendFileSync } from "node:fs";
const { STATE_kept: kept, GITHUB_STATE: state, INPUT_WHO: who } = process.env;
if (kept === undefined) appendFileSync(state, "kept=" + who + "\\n");
else { console.log("afterwards " + kept); process.exitCode = ${end}; }
`,
  });
  const steps = `      - { id: g, uses: $/own/act, with: { who: world } }\n      - { run: "echo between; false" }`;
  const job = jobOf(await playSteps(steps, {}, twice("0")), "a");
  expect(job.steps[1]?.log).toEqual(["afterwards world"]);
  const only = `      - { id: g, uses: $/own/act }`;
  expect(jobOf(await playSteps(only, {}, twice("0")), "a").result).toBe("success");
  expect(jobOf(await playSteps(only, {}, twice("1")), "a").result).toBe("failure");
});
