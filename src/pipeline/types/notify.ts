/** Who is told of what, resolved. */
import type { AlertEvent } from "../../config/alerts.ts";
import type { NotifyChannelConfig } from "../../config/schema.ts";

export interface NotifyChannel {
  /** The secret that holds the address. */
  webhook: string;
  format: NotifyChannelConfig["format"];
  events: readonly AlertEvent[];
}
