/** What Kyklos's plan asks for, row by row. */
import config from "../../../examples/kyklos/ci.config.ts";
import { proveRequirements } from "../support/prove.ts";
import { topics } from "./requirements.ts";

const jobs = Array.from({ length: 11 }, (_, index) => `Job ${index + 1}`);
const levels = Array.from({ length: 5 }, (_, index) => `Level ${index + 1}`);
const rest = [
  "Goals",
  "Stages",
  "Parallel",
  "Concurrency",
  "Caching",
  "Warm-up",
  "Monitoring",
  "Budgets",
  "Resources",
  "Retries",
  "Flakes",
  "Failures",
  "Diagnostics",
  "Retention",
  "Gates",
  "Metrics",
  "Alerts",
  "Dashboards",
  "Security",
  "Recovery",
  "Optimisations",
  "Phases",
  "Runbook",
  "Tools",
  "Triggers",
  "Syntax",
  "Related",
];

proveRequirements({ name: "kyklos", title: "Kyklos's plan", config, topics, sections: [...jobs, ...levels, ...rest] });
