/** Names of the Django site's files and what many rows ask of them. */
import type { Emission } from "../support/emission.ts";
import { script, variable } from "../support/questions.ts";

export const SERVICES = ["web", "celery", "celerybeat", "flower"];
export const TARGETS = ["test", ...SERVICES];
export const PIPELINE = "test/execution/pipeline/django.test.ts";
/** The tests of what the example holds beside its config. */
export const SOURCES = "test/examples/django/sources.test.ts";

/** The commands of a deployment, or of its canary. */
export const commands = (files: Emission, target: string, step = "Deploy the image"): string =>
  String(variable(files, "ci", `deliver-${target}`, step, "COMMANDS") ?? "");
export const verification = (files: Emission): string => script(files, "ci", "deliver-production", "Look at that part");

export const threshold = (files: Emission, name: string) => files.plan(`metrics.thresholds.${name}`);
