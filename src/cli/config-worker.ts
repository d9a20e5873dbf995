/** The thread that evaluates a config. `src/config/evaluate.ts` starts it; a config imports the package that it is part of. */
import { answer } from "../config/worker.ts";
import * as pipewright from "../index.ts";

// Not awaited: this file would stand in the stack of what a config throws, and be taken for one of the user's.
void answer(pipewright);
