/** Who tests, as the programs read it. */
import type { Pipeline } from "../types.ts";
import type { PipelinePart } from "./schema.ts";

export const consumersPart = (pipeline: Pipeline): PipelinePart["consumers"] =>
  Object.fromEntries(
    pipeline.consumers.map((consumer) => [
      consumer.key,
      {
        name: consumer.name,
        builds: consumer.builds.map(({ key }) => key),
        events: [...consumer.events],
        forks: consumer.forks,
        required: consumer.required,
      },
    ]),
  );
