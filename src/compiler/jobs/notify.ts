/** Who is told: a job after a workflow that failed, and steps that pass on what the metrics found. */
import type { AlertEvent } from "../../config/alerts.ts";
import type { NotifyChannel, Pipeline } from "../../pipeline/types.ts";
import type { Job, Step } from "../../workflow/model.ts";
import { every, expression } from "../expressions.ts";
import { useProgram } from "../steps/program.ts";

/** The job that tells people about a failure, where a channel hears of it; otherwise none. */
export function notifyJob(
  pipeline: Pipeline,
  on: AlertEvent,
  jobs: readonly string[],
  condition?: string,
): Record<string, Job> {
  const channels = pipeline.notify.filter(({ events }) => events.includes(on));
  if (channels.length === 0) return {};
  return {
    notify: {
      name: "Notify",
      needs: [...jobs],
      if: every("failure()", condition),
      "runs-on": pipeline.runners.default,
      "timeout-minutes": 5,
      permissions: {},
      steps: channels.map((channel) =>
        useProgram("notify", {
          name: titled("Tell people about the failure", channel, channels),
          with: { ...addressOf(channel), event: on, needs: expression("toJSON(needs)") },
        }),
      ),
    },
  };
}

/**
 * A step a channel that passes on those alerts of the metrics that it hears; none where no channel hears any of them.
 *
 * @param events what the alerts may be
 */
export function tellAlerts(pipeline: Pipeline, events: readonly AlertEvent[], condition: string): Step[] {
  const channels = pipeline.notify.filter((channel) => channel.events.some((event) => events.includes(event)));
  return channels.map((channel) =>
    useProgram("notify", {
      name: titled("Tell people about the alerts", channel, channels),
      if: condition,
      with: addressOf(channel),
    }),
  );
}

export const titled = (title: string, { key }: NotifyChannel, channels: readonly NotifyChannel[]): string =>
  channels.length > 1 ? `${title} (${key})` : title;

/** The address, and by which name the plan file knows the channel. */
export const addressOf = ({ key, webhook }: NotifyChannel): { "webhook-url": string; channel: string } => ({
  "webhook-url": expression(`secrets.${webhook}`),
  channel: key,
});
