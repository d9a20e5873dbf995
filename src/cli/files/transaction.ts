/**
 * Writes all files or none. New texts go to temporary files beside their targets, flushed to the device; only when
 * all of them are there do renames put them in place, with a second name kept for what was there before. Any failure,
 * an interrupt included, puts everything back. A crash in between leaves each file whole, old or new.
 */
import { randomBytes } from "node:crypto";
import { basename, dirname, join } from "node:path";
import { type LocatedProblem, UserError, userError } from "../../config/user-error.ts";
import { type Disk, errorCode, realDisk } from "./disk.ts";
import { inParallel } from "./in-parallel.ts";

export interface Write {
  /** The declared path, for messages. */
  path: string;
  /** The absolute path. */
  file: string;
  /** What lay there when the changes were decided; undefined for nothing. */
  before: Buffer | undefined;
  /** What shall lie there; undefined to remove the file. */
  after: Buffer | undefined;
}

export interface TransactionOptions {
  disk?: Disk;
  /** Aborts and rolls back. */
  interrupted?: AbortSignal | undefined;
}

interface Staged extends Write {
  temporary: string | undefined;
  backup: string | undefined;
}

type Undo = () => Promise<void>;

const NEW_FILE_MODE = 0o644;
/** Flushing is waiting: sixteen at once keep a device busy without exhausting file handles. */
const WRITERS = 16;

/** Throws a `UserError` when the files could not be written; then everything is as it was. */
export async function writeAll(
  writes: readonly Write[],
  { disk = realDisk, interrupted }: TransactionOptions = {},
): Promise<void> {
  const undo: Undo[] = [];
  const suffix = `pipewright-${process.pid}-${randomBytes(4).toString("hex")}`;
  let current: Write | undefined;
  try {
    for (const folder of new Set(writes.flatMap((write) => (write.after === undefined ? [] : [dirname(write.file)])))) {
      current = writes.find((write) => dirname(write.file) === folder);
      const created = await disk.makeFolder(folder);
      if (created !== undefined) undo.push(() => removeFolders(disk, folder, created));
    }
    const staged = await inParallel(writes, WRITERS, async (write) => {
      stopIfInterrupted(interrupted);
      try {
        return await stage(disk, write, suffix, undo);
      } catch (error) {
        current = write;
        throw error;
      }
    });
    for (const write of staged) {
      current = write;
      stopIfInterrupted(interrupted);
      await commit(disk, write, undo);
    }
    // Every file is in place. A second name that cannot be removed is litter, not a failure.
    await inParallel(
      staged,
      WRITERS,
      async ({ backup }) => backup === undefined || disk.remove(backup).catch(() => undefined),
    );
  } catch (error) {
    const stuck = await rollBack(undo);
    throw explain(error, current, stuck);
  }
}

/** Writes the new text beside the target, with the rights that the old file has. */
async function stage(disk: Disk, write: Write, suffix: string, undo: Undo[]): Promise<Staged> {
  const beside = (kind: string): string => join(dirname(write.file), `.${basename(write.file)}.${suffix}.${kind}`);
  const backup = write.before === undefined ? undefined : beside("old");
  if (write.after === undefined) return { ...write, temporary: undefined, backup };
  const mode = write.before === undefined ? NEW_FILE_MODE : await disk.mode(write.file);
  const temporary = beside("new");
  // Registered first: a disk that fills up leaves half of a temporary file, and a read-only one leaves none.
  undo.push(async () => {
    if ((await disk.read(temporary)) !== undefined) await disk.remove(temporary);
  });
  await disk.create(temporary, write.after, mode);
  return { ...write, temporary, backup };
}

async function commit(disk: Disk, write: Staged, undo: Undo[]): Promise<void> {
  const { file, temporary, backup } = write;
  if (!isSame(await disk.read(file), write.before)) throw new ChangedMeanwhile();
  if (backup !== undefined) {
    undo.push(() => disk.remove(backup));
    await disk.keep(file, backup);
    undo.push(() => disk.rename(backup, file));
  }
  if (temporary === undefined) return disk.remove(file);
  await disk.rename(temporary, file);
  if (backup === undefined) undo.push(() => disk.remove(file));
}

const isSame = (one: Buffer | undefined, other: Buffer | undefined): boolean =>
  one && other ? one.equals(other) : one === other;

async function removeFolders(disk: Disk, folder: string, topmost: string): Promise<void> {
  for (let each = folder; each.length >= topmost.length; each = dirname(each)) await disk.removeFolder(each);
}

/** Undoes newest first. Returns what could not be undone; a temporary file that is gone already is undone. */
async function rollBack(undo: readonly Undo[]): Promise<string[]> {
  const stuck: string[] = [];
  for (const step of [...undo].reverse()) {
    try {
      await step();
    } catch (error) {
      if (errorCode(error) !== "ENOENT") stuck.push(error instanceof Error ? error.message : String(error));
    }
  }
  return stuck;
}

class ChangedMeanwhile extends Error {}
class Interrupted extends Error {}

function stopIfInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new Interrupted();
}

const REASONS: Readonly<Record<string, readonly [string, string]>> = {
  ENOSPC: ["the disk is full", "Free some space and run the command again."],
  EDQUOT: ["your disk quota is used up", "Free some space and run the command again."],
  EROFS: ["the file system is read-only", "Mount it for writing, or run the command in a writable copy."],
  EACCES: ["its folder does not allow it", "Give yourself the right to write there."],
  EPERM: ["its folder does not allow it", "Give yourself the right to write there."],
  ENOTDIR: ["a file lies where its folder should be", "Move that file away."],
  EEXIST: ["a file lies where its folder should be", "Move that file away."],
  EMFILE: ["too many files are open", "Raise the limit (ulimit -n) and run the command again."],
};

function explain(error: unknown, write: Write | undefined, stuck: readonly string[]): Error {
  const nothing = stuck.length === 0 ? "Nothing was changed." : "";
  const rest: LocatedProblem[] = stuck.map((message) => ({
    message: `This could not be put back: ${message}.`,
    hint: "Look at `git status`.",
  }));
  const because = (message: string, hint: string): UserError =>
    new UserError([{ message, hint: [nothing, hint].join(" ").trim() }, ...rest]);
  if (error instanceof Interrupted) return because("Interrupted before all files were written.", "");
  const path = write?.path ?? "A file";
  if (error instanceof ChangedMeanwhile)
    return because(`${path} was changed by someone else while Pipewright was writing.`, "Run the command again.");
  const code = errorCode(error);
  if (code === undefined) return error instanceof Error ? error : userError(String(error));
  const [reason, remedy] = REASONS[code] ?? [`the system answered ${code}`, ""];
  return because(`${path} could not be written: ${reason} (${code}).`, remedy);
}
