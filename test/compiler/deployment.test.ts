/** What a consumer with a deployment compiles to, in each topology. */
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { compile } from "../../src/compiler/compile.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import { deployed } from "../support/deployed.ts";
import { planOf } from "../support/plan-of.ts";

interface Step {
  name: string;
  if?: string;
  env?: Record<string, string | number>;
  run?: string;
}
interface File {
  on: { workflow_dispatch?: { inputs?: Record<string, { type: string; options?: string[] }> } };
  jobs: Record<string, { env?: Record<string, string>; strategy?: { matrix: Record<string, unknown> }; steps: Step[] }>;
}

const TOPOLOGIES = ["workflow_run", "workflow_call"] as const;
const read = (config: ConfigInput, file: string): File =>
  parse(compile(planOf(config).pipeline).find(({ path }) => path.endsWith(`/${file}.yml`))?.body ?? "") as File;
const stepsOf = (file: File): Step[] => file.jobs["test"]?.steps ?? [];
const names = (file: File): string[] => stepsOf(file).map(({ name }) => name);

describe.each(TOPOLOGIES)("a consumer that deploys, with %s", (topology) => {
  const config: ConfigInput = { ...deployed, topology };

  test("pulls nothing to the runner, unless it also wants the image there", () => {
    expect(names(read(config, "extensions"))).not.toContain("Take the image");
    expect(read(config, "extensions").jobs["test"]?.env).not.toHaveProperty("IMAGE");
    expect(names(read(config, "both"))).toEqual(
      expect.arrayContaining(["Take the image", "Start the container", "Deploy the image"]),
    );
  });

  test("makes a place, deploys, waits, tests, shows logs and takes it away, in this order", () => {
    const order = [
      "Confirm that the image is there",
      "Name the place",
      "Set up flyctl",
      "Make a place for it",
      "Deploy the image",
      "Wait until it answers",
      "Test the extension",
      "Say more",
      "Show its logs",
      "Take the place away",
      "Say what is kept",
    ];
    expect(names(read(config, "extensions")).filter((name) => order.includes(name))).toEqual(order);
  });

  test("gives its secrets to its own steps and to nobody else, on trusted events", () => {
    const steps = stepsOf(
      read(
        {
          ...config,
          consumers: { ...config.consumers, extensions: { ...config.consumers?.["extensions"], secrets: [] } },
        },
        "extensions",
      ),
    );
    const holding = steps.filter(({ env }) =>
      Object.values(env ?? {}).some((value) => String(value).includes("secrets.FLYIO_AUTH_TOKEN")),
    );
    expect(holding.map(({ name }) => name)).toEqual([
      "Make a place for it",
      "Deploy the image",
      ...(topology === "workflow_call" ? ["Deploy from the sources"] : []),
      "Wait until it answers",
      "Show its logs",
      "Take the place away",
    ]);
    for (const { env, name } of holding)
      expect(String(env?.["FLY_API_TOKEN"]), name).toMatch(
        /^\$\{\{ (needs\.resolve\.outputs\.trusted == 'true'|\(inputs\.trusted \|\| !inputs\.head-sha\)) && secrets\./,
      );
  });

  test("by hand picks one value of the matrix, and keeps its place on request", () => {
    const file = read(config, "extensions");
    expect(file.on.workflow_dispatch?.inputs).toMatchObject({
      extension: { type: "choice", options: ["all", "nodejs", "python"] },
      skip_cleanup: { type: "boolean" },
    });
    expect(file.jobs["test"]?.strategy?.matrix).toEqual({
      extension: expect.stringContaining("fromJSON(inputs.extension && inputs.extension != 'all'"),
      size: [1, 2],
    });
    expect(stepsOf(file).find(({ name }) => name === "Take the place away")?.if).toBe(
      "always() && steps.make-place.outcome != 'skipped' && !inputs.skip_cleanup",
    );
    expect(stepsOf(read(config, "both")).find(({ name }) => name === "Take the place away")?.if).toBe(
      "always() && steps.make-place.outcome != 'skipped'",
    );
  });

  test("that builds for itself deploys from the sources, whatever the build made", () => {
    const building: ConfigInput = {
      ...config,
      consumers: Object.fromEntries(
        Object.entries(config.consumers ?? {}).map(([key, consumer]) => [
          key,
          { ...consumer, source: "build" as const },
        ]),
      ),
    };
    const file = read(building, "extensions");
    expect(names(file)).not.toContain("Deploy the image");
    expect(stepsOf(file).find(({ name }) => name === "Deploy from the sources")).not.toHaveProperty("if");
    expect(file.on.workflow_dispatch?.inputs).toHaveProperty("extension");
  });
});
