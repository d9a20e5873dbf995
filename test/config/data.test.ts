import { describe, expect, test } from "vitest";
import { loadConfig } from "../../src/config/load.ts";
import { folder } from "./folder.ts";
import { mistakes } from "./mistakes.ts";

const yaml = (text: string): Promise<string[]> => mistakes(text, "ci.config.yaml");
const json = (text: string): Promise<string[]> => mistakes(text, "ci.config.json");

describe("YAML", () => {
  test("is read, anchors and merge keys included", async () => {
    const cwd = folder({
      "ci.config.yml":
        "project: p\nbuilds:\n  app: &app\n    kind: image\n    timeout: 20m\n  other:\n    <<: *app\n    dockerfile: Other\nconsumers:\n  unit: { needs: [app], run: npm test }\n",
    });
    const { config, file } = await loadConfig({ cwd });
    expect(file).toBe("ci.config.yml");
    expect(config.builds["other"]).toMatchObject({ kind: "image", timeout: "20m", dockerfile: "Other" });
  });
  test("mistakes have their places", async () => {
    const text =
      "project: 5\r\nbuilds:\r\n  app:\r\n    kind: image\r\n    timeout: 20 minutes\r\n    platform: linux/amd64\r\nconsumers:\r\n  unit:\r\n    run: npm test\r\n    coverage:\r\n      format: go\r\n  e2e:\r\n";
    expect(await yaml(text)).toEqual([
      "ci.config.yaml:1:10 `project` is 5; expected a text.",
      'ci.config.yaml:5:14 `builds.app.timeout` is "20 minutes"; expected a duration such as minutes(15) or "15m". Write "20m".',
      "ci.config.yaml:6:5 `platform` is no setting of `builds.app`. Did you mean `platforms`?",
      "ci.config.yaml:11:7 `consumers.unit.coverage.file` is missing; expected a text. It is the report that the tests write.",
      "ci.config.yaml:12:3 `consumers.e2e` is null; expected an object.",
    ]);
  });
  test("every syntax error is told", async () => {
    expect(await yaml("project: p\nproject: q\nbuilds: {a: [}\n")).toEqual([
      "ci.config.yaml:2:1 This key is given twice.",
      expect.stringMatching(/^ci\.config\.yaml:3:14 /),
      ...Array.from({ length: 1 }, () => expect.stringMatching(/^ci\.config\.yaml:/)),
    ]);
  });
  test("a file that would grow without end is refused", async () => {
    const levels = Array.from(
      { length: 12 },
      (_, level) => `l${level + 1}: &l${level + 1} [${Array.from({ length: 9 }, () => `*l${level}`).join(", ")}]`,
    );
    expect(await yaml(`l0: &l0 [x, x]\n${levels.join("\n")}\n`)).toEqual([
      expect.stringContaining("Excessive alias count"),
    ]);
  });
  test("a version that YAML reads as another number, but not a measure", async () => {
    const text =
      "project: p\nbuilds:\n  app: { kind: files, setup: { python: 3.10, node: 22 }, run: x, paths: [y] }\nconsumers:\n  unit: { needs: app, run: x, matrix: { go: [1.19, 1.20] } }\n";
    expect(await yaml(`${text}metrics: { thresholds: { buildMinutes: 20.0 } }\n`)).toEqual([
      'ci.config.yaml:3:40 YAML reads 3.10 as the number 3.1. Quote it: "3.10".',
      'ci.config.yaml:5:52 YAML reads 1.20 as the number 1.2. Quote it: "1.20".',
    ]);
  });
  test("an alias of nothing", async () => {
    expect(await yaml("project: p\nbuilds:\n  app: { kind: image, inputs: *sources }\n")).toEqual([
      'ci.config.yaml:3:31 No anchor `&sources` stands before this alias. Quote it if it is a text: "*sources".',
    ]);
  });
  test("a list, a text or comments only", async () => {
    expect(await yaml("- a\n")).toEqual(["ci.config.yaml:1:1 The config is a list; expected an object."]);
    expect(await yaml("# nothing\n")).toEqual([
      expect.stringMatching(/^ci\.config\.yaml:1:\d+ The config is null; expected an object\.$/),
    ]);
  });
});

describe("JSON", () => {
  test("is read, with a schema named in it", async () => {
    const cwd = folder({
      "ci.config.json": '\uFEFF{"$schema": "x", "project": "p", "builds": {"a": {"kind": "image"}}}',
    });
    expect((await loadConfig({ cwd })).config.project).toBe("p");
  });
  test("mistakes have their places", async () => {
    expect(
      await json(
        '{\n\t"project": "p",\n\t"builds": {\n\t\t"a": { "kind": "files", "runn": "x", "paths": [] }\n\t}\n}\n',
      ),
    ).toEqual([
      "ci.config.json:4:27 `runn` is no setting of `builds.a`. Did you mean `run`?",
      "ci.config.json:4:49 `builds.a.paths` is empty; expected at least one entry.",
    ]);
  });
  test("is JSON and nothing more", async () => {
    expect(await json('{\n  "project": "p",\n}\n')).toEqual([
      'ci.config.json:3:1 This is not JSON: "}" was not expected here.',
    ]);
    expect(await json('{\n  // why\n  "project": "p"\n}\n')).toEqual([
      'ci.config.json:2:3 This is not JSON: "/" was not expected here.',
    ]);
    expect(await json('{"project": "p"')).toEqual([
      "ci.config.json:1:16 This is not JSON: the end of the file was not expected here.",
    ]);
    expect(await json('{"project": "p", "project": "q", "builds": {}}')).toEqual([
      "ci.config.json:1:18 This key is given twice.",
    ]);
  });
});
