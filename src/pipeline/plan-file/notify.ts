/** Who is told of what, and how urgent each alert is, as the programs read it. */
import { ALERT_EVENTS, ALERTS } from "../../config/alerts.ts";
import type { Pipeline } from "../types.ts";
import type { PipelinePart } from "./schema.ts";

export const channelsPart = ({ notify }: Pipeline): PipelinePart["channels"] =>
  Object.fromEntries(notify.map(({ key, format, events }) => [key, { events: [...events], format }]));

/** Nothing where nobody is told of anything. */
export const tiersPart = ({ notify, metrics }: Pipeline): PipelinePart["tiers"] =>
  notify.length > 0 || metrics ? Object.fromEntries(ALERT_EVENTS.map((event) => [event, ALERTS[event].tier])) : {};
