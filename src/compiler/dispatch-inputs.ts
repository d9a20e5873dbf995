/** What a manual run of a consumer can say beside the image: one value of the matrix, and whether what it deployed stays. */
import type { Consumer } from "../pipeline/types.ts";
import type { DispatchInput, Job } from "../workflow/model.ts";
import { expression, quoted } from "./expressions.ts";
import { wrapList } from "./wrap.ts";

/** What a manual run says of a matrix that it wants whole. */
export const ALL_VALUES = "all";

export function choiceInputs({ choose, matrix, deployment }: Consumer): Record<string, DispatchInput> {
  const choices = choose.map((key): [string, DispatchInput] => [
    key,
    {
      description: `One value of ${key}, or all`,
      required: false,
      type: "choice",
      default: ALL_VALUES,
      options: [ALL_VALUES, ...(matrix?.[key] ?? []).map(String)],
    },
  ]);
  return {
    ...(deployment && {
      skip_cleanup: {
        description: "Keep what is deployed, to look at it",
        required: false,
        type: "boolean",
        default: false,
      },
    }),
    ...Object.fromEntries(choices),
  };
}

/** The matrix, of which a manual run may have picked values. */
export const matrixOf = ({ matrix, choose, dispatch, failure, maxParallel }: Consumer): Pick<Job, "strategy"> =>
  matrix
    ? {
        strategy: {
          "fail-fast": failure === "fast",
          ...(maxParallel && { "max-parallel": maxParallel }),
          matrix: Object.fromEntries(
            Object.entries(matrix).map(([key, values]) => [
              key,
              dispatch && choose.includes(key) ? chosen(key, values) : values,
            ]),
          ),
        },
      }
    : {};

/** The one value that a manual run picks; GitHub lets nobody pick one that is not listed. */
const chosen = (key: string, values: readonly (string | number | boolean)[]): string =>
  expression(
    `fromJSON(inputs.${key} && inputs.${key} != '${ALL_VALUES}' && format('[{0}]', toJSON(inputs.${key})) || ${quoted(wrapList(values))})`,
  );
