/** Where GitHub reads an expression, it can be read; where it reads none, there is none; and no secret takes a side door. */
import type { Problem } from "../../config/problem.ts";
import type { Config } from "../../config/schema.ts";

interface Text {
  text: string;
  path: PropertyKey[];
}

export function expressionProblems(config: Config): Problem[] {
  const consumers = textsIn(config.consumers, ["consumers"]).filter(
    ({ path }) => path.at(-1) !== "run" && !path.includes("run"),
  );
  const others = [
    ...textsIn(config.builds, ["builds"]).filter(({ path }) => !path.includes("run")),
    ...textsIn(config.names, ["names"]),
  ];
  return [...consumers, ...others].flatMap(({ text, path }): Problem[] => {
    if (!text.includes("${{")) return [];
    if (isPlainText(path))
      return [
        {
          path,
          message: `"${text}" holds a \`\${{ }}\` expression, and GitHub or another workflow reads it as it stands.`,
          hint: "Write plain text.",
        },
      ];
    if (/\$\{\{(?:(?!\}\}).)*$/s.test(text))
      return [{ path, message: `"${text}" begins an expression that never ends.`, hint: "Close it with `}}`." }];
    if (path[0] === "consumers" && /\$\{\{(?:(?!\}\}).)*\bsecrets\b/is.test(text))
      return [
        {
          path,
          message: "This expression reads a secret, which the code of pull requests from forks would see as well.",
          hint: "Name it in the consumer's `secrets`: every step then has it in its environment, for trusted events only.",
        },
      ];
    return [];
  });
}

/** Names of workflows, steps and artifacts, and the values of a matrix, which the plan itself looks at. */
const isPlainText = (path: readonly PropertyKey[]): boolean =>
  path[0] === "names" || path.at(-1) === "name" || path[2] === "matrix";

function textsIn(value: unknown, path: PropertyKey[]): Text[] {
  if (typeof value === "string") return [{ text: value, path }];
  if (Array.isArray(value)) return value.flatMap((item, index) => textsIn(item, [...path, index]));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => textsIn(item, [...path, key]));
}
