// GitHub's own grammar of workflow and action files, taken from @actions/workflow-parser without its descriptions.
// Run `node src/workflow/grammar/refresh.mjs` after that package is updated; a test holds the result fresh.
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** The grammar's files stand beside the package's entry point and are not among its exports. */
const grammarFile = async (name) =>
  JSON.parse(await readFile(new URL(name, import.meta.resolve("@actions/workflow-parser")), "utf8"));

/** A definition keeps what is checked. `description` is also the name of a property, which stays. */
function bare({ description: _text, ...definition }) {
  if (!definition.mapping?.properties) return definition;
  const properties = Object.fromEntries(
    Object.entries(definition.mapping.properties).map(([key, property]) => {
      if (typeof property === "string") return [key, property];
      return [key, property.required ? { type: property.type, required: true } : property.type];
    }),
  );
  return { ...definition, mapping: { ...definition.mapping, properties } };
}

const bareDefinitions = ({ definitions }) =>
  Object.fromEntries(Object.entries(definitions).map(([name, definition]) => [name, bare(definition)]));

/** What `grammar.json` must hold. */
export async function freshGrammar() {
  return {
    workflow: bareDefinitions(await grammarFile("workflow-v1.0.min.json")),
    action: bareDefinitions(await grammarFile("action-v1.0.min.json")),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeFile(new URL("grammar.json", import.meta.url), `${JSON.stringify(await freshGrammar(), undefined, 1)}\n`);
}
