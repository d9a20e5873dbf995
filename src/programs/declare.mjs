/** Writes `declared.ts`, the types of every program's inputs, from the `action.yml` files: `npm run programs`. */
import { writeFile } from "node:fs/promises";
import { format } from "prettier";
import { parse } from "yaml";
import { programFiles } from "../../programs-module.mjs";

const HEAD = `// The inputs of each program. Made from the files templates/<program>/action.yml by \`npm run programs\`; a test keeps it
// fresh.
`;

/** The text of `declared.ts`. */
export async function declaredText() {
  const files = await programFiles();
  const actions = Object.entries(files).flatMap(([path, text]) =>
    path.endsWith("/action.yml") ? [[path.split("/")[0], parse(text)]] : [],
  );
  const inputs = actions.map(([name, { inputs = {} }]) => {
    const fields = Object.entries(inputs).map(
      ([input, { required }]) => `${JSON.stringify(input)}${required === true ? "" : "?"}: Scalar;`,
    );
    return `${JSON.stringify(name)}: {${fields.join("\n")}};`;
  });
  const text = `${HEAD}import type { Scalar } from "../workflow/model.ts";

export interface ProgramInputs {
${inputs.join("\n")}
}

export type ProgramName = keyof ProgramInputs;
`;
  return format(text, { parser: "typescript", printWidth: 120 });
}

if (process.argv[1] === import.meta.filename)
  await writeFile(new URL("declared.ts", import.meta.url), await declaredText());
