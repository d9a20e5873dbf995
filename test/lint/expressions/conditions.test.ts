/** Conditions that come out one way, values of the wrong type at a key, and events that send no such thing. */
import { describe, expect, it } from "vitest";
import { applyFixes } from "../../../src/lint/fix.ts";
import { expressionRules } from "../../../src/lint/rules/language/expressions/index.ts";
import { findingsIn } from "../../support/lint.ts";
import { placesIn, shortlyIn, steps } from "./support.ts";

const condition = (text: string): string => steps(`      - run: make\n        if: ${text}\n`, "[push, pull_request]");

const fixed = async (text: string): Promise<string> => {
  const findings = await findingsIn(text, expressionRules);
  return applyFixes(
    text,
    findings.flatMap(({ fix }) => fix ?? []),
  ).text;
};

describe("constant conditions", () => {
  it.each([
    ["github.ref == 'x'"],
    ["${{ github.ref == 'x' }}"],
    ["\"${{ github.ref == 'x' }}\""],
    ["|-\n          ${{ github.ref == 'x' }}"],
    [">-\n          github.ref == 'x' &&\n          always()"],
    ["always()"],
    ["always() && github.ref == 'x'"],
    ["success() || failure()"],
    ["github.ref == 'x' && 'y' || github.head_ref"],
    ["contains('push pull_request', github.event_name)"],
  ])("may come out both ways: %s", async (text) => {
    expect(await placesIn(condition(text))).toEqual([]);
  });

  it.each([
    ["${{ github.ref == 'x' }} && true", "github.ref == 'x' && true"],
    ["${{ github.ref == 'x' }} && ${{ github.sha == 'y' }}", "github.ref == 'x' && github.sha == 'y'"],
    [
      "${{ github.ref == 'x' || github.ref == 'z' }} && ${{ github.sha == 'y' }}",
      "(github.ref == 'x' || github.ref == 'z') && github.sha == 'y'",
    ],
    ["|\n          ${{ github.ref == 'x' }}", "|\n          github.ref == 'x'"],
    ["\"${{ github.ref == 'x' }} \"", "\"github.ref == 'x' \""],
  ])("is always true, and can be mended: %s", async (text, mended) => {
    expect(await placesIn(condition(text))).toEqual(["7:13 constant-condition"]);
    expect(await fixed(condition(text))).toBe(condition(mended));
  });

  it.each([
    ["\"!${{ github.ref == 'x' }} is\""],
    ["$${{ github.ref == 'x' }}"],
    ["github.ref == ${{ github.sha }} }}"],
  ])("is always true, and nobody knows what was meant: %s", async (text) => {
    const findings = await findingsIn(condition(text), expressionRules);
    expect(findings.map(({ rule, fix }) => [rule, fix])).toEqual([["constant-condition", undefined]]);
  });

  it("advises on what is switched off by hand, and reports what is not", async () => {
    const levels = async (text: string): Promise<string[]> =>
      (await findingsIn(condition(text), expressionRules)).map(({ rule, level }) => `${level} ${rule}`);
    expect(await levels("false")).toEqual(["info constant-condition"]);
    expect(await levels("false && github.ref == 'x'")).toEqual(["info constant-condition"]);
    expect(await levels("1 == 2")).toEqual(["info constant-condition"]);
    expect(await levels("github.ref == 'x' || 'y'")).toEqual(["error constant-condition"]);
    expect(await levels("startsWith('refs/tags/v', 'refs/tags')")).toEqual(["error constant-condition"]);
  });
});

