/** Actions' own files. */
import { describe, expect, it } from "vitest";
import { grammarRules } from "../../../src/lint/rules/language/grammar/index.ts";
import { findingsIn } from "../../support/lint.ts";

const inShort = async (runs: string, head = "name: Greet\ndescription: Greets.\n"): Promise<string[]> =>
  (await findingsIn({ "action.yml": `${head}runs:\n${runs}`, "index.js": "" }, grammarRules)).map(
    ({ start, rule, level }) => `${start.line} ${rule} ${level}`,
  );

describe("an action of JavaScript", () => {
  it.each([
    ["is well", "  using: node24\n  main: index.js\n", []],
    ["lacks its script", "  using: node24\n", ["3 missing-key error"]],
    ["lacks its file", "  using: node24\n  main: dist/index.js\n", ["5 action-file warning"]],
    ["has an unknown key", "  using: node24\n  main: index.js\n  env: {}\n", ["6 exclusive-keys error"]],
    ["runs on what is gone", "  using: node20\n  main: index.js\n", ["4 action-runtime warning"]],
  ])("%s", async (_name, runs, found) => {
    expect(await inShort(runs)).toEqual(found);
  });
});

describe("a composite action", () => {
  it.each([
    ["is well", "  using: composite\n  steps: [{ run: make, shell: bash }]\n", []],
    ["has no steps", "  using: composite\n", ["3 missing-key error"]],
    [
      "limits a step's time",
      "  using: composite\n  steps: [{ run: make, shell: bash, timeout-minutes: 5 }]\n",
      ["5 unknown-key error"],
    ],
    [
      "uses an action with a shell",
      "  using: composite\n  steps: [{ uses: a/b@v1, shell: bash }]\n",
      ["5 exclusive-keys error"],
    ],
  ])("%s", async (_name, runs, found) => {
    expect(await inShort(runs)).toEqual(found);
  });
});

it("is a Docker action in any case of the word", async () => {
  expect(await inShort("  using: Docker\n  image: docker://alpine:3\n")).toEqual([]);
  expect(await inShort("  using: docker\n  image: Dockerfile\n")).toEqual(["5 action-file warning"]);
});

it("has texts to be shown with, which are no matter of life and death", async () => {
  const well = "  using: node24\n  main: index.js\n";
  expect(await inShort(well, "name: Greet\n")).toEqual(["1 missing-key warning"]);
  expect(await inShort(well, "name: Greet\ndescription: Greets.\nhomepage: here\n")).toEqual(["3 unknown-key warning"]);
  expect(
    await inShort(
      well,
      "name: Greet\ndescription: Greets.\ninputs: { a: { required: 'true' } }\nbranding: { color: pink }\n",
    ),
  ).toEqual(["3 yaml-type warning", "4 allowed-value warning"]);
});
