/** Who hears what: the table of alerts, and the channels of a config. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ALERT_EVENTS, ALERTS, eventsOfChannel, USUAL_EVENTS } from "../../src/config/alerts.ts";
import { type ConfigInput, configSchema } from "../../src/config/schema.ts";
import { planOf, smallConfig } from "../support/plan-of.ts";

const hears = (notify: ConfigInput["notify"]) => planOf(smallConfig({ notify })).pipeline.notify;

describe("a channel", () => {
  it("hears the usual failures where it says no more, as one or in a list", () => {
    const usual = [{ key: "HOOK", webhook: "HOOK", format: "text", events: USUAL_EVENTS }];
    expect(hears({ webhook: "HOOK" })).toEqual(usual);
    expect(hears([{ webhook: "HOOK" }])).toEqual(usual);
    expect(hears(undefined)).toEqual([]);
  });

  it("hears its tier and what is more urgent", () => {
    const ofTiers = (...tiers: string[]) => ALERT_EVENTS.filter((event) => tiers.includes(ALERTS[event].tier));
    expect(
      hears([
        { webhook: "PAGER", tier: "critical" },
        { webhook: "CHAT", tier: "warning", format: "slack" },
        { webhook: "ALL", tier: "info", format: "json" },
      ]),
    ).toEqual([
      { key: "PAGER", webhook: "PAGER", format: "text", events: ofTiers("critical") },
      { key: "CHAT", webhook: "CHAT", format: "slack", events: ofTiers("critical", "warning") },
      { key: "ALL", webhook: "ALL", format: "json", events: ALERT_EVENTS },
    ]);
  });

  it("hears what it names, and of that what is urgent enough", () => {
    expect(eventsOfChannel({ on: ["release", "nightly", "storage"] })).toEqual(["release", "nightly", "storage"]);
    expect(eventsOfChannel({ on: ["release", "nightly", "storage"], tier: "warning" })).toEqual(["release", "nightly"]);
  });

  it("needs an address, unless it is the summary", () => {
    expect(hears([{ tier: "info" }])).toEqual([]);
    const { error } = configSchema.safeParse(smallConfig({ notify: { tier: "critical" } }));
    expect(JSON.stringify(error?.issues)).toContain("expected the name of a secret with the address");
  });
});

it("the page shows the table", () => {
  const page = readFileSync(new URL("../../docs/alerts.md", import.meta.url), "utf8");
  const rows = [...page.matchAll(/^\| `(\w+)` +\| `(\w+)` +\| (.*?) +\|$/gm)].map(([, event, tier, means]) => ({
    event,
    tier,
    means,
  }));
  expect(rows).toEqual(ALERT_EVENTS.map((event) => ({ event, ...ALERTS[event] })));
});
