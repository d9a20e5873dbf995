import { loadConfig } from "../../src/config/load.ts";
import { formatProblem, UserError } from "../../src/config/user-error.ts";
import { folder } from "./folder.ts";

/** What the user reads about a config in this folder, line by line; fails when the config is fine. */
export async function mistakesIn(cwd: string, options: { file?: string; timeLimit?: number } = {}): Promise<string[]> {
  try {
    await loadConfig({ cwd, ...options });
  } catch (error) {
    if (error instanceof UserError) return error.problems.map(formatProblem);
    throw error;
  }
  throw new Error("The config was taken without a word.");
}

/** The same for a config's text. */
export const mistakes = (text: string, name = "ci.config.ts"): Promise<string[]> =>
  mistakesIn(folder({ [name]: text }));
