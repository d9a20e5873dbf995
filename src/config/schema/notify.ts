/** Who is told of what. */
import * as z from "zod";
import { ALERT_EVENTS, TIERS, USUAL_EVENTS } from "../alerts.ts";
import { secretName } from "./values.ts";

const NOTIFY_FORMATS = ["text", "slack", "json"] as const;

export const notifyChannel = z
  .strictObject({
    webhook: secretName
      .optional()
      .describe(
        "The secret that holds the address. A channel of the tier `info` needs none: the summary of the metrics shows every alert.",
      ),
    format: z
      .enum(NOTIFY_FORMATS)
      .default("text")
      .describe(
        '`text` sends {"text": …}, as Slack, Mattermost and Discord (/slack) take it; `slack` adds a colour and lines; `json` names each part, for programs.',
      ),
    tier: z
      .enum(TIERS)
      .optional()
      .describe(
        "The least urgent alerts that are told: `critical`, `warning` and above, or all. The table of alerts says which is which.",
      ),
    on: z
      .array(z.enum(ALERT_EVENTS))
      .min(1)
      .optional()
      .describe(
        `Which alerts are told; ${USUAL_EVENTS.map((event) => `\`${event}\``).join(", ")} without \`tier\`. Builds of pull requests and feature branches never are.`,
      ),
  })
  .refine(({ webhook, tier }) => webhook !== undefined || tier === "info", {
    path: ["webhook"],
    error: "expected the name of a secret with the address",
  })
  // The same, for the published JSON Schema.
  .meta({
    anyOf: [
      { properties: { webhook: {} }, required: ["webhook"] },
      { properties: { tier: { const: "info" } }, required: ["tier"] },
    ],
  });

export const notify = z.union([notifyChannel, z.array(notifyChannel).min(1)]);
