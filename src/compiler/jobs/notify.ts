/** Who is told: a job after a workflow that failed, and steps that pass on what the metrics found. */
import { ALERTS, type AlertEvent } from "../../config/alerts.ts";
import type { NotifyChannel, Pipeline } from "../../pipeline/types.ts";
import type { ProgramInputs } from "../../programs/programs.ts";
import type { Job, Step } from "../../workflow/model.ts";
import { every, expression, RUN_URL } from "../expressions.ts";
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
          with: {
            ...addressOf(channel),
            event: on,
            tier: ALERTS[on].tier,
            needs: expression("toJSON(needs)"),
            text: `${expression("github.repository")}: ${expression("github.workflow")} failed on ${expression("github.ref_name")}.`,
            "run-url": RUN_URL,
          },
        }),
      ),
    },
  };
}

/**
 * A step a channel that passes on those alerts of a file that it hears; none where no channel hears any of them.
 *
 * @param events what the alerts of the file may be
 * @param text what the message begins with
 */
export function tellAlerts(
  pipeline: Pipeline,
  { file, events, text, if: condition }: { file: string; events: readonly AlertEvent[]; text: string; if?: string },
): Step[] {
  const channels = pipeline.notify.filter((channel) => channel.events.some((event) => events.includes(event)));
  return channels.map((channel) =>
    useProgram("notify", {
      name: titled("Tell people about the alerts", channel, channels),
      if: condition,
      with: {
        ...addressOf(channel),
        "alerts-file": file,
        events: channel.events.filter((event) => events.includes(event)).join(" "),
        text: text,
        "run-url": RUN_URL,
      },
    }),
  );
}

export const titled = (title: string, channel: NotifyChannel, channels: readonly NotifyChannel[]): string =>
  channels.length > 1 ? `${title} (${channel.webhook})` : title;

export const addressOf = ({ webhook, format }: NotifyChannel): Pick<ProgramInputs["notify"], "webhook-url" | "format" | "repository" | "workflow" | "ref"> => ({
  "webhook-url": expression(`secrets.${webhook}`),
  format,
  // Every part by its name is what the format json is for; in the others they stand in the text.
  ...(format === "json" && {
    repository: expression("github.repository"),
    workflow: expression("github.workflow"),
    ref: expression("github.ref_name"),
  }),
});
