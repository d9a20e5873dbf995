/** Steps use actions that have a pin, with inputs that the action knows. */
import { knownAction, knownActionNames, pinOf } from "../../actions/catalogue.ts";
import type { Problem } from "../../config/problem.ts";
import type { Config } from "../../config/schema.ts";
import { didYouMean, nearest } from "../../nearest.ts";
import type { Pipeline } from "../types.ts";

export function actionProblems(config: Config, pipeline: Pipeline): Problem[] {
  return Object.entries(config.consumers).flatMap(([key, consumer]) =>
    (consumer.steps ?? []).flatMap((step, index): Problem[] => {
      if (!("uses" in step)) return [];
      const path = ["consumers", key, "steps", index];
      const [name = "", version] = step.uses.split("@");
      if (version !== undefined)
        return [
          {
            path: [...path, "uses"],
            message: `"${step.uses}" carries a version. Pins live in one place.`,
            hint: `Write "${name}", and pin it in \`actions\` if the catalogue's version will not do.`,
          },
        ];
      if (!pinOf(name, pipeline.pins)) {
        const names = [...knownActionNames(), ...Object.keys(config.actions)];
        return [
          {
            path: [...path, "uses"],
            message: `The catalogue has no pin for the action "${name}".`,
            hint: [nearest(name, names) && didYouMean(name, names), "Add it to `actions` with its version and commit."]
              .filter(Boolean)
              .join(" "),
          },
        ];
      }
      // A pin of the config may be of another major version, whose inputs the catalogue does not know.
      const known = name in config.actions ? undefined : knownAction(name);
      return Object.keys(step.with)
        .filter((input) => known && !Object.hasOwn(known.inputs, input))
        .map((input) => ({
          path: [...path, "with", input],
          at: "key" as const,
          message: `${name} has no input "${input}".`,
          hint: didYouMean(input, Object.keys(known?.inputs ?? {})),
        }));
    }),
  );
}
