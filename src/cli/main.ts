#!/usr/bin/env node
import module from "node:module";
import { processIo } from "./io.ts";

// Node 22 and later keep the compiled code of the bundle between runs; Node 20 has no such function.
if ("enableCompileCache" in module && typeof module.enableCompileCache === "function") module.enableCompileCache();

// `pipewright check | head` closes the pipe early: nobody reads on, which is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  throw error;
});

const { run } = await import("./program.ts");
process.exitCode = await run(process.argv.slice(2), processIo());
