/** The few operations on files that writing needs. Tests hand in a disk that is full or read-only. */
import { chmod, link, mkdir, open, readFile, rename, rmdir, stat, unlink } from "node:fs/promises";

export interface Disk {
  /** Creates a new file that must not exist, with the bytes flushed to the device before this returns. */
  create(file: string, bytes: Buffer, mode: number): Promise<void>;
  /** The bytes of a file; undefined when there is none. */
  read(file: string): Promise<Buffer | undefined>;
  /** The permission bits of a file. */
  mode(file: string): Promise<number>;
  /** Creates a folder and its parents; returns the topmost that was new. */
  makeFolder(folder: string): Promise<string | undefined>;
  removeFolder(folder: string): Promise<void>;
  /** Gives a file a second name, or copies it where the file system has no links. */
  keep(file: string, backup: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(file: string): Promise<void>;
}

export const realDisk: Disk = {
  async create(file, bytes, mode) {
    const handle = await open(file, "wx", mode);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    // `open` masks the mode with the umask; a file that had more rights keeps them.
    if (((await stat(file)).mode & 0o777) !== mode) await chmod(file, mode);
  },
  async read(file) {
    try {
      return await readFile(file);
    } catch (error) {
      if (errorCode(error) === "ENOENT") return undefined;
      throw error;
    }
  },
  mode: async (file) => (await stat(file)).mode & 0o777,
  makeFolder: (folder) => mkdir(folder, { recursive: true }),
  removeFolder: (folder) => rmdir(folder),
  async keep(file, backup) {
    try {
      await link(file, backup);
    } catch (error) {
      if (errorCode(error) === "EEXIST") throw error;
      await realDisk.create(backup, await readFile(file), await realDisk.mode(file));
    }
  },
  rename,
  remove: unlink,
};

/** The code of a system error, such as `ENOSPC`; undefined for any other. */
export const errorCode = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
