/** The steps that tell people, in the emitted workflows. */
import { describe, expect, it } from "vitest";
import { compileWorkflows } from "../../src/compiler/compile.ts";
import { callsWorkflow, type Step } from "../../src/workflow/model.ts";
import type { ConfigInput } from "../../src/config/schema.ts";
import { plannedFor, planOf, smallConfig } from "../support/plan-of.ts";

const everything = { nightly: {}, release: {}, metrics: {} } satisfies Partial<ConfigInput>;
function told(notify: ConfigInput["notify"], file: string, job: string): readonly Step[] {
  const workflow = compileWorkflows(planOf(smallConfig({ ...everything, notify })).pipeline).find(({ path }) =>
    path.endsWith(`/${file}.yml`),
  )?.workflow;
  const found = workflow?.jobs[job];
  return found && !callsWorkflow(found) ? found.steps.filter((step) => step.name?.startsWith("Tell people")) : [];
}
const inputsOf = (step: Step | undefined): Readonly<Record<string, unknown>> => step?.with ?? {};

describe("after a failure", () => {
  it("each channel that hears of it has a step with its own secret, and the others none", () => {
    const steps = told(
      [
        { webhook: "PAGER", tier: "critical", format: "json" },
        { webhook: "CHAT", tier: "warning" },
        { webhook: "CLEANER", on: ["cleanup"] },
      ],
      "release",
      "notify",
    );
    expect(steps.map(inputsOf)).toEqual([
      {
        "webhook-url": "${{ secrets.PAGER }}",
        channel: "PAGER",
        event: "release",
        needs: "${{ toJSON(needs) }}",
      },
      {
        "webhook-url": "${{ secrets.CHAT }}",
        channel: "CHAT",
        event: "release",
        needs: "${{ toJSON(needs) }}",
      },
    ]);
    expect(steps.map((step) => step.name)).toEqual([
      "Tell people about the failure (PAGER)",
      "Tell people about the failure (CHAT)",
    ]);
  });

  it("the plan knows the channels, two of one secret apart, and how urgent an alert is", () => {
    const notify: ConfigInput["notify"] = [
      { webhook: "CHAT", on: ["release"], format: "json" },
      { webhook: "CHAT", on: ["cleanup"] },
    ];
    expect(plannedFor(planOf(smallConfig({ ...everything, notify })).pipeline)).toMatchObject({
      channels: {
        CHAT: { format: "json", events: ["release"] },
        "CHAT-2": { format: "text", events: ["cleanup"] },
      },
      tiers: { release: "critical", nightly: "warning", queue: "info" },
    });
  });

  it("nobody who wants critical alerts hears of a nightly build", () => {
    expect(told({ webhook: "PAGER", tier: "critical" }, "nightly-build", "notify")).toEqual([]);
    expect(told({ webhook: "CHAT", tier: "warning" }, "nightly-build", "notify")).toHaveLength(1);
  });
});

describe("after a build", () => {
  const conditionFor = (integration: string[]): string | undefined => {
    const config = smallConfig({ ...everything, notify: { webhook: "CHAT" }, branches: { integration } });
    const { pipeline } = planOf(config);
    const build = compileWorkflows(pipeline).find(({ path }) => path === pipeline.workflows.build?.path)?.workflow;
    return build?.jobs["notify"]?.if;
  };

  it("people hear of the branches that live long: by their names, and of those of a pattern by what the plan says", () => {
    expect(conditionFor(["dev"])).toBe(
      `failure() && github.event_name == 'push' && contains(fromJSON('["main","dev"]'), github.ref_name)`,
    );
    expect(conditionFor(["dev", "release-[0-9]+"])).toBe(
      `failure() && github.event_name == 'push' && (contains(fromJSON('["main","dev"]'), github.ref_name) || needs.build.outputs.class == 'integration')`,
    );
  });
});

describe("after the metrics", () => {
  it("what was found is told where it was found, and the job behind says only that nothing was measured", () => {
    const [step] = told({ webhook: "CHAT", tier: "warning" }, "ci-metrics", "measure");
    // Without an event it tells the alerts that the step before has written.
    expect(inputsOf(step)).toEqual({ "webhook-url": "${{ secrets.CHAT }}", channel: "CHAT" });
    expect(step?.if).toBe("!cancelled() && steps.measure.outputs.told == 'true'");
    expect(told({ webhook: "CHAT", tier: "warning" }, "ci-metrics", "notify")).toHaveLength(1);
  });

  it("a channel that hears failures only is told of none", () => {
    expect([
      ...told({ webhook: "CHAT" }, "ci-metrics", "measure"),
      ...told({ webhook: "CHAT" }, "ci-metrics", "notify"),
    ]).toEqual([]);
  });
});
