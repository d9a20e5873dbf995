#!/usr/bin/env node
import { processIo } from "./io.ts";
import { run } from "./program.ts";

const interrupt = new AbortController();
// Writing is undone on Ctrl-C; whoever presses it twice means it.
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    interrupt.abort();
    process.exitCode = 2;
  });
}
// `pipewright check | head` closes the pipe early: nobody reads on, which is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  throw error;
});

process.exitCode = await run(process.argv.slice(2), { ...processIo(), interrupted: interrupt.signal });
