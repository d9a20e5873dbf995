import { type Duration, inSeconds } from "../../config/durations.ts";
import type { Budget } from "../types.ts";

/** A planned time may be shorter than a minute, unlike GitHub's timeouts. */
export const budgetOf = (budget: { target: Duration; maximum: Duration } | undefined): Budget | undefined =>
  budget && { targetMinutes: inSeconds(budget.target) / 60, maximumMinutes: inSeconds(budget.maximum) / 60 };
