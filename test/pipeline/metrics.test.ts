/** What the plan says of the metrics' own config. */
import { expect, it } from "vitest";
import type { ConfigInput } from "../../src/config/schema.ts";
import { planOf, smallConfig } from "../support/plan-of.ts";

const problemsOf = (metrics: ConfigInput["metrics"]) =>
  planOf(
    smallConfig({
      metrics,
      builds: { app: { kind: "image" }, dist: { kind: "files", run: "make", paths: ["dist"] } },
      consumers: {},
    }),
  ).problems;

it("a size is that of an image that is built", () => {
  expect(
    problemsOf({ thresholds: { imageMegabytes: { app: 50 } }, baseline: { imageMegabytes: { app: 80 } } }),
  ).toEqual([]);
  expect(problemsOf({ thresholds: { imageMegabytes: 50 } })).toEqual([]);
  expect(
    problemsOf({ thresholds: { imageMegabytes: { apq: 50 } }, baseline: { imageMegabytes: { dist: 80 } } }),
  ).toEqual([
    {
      path: ["metrics", "thresholds", "imageMegabytes", "apq"],
      at: "key",
      message: 'The metrics name the image of "apq", which is not declared.',
      hint: "Did you mean `app`?",
    },
    {
      path: ["metrics", "baseline", "imageMegabytes", "dist"],
      at: "key",
      message: 'The metrics name the image of "dist", which is not declared.',
      hint: expect.any(String),
    },
  ]);
});
