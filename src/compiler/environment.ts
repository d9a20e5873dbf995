import type { EnvironmentRef } from "../pipeline/types.ts";
import type { Job } from "../workflow/model.ts";

/** The environment of a job; the one of major releases is asked for by a job of its own. */
export const environmentOf = (environment: EnvironmentRef | undefined): Pick<Job, "environment"> =>
  environment?.when === "always"
    ? {
        environment:
          environment.url === undefined ? environment.name : { name: environment.name, url: environment.url },
      }
    : {};
