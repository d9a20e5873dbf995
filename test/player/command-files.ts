/** GITHUB_OUTPUT, GITHUB_ENV and GITHUB_PATH (docs.github.com, "Workflow commands: Environment files"). */

export class InvalidFile extends Error {}

/** Reads `name=value` lines and `name<<DELIMITER` blocks. Anything else is what GitHub calls "Invalid format". */
export function parseCommandFile(text: string): Map<string, string> {
  const values = new Map<string, string>();
  const lines = text.split("\n");
  for (let index = 0; index < lines.length; index += 1) {
    const line = (lines[index] ?? "").replace(/\r$/, "");
    if (line === "") continue;
    const equals = line.indexOf("=");
    const heredoc = line.indexOf("<<");
    if (equals !== -1 && (heredoc === -1 || equals < heredoc)) {
      if (equals === 0) throw new InvalidFile(`Invalid format '${line}': the name is empty`);
      values.set(line.slice(0, equals), line.slice(equals + 1));
    } else if (heredoc > 0) {
      const delimiter = line.slice(heredoc + 2);
      const end = lines.findIndex((candidate, at) => at > index && candidate.replace(/\r$/, "") === delimiter);
      if (delimiter === "" || end === -1) throw new InvalidFile(`Matching delimiter not found '${delimiter}'`);
      values.set(line.slice(0, heredoc), lines.slice(index + 1, end).join("\n"));
      index = end;
    } else throw new InvalidFile(`Invalid format '${line}'`);
  }
  return values;
}

/** What GITHUB_ENV may not set: the runner's own variables, and NODE_OPTIONS. */
export const isProtectedVariable = (name: string): boolean =>
  /^(GITHUB_|RUNNER_)/i.test(name) || name.toUpperCase() === "NODE_OPTIONS";
