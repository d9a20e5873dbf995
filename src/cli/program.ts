/** argv -> a command -> an exit code. */
import { Command, CommanderError, Option } from "commander";
import { version } from "../../package.json";
import { userError } from "../config/user-error.ts";
import { COMMANDS, type CommandEntry } from "./commands.ts";
import { reportFailure } from "./failure.ts";
import type { ExitCode, Io } from "./io.ts";
import { type Paint, paintFor } from "./paint.ts";

/** Those that may stand before the command. */
const OPTIONS_WITH_VALUE = ["--cwd", "--config"];

const EXAMPLES = `
Examples:
  $ pipewright generate               write .github/workflows from ci.config.ts
  $ pipewright generate --dry-run --diff
  $ pipewright check                  exit 1, with a diff, when the files are not what the config says
  $ pipewright lint                   exit 1 when something is wrong with a workflow or action
  $ pipewright explain-config --json

Exit codes: 0 fine, 1 findings or drift, 2 could not run.`;

/** Runs one command line. Never throws: what goes wrong is printed, and told by the exit code. */
export async function run(args: readonly string[], io: Io): Promise<ExitCode> {
  const called = calledCommand(args);
  let code: ExitCode = 0;
  const program = makeProgram(io);
  try {
    for (const command of COMMANDS) {
      if (command === called) (await command.load())(program, io, (result) => (code = result));
      else program.command(command.name).description(command.summary);
    }
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    const json =
      args.includes("--json") || args.includes("--reporter=json") || args[args.indexOf("--reporter") + 1] === "json";
    if (error instanceof CommanderError && (error.exitCode === 0 || !json)) return error.exitCode === 0 ? 0 : 2;
    const shown =
      error instanceof CommanderError
        ? userError(sentence(error.message), { hint: "See `pipewright --help`." })
        : error;
    return reportFailure(io, shown, { command: called?.name ?? "", json });
  }
}

/** `error: unknown option '--x'` becomes a sentence. */
const sentence = (message: string): string =>
  message.replace(/^error: (.)/, (_, first: string) => first.toUpperCase()).replace(/[^.?]$/, "$&.");

/** As every other mistake is printed; what commander guesses stands on a line of its own. */
function inOurForm(text: string, paint: Paint): string {
  const [message = "", ...guesses] = text.trim().split("\n");
  const hints = guesses.map((guess) => `\n    ${paint.dim(guess.replace(/^\((.*)\)$/, "$1"))}`);
  return `${message.startsWith("error: ") ? `${paint.red("error")}  ` : ""}${sentence(message)}${hints.join("")}\n`;
}

function makeProgram(io: Io): Command {
  return new Command("pipewright")
    .description("Compiles one typed config into the full set of GitHub Actions workflows, and lints every workflow.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print the help of a command")
    .addOption(new Option("--cwd <folder>", "the repository's root; the current folder by default"))
    .addOption(new Option("--config <file>", "the config file; ci.config.{ts,mts,js,mjs,json,yaml} by default"))
    .addOption(new Option("--json", "print one JSON document instead of text"))
    .addOption(new Option("-q, --quiet", "print nothing but errors"))
    .addHelpText("after", EXAMPLES)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
      outputError: (text, write) => write(inOurForm(text, paintFor(io.env, io.stderr))),
    })
    .showSuggestionAfterError()
    .exitOverride();
}

/** The command that the arguments name, looked for before commander runs, so that only its module is loaded. */
function calledCommand(args: readonly string[]): CommandEntry | undefined {
  const words = args.filter(
    (arg, index) => !arg.startsWith("-") && !OPTIONS_WITH_VALUE.includes(args[index - 1] ?? ""),
  );
  const name = words[0] === "help" ? words[1] : words[0];
  return COMMANDS.find((command) => command.name === name);
}
