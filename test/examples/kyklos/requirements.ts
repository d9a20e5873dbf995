/** Every requirement of Kyklos's plan that files can meet, and the ones that are left to people. */
import { numbered } from "../support/topics.ts";
import { buildRows } from "./rows/builds.ts";
import { careRows } from "./rows/care.ts";
import { checkRows } from "./rows/checks.ts";

export const topics = numbered([
  ["What is checked", checkRows],
  ["What is built and released", buildRows],
  ["Caches, budgets, retries, gates, metrics, alerts, security, recovery", careRows],
]);
