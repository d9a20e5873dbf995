/** The channels through which people are told, each with what it hears. */
import { eventsOfChannel } from "../../config/alerts.ts";
import type { Config } from "../../config/schema.ts";
import type { NotifyChannel } from "../types.ts";

/** A channel without an address is the summary of the metrics, which shows every alert anyway. */
export function channelsToNotify(notify: Config["notify"]): NotifyChannel[] {
  const channels = [notify ?? []]
    .flat()
    .flatMap(({ webhook, format, ...heard }) =>
      webhook === undefined ? [] : [{ webhook, format, events: eventsOfChannel(heard) }],
    );
  const isFirst = (webhook: string, index: number): boolean =>
    channels.findIndex((channel) => channel.webhook === webhook) === index;
  return channels.map((channel, index) => ({
    key: isFirst(channel.webhook, index) ? channel.webhook : `${channel.webhook}-${index + 1}`,
    ...channel,
  }));
}
