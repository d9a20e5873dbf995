/** Who is told of what, resolved. */
import type { AlertEvent } from "../../config/alerts.ts";
import type { NotifyChannelConfig } from "../../config/schema.ts";

export interface NotifyChannel {
  /** By which the plan file knows it: its secret, unless another channel has the same. */
  key: string;
  /** The secret that holds the address. */
  webhook: string;
  format: NotifyChannelConfig["format"];
  events: readonly AlertEvent[];
}
