/**
 * What people can be told of, and how urgent it is. The one table: the config takes its names from it, the workflows and
 * the metrics their tiers, and docs/alerts.md shows it.
 */

/** From the one that only shows on the dashboard, which is the summary of the metrics, to the one that wakes somebody. */
export const TIERS = ["info", "warning", "critical"] as const;
export type Tier = (typeof TIERS)[number];

/** The first group are workflows that failed; the second is found by the metrics. */
export const ALERTS = {
  build: {
    tier: "critical",
    means: "The build of main or of an integration branch failed: nothing can be tested or released.",
  },
  release: {
    tier: "critical",
    means: "A release failed, for instance since the scan blocked it. The message names the jobs.",
  },
  publish: { tier: "critical", means: "What had passed could not be published or deployed." },
  promote: { tier: "critical", means: "The moving tags could not be moved." },
  cleanup: { tier: "critical", means: "Old images could not be deleted." },
  nightly: { tier: "warning", means: "The nightly build failed, for instance since a fresh base image broke it." },
  bases: { tier: "warning", means: "A base image could not be built or proposed." },
  warmUp: { tier: "info", means: "Caches could not be filled ahead of time." },
  metrics: {
    tier: "warning",
    means:
      "The pipeline could not be measured, or became worse than its baseline by more than `metrics.regressions` allows.",
  },
  maximum: {
    tier: "critical",
    means: "A job takes longer than its budget's maximum (its 95th percentile does). The metrics run fails.",
  },
  budget: {
    tier: "warning",
    means:
      "A job takes much longer than its budget's target (its median does): by half, unless `metrics.budgets` says otherwise.",
  },
  cache: { tier: "warning", means: "Caches are hit too rarely, restored too slowly, or too large." },
  flakes: { tier: "warning", means: "Tests are flaky: they failed and passed on the same commit." },
  coverage: { tier: "warning", means: "The tests reach less of the code than before." },
  threshold: { tier: "warning", means: "Any other figure of the metrics is beyond its threshold." },
  queue: { tier: "info", means: "Runs wait for a runner, more of them or longer than the threshold says." },
  storage: {
    tier: "info",
    means: "The registry or the caches are filled to more than four fifths of their threshold.",
  },
} as const satisfies Readonly<Record<string, { tier: Tier; means: string }>>;

export type AlertEvent = keyof typeof ALERTS;

export const isAlertEvent = (name: string): name is AlertEvent => Object.hasOwn(ALERTS, name);
export const ALERT_EVENTS = Object.keys(ALERTS).filter(isAlertEvent);

/** What a channel hears that says neither `tier` nor `on`. */
export const USUAL_EVENTS: readonly AlertEvent[] = ["build", "nightly", "release", "cleanup", "promote"];

/** Whether an alert of this tier is as urgent as `least`, or more so. */
const isAtLeast = (tier: Tier, least: Tier): boolean => TIERS.indexOf(tier) >= TIERS.indexOf(least);

/** The events that a channel hears, by what it says; `on` and `tier` both hold where both are given. */
export function eventsOfChannel({
  tier,
  on,
}: {
  tier?: Tier | undefined;
  on?: readonly AlertEvent[] | undefined;
}): AlertEvent[] {
  const named = on ?? (tier ? ALERT_EVENTS : USUAL_EVENTS);
  return named.filter((event) => tier === undefined || isAtLeast(ALERTS[event].tier, tier));
}
