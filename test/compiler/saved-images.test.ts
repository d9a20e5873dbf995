/** Which images of several are saved is told by key, and a key may be the beginning of another. */
import { expect, it } from "vitest";
import { isSaved } from "../../src/compiler/jobs/image/outputs.ts";
import { holds } from "../player/expressions.ts";
import { planOf, smallConfig } from "../support/plan-of.ts";

it("an image is saved when its own key is named, and not when another begins with it", () => {
  const { pipeline } = planOf(smallConfig());
  const image = pipeline.builds.find((build) => build.kind === "image") ?? expect.fail("an image");
  const saved = (keys: string): boolean =>
    holds(isSaved({ ...image, key: "celery" }), {
      contexts: { steps: { image: { outputs: { saved: keys } } } },
      status: { success: () => true, failure: () => false, cancelled: () => false },
    });
  expect(["celery", "web celery", "celery web", "web celery beat"].map(saved)).toEqual([true, true, true, true]);
  expect(["", "celerybeat", "web celerybeat", "my-celery"].map(saved)).toEqual([false, false, false, false]);
});