describe("values at keys", () => {
  it("takes what the key takes", async () => {
    expect(
      await placesIn(`on: { workflow_dispatch: { inputs: { n: { type: number }, flag: { type: boolean } } } }
env: \${{ fromJSON(vars.ENV) }}
jobs:
  test:
    runs-on: \${{ fromJSON('["self-hosted", "linux"]') }}
    timeout-minutes: \${{ inputs.n || 30 }}
    continue-on-error: \${{ inputs.flag }}
    environment: \${{ github.ref_name == 'main' && 'prod' || 'dev' }}
    strategy:
      fail-fast: \${{ github.ref_name != 'main' }}
      matrix: { v: "\${{ fromJSON('[1, 2]') }}" }
    steps:
      - run: make \${{ inputs.n }} \${{ inputs.flag }} \${{ matrix.v }}
        timeout-minutes: \${{ fromJSON(vars.T) }}
`),
    ).toEqual([]);
  });

  it("finds text where a number, a flag or an object is wanted", async () => {
    expect(
      await shortlyIn(`on: push
env: \${{ vars.ENV }}
jobs:
  test:
    runs-on: ubuntu-latest
    continue-on-error: \${{ vars.MAY_FAIL }}
    steps:
      - run: make
        timeout-minutes: \${{ vars.T }}
      - run: echo \${{ github.event.commits.*.id }}
        env: { A: "x \${{ runner }}" }
`),
    ).toEqual([
      "2:6 expression-type `env` takes an object, but this is a string. Text that holds JSON becomes an object by `fromJSON`.",
      "6:24 expression-type `continue-on-error` takes true or false, but this is a string. GitHub does not convert it: write `fromJSON(...)` around it.",
      "9:26 expression-type `timeout-minutes` takes a number, but this is a string. GitHub does not convert it: write `fromJSON(...)` around it.",
      "10:19 object-as-string This is an array, which becomes the word `Array` in text. Take one of its items, or write it as JSON with `toJSON` or in one line with `join`.",
      "11:22 object-as-string This is an object, which becomes the word `Object` in text. Take one of its properties, or write it as JSON with `toJSON`.",
    ]);
  });

  it("lets a variable be called like a key", async () => {
    expect(
      await placesIn(
        steps(
          "      - run: make\n        env: { timeout-minutes: '${{ vars.A }}', env: '${{ vars.B }}', if: '${{ vars.C }} x' }\n",
        ),
      ),
    ).toEqual([]);
  });
});

describe("events", () => {
  it("knows what each event sends", async () => {
    expect(
      await placesIn(condition("github.event.pull_request.draft == false || github.event.head_commit.id == 'x'")),
    ).toEqual([]);
    expect(await placesIn(condition("github.event.release.draft"))).toEqual(["7:26 unknown-event-property"]);
    expect(await placesIn(condition("contains(github.event.head_commit.modified, 'x')"))).toEqual([
      "7:47 unknown-event-property",
    ]);
  });

  it("lets a value be missing that something else stands in for, and a variable be empty", async () => {
    expect(await placesIn(condition("(github.event.release.tag_name || github.ref) == 'x'"))).toEqual([]);
    const [finding] = await findingsIn(
      steps("      - run: make\n        env: { PR: '${{ github.event.number }}' }\n"),
      expressionRules,
    );
    expect(finding).toMatchObject({ rule: "unknown-event-property", level: "info" });
  });

  it("knows nothing of the caller's event", async () => {
    expect(
      await placesIn(
        steps(
          "      - run: make\n        if: github.event.release.draft && github.event_name == 'release'\n",
          "[push, workflow_call]",
        ),
      ),
    ).toEqual([]);
  });

  it("tells an event that does not start the workflow from one that does not exist", async () => {
    expect(await placesIn(condition("github.event_name == 'release'"))).toEqual(["7:34 impossible-event"]);
    expect(await placesIn(condition("github.event_name == 'pull-request'"))).toEqual(["7:34 impossible-comparison"]);
  });
});

describe("places", () => {
  it("knows which contexts each key has", async () => {
    expect(await placesIn(condition("secrets.A != ''"))).toEqual(["7:13 context-availability"]);
    expect(
      await placesIn(
        steps(
          "      - run: make\n        env: { A: '${{ secrets.A }}', B: \"${{ hashFiles('x') }}\" }\n        if: env.A != '' && hashFiles('x') != ''\n",
        ),
      ),
    ).toEqual([]);
    expect(
      await placesIn(
        "on: push\njobs:\n  test:\n    if: env.A == hashFiles('b')\n    runs-on: ${{ env.OS }}\n    steps: [{ run: make }]\n",
      ),
    ).toEqual(["4:9 context-availability", "4:18 context-availability", "5:18 context-availability"]);
  });

  it("points into blocks and quoted text", async () => {
    expect(
      await placesIn(
        steps(
          '      - run: |\n          echo one\n          echo ${{ github.shaa }}\n      - run: "echo \\"${{ github.reff }}\\""\n',
        ),
      ),
    ).toEqual(["8:27 unknown-property", "9:33 unknown-property"]);
  });
});
