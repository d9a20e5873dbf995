/** The channels through which people are told, each with what it hears. */
import { eventsOfChannel } from "../../config/alerts.ts";
import type { Config } from "../../config/schema.ts";
import type { NotifyChannel } from "../types.ts";

/** A channel without an address is the summary of the metrics, which shows every alert anyway. */
export function channelsToNotify(notify: Config["notify"]): NotifyChannel[] {
  return [notify ?? []]
    .flat()
    .flatMap((channel) =>
      channel.webhook === undefined
        ? []
        : [{ webhook: channel.webhook, format: channel.format, events: eventsOfChannel(channel) }],
    );
}
