/** A job's log: workflow commands are obeyed, secrets are masked (docs.github.com, "Workflow commands"). */

export interface JobLog {
  /** Adds a value that is never shown from now on, line by line. */
  mask(value: string): void;
  masked(text: string): string;
  /** Whether a text holds a masked value. GitHub drops a job's outputs that do. */
  holdsSecret(text: string): boolean;
  /** Takes one line that a step printed and appends what GitHub shows of it to `lines`. */
  print(line: string, lines: string[]): void;
  readonly annotations: string[];
}

/** Values shorter than this would mask half of the log; GitHub warns about such secrets too. */
const SHORTEST_MASK = 4;

export function jobLog(annotations: string[]): JobLog {
  const masks = new Set<string>();
  let stopped: string | undefined;

  const masked = (text: string): string =>
    [...masks]
      .sort((left, right) => right.length - left.length)
      .reduce((result, value) => result.replaceAll(value, "***"), text);

  const log: JobLog = {
    annotations,
    mask(value) {
      for (const line of value.split(/\r?\n/)) if (line.trim().length >= SHORTEST_MASK) masks.add(line.trim());
    },
    masked,
    holdsSecret: (text) => [...masks].some((value) => text.includes(value)),
    print(line, lines) {
      const command = /^\s*::([a-z-]+)(?: (.*?))?::(.*)$/u.exec(line);
      if (stopped !== undefined) {
        if (line.trim() === `::${stopped}::`) stopped = undefined;
        else lines.push(masked(line));
        return;
      }
      const [, name = "", , message = ""] = command ?? [];
      switch (name) {
        case "add-mask":
          log.mask(unescape(message));
          lines.push("::add-mask::***");
          return;
        case "stop-commands":
          stopped = message;
          return;
        case "error":
        case "warning":
        case "notice":
          annotations.push(`${name}: ${masked(unescape(message))}`);
          break;
        case "set-output":
        case "save-state":
        case "set-env":
        case "add-path":
          annotations.push(`error: The \`${name}\` command is disabled.`);
          break;
      }
      lines.push(masked(line));
    },
  };
  return log;
}

const unescape = (text: string): string => text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%");
