/** What the words behind `curl` ask for (curl's manual). */
import { hasOption } from "./invocation.ts";

/** Letters that take a word, behind which a cluster ends. */
const VALUED = "AbcCdDeEFhHKmoPQrtTuUwxXyYz";

/** One of these letters is given, alone or in a cluster: `L` in `-sSLo file`. */
export function hasLetter(args: readonly string[], letters: string): boolean {
  return args.some((argument) => {
    if (!/^-[A-Za-z0-9#]/.test(argument)) return false;
    for (const letter of argument.slice(1)) {
      if (letters.includes(letter)) return true;
      if (VALUED.includes(letter)) return false;
    }
    return false;
  });
}

/** The request's method; nothing where a variable names it. */
export function methodOf(args: readonly string[]): string | undefined {
  const at = args.findIndex((argument) => /^(?:-[sSkLvf]*X|--request)/.test(argument));
  if (at !== -1) {
    const method = /^(?:-[sSkLvf]*X|--request=?)(\w+)$/.exec(args[at] ?? "")?.[1] ?? args[at + 1] ?? "";
    return /^[A-Za-z]+$/.test(method) ? method.toUpperCase() : undefined;
  }
  if (hasOption(args, "get") || hasLetter(args, "G")) return "GET";
  if (hasLetter(args, "T") || hasOption(args, "upload-file")) return "PUT";
  return hasLetter(args, "dF") || hasOption(args, "data", "data-raw", "data-binary", "data-urlencode", "json", "form")
    ? "POST"
    : "GET";
}

/** The answer goes to a file that an option names. */
export const savesToFile = (args: readonly string[]): boolean =>
  hasLetter(args, "oO") || hasOption(args, "output", "remote-name", "remote-name-all");

/** A service of the job itself, or a file. */
export const asksOwnService = (args: readonly string[]): boolean =>
  args.some((argument) =>
    /^(?:https?:\/\/)?(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]|host\.docker\.internal)(?:[:/]|$)|^file:|^--unix-socket/.test(
      argument,
    ),
  );
