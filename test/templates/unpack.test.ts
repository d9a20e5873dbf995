/** One file of an archive on the disk: whatever was packed comes out, and what is damaged gives an error and never a hang. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { unpackFile } from "../../templates/lib/unpack.mjs";
import { runs } from "../support/property-runs.ts";
import { missing } from "../support/tools.ts";
import { extraField, zip, type ZipEntry, type ZipOptions } from "../support/zip.ts";

const SECONDS = 10;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "pipewright-unpack-"));
});
afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => rmSync(target(), { force: true }));

const target = (): string => join(folder, "target");

/** What comes out of an archive under a name. Whatever takes too long is an error of another kind than a damaged archive is. */
async function unpack(archive: Buffer, name = "image.tar"): Promise<Buffer> {
  const file = join(folder, "archive.zip");
  writeFileSync(file, archive);
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new RangeError(`It hangs for more than ${SECONDS} s.`)), SECONDS * 1000);
  });
  try {
    await Promise.race([unpackFile(file, name, target()), late]);
  } finally {
    clearTimeout(timer);
  }
  return readFileSync(target());
}

/** What is wrong, in so many words; nothing where it was unpacked. */
async function problem(archive: Buffer, name?: string): Promise<string | undefined> {
  try {
    await unpack(archive, name);
    return undefined;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    if (error.message.startsWith("It hangs")) throw error;
    return error.message;
  }
}

/** Bytes that deflate well, and bytes that do not, in more than one chunk of a stream. */
const contents = fc.oneof(
  fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  fc.nat(300_000).map((length) => randomBytes(length)),
  fc.nat(300_000).map((length) => Buffer.alloc(length, "the same again")),
);
const options = fc.record({ stored: fc.boolean(), described: fc.boolean(), large: fc.boolean() });
const archives: fc.Arbitrary<{ entries: ZipEntry[]; how: ZipOptions }> = fc.record({
  entries: fc
    .uniqueArray(
      fc.record({
        name: fc.string({ minLength: 1, maxLength: 20, unit: "grapheme" }),
        content: contents,
        how: options,
      }),
      { minLength: 1, maxLength: 5, selector: ({ name }) => name },
    )
    .map((files) => files.map(({ how, ...file }) => ({ ...file, ...how }))),
  how: fc.record({ comment: fc.string({ maxLength: 100 }), large: fc.boolean() }),
});

test("what was packed comes out, however it was packed", async () => {
  await fc.assert(
    fc.asyncProperty(archives, async ({ entries, how }) => {
      const archive = zip(entries, how);
      for (const { name, content } of entries)
        expect((await unpack(archive, name)).equals(Buffer.from(content))).toBe(true);
    }),
    { numRuns: runs(100) },
  );
});

test("an archive that is cut off gives an error, wherever that is", async () => {
  await fc.assert(
    fc.asyncProperty(archives, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), async (packed, part) => {
      const archive = zip(packed.entries, packed.how);
      const cut = archive.subarray(0, Math.floor(archive.length * part));
      expect(await problem(cut, packed.entries[0]?.name)).toEqual(expect.any(String));
    }),
    { numRuns: runs(100) },
  );
});

test("one that is damaged gives an error, or as many bytes as the directory says", async () => {
  await fc.assert(
    fc.asyncProperty(
      archives,
      fc.boolean(),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      async ({ entries, how }, isInDirectory, damages) => {
        const [entry] = entries as [ZipEntry];
        const archive = zip([entry], how);
        const directory = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 1, 2]));
        const [begin, length] = isInDirectory ? [directory, archive.length - directory] : [0, directory];
        for (const [at, byte] of damages) archive.writeUInt8(byte, begin + (at % length));
        const wrong = await problem(archive, entry.name);
        if (wrong !== undefined) expect(wrong).not.toBe("");
        else if (!isInDirectory) expect(readFileSync(target()).length).toBe(Buffer.byteLength(entry.content));
      },
    ),
    { numRuns: runs(300) },
  );
});

describe("an archive with room for large numbers", () => {
  const content = randomBytes(100_000);

  /** The least that GitHub may give: a small file before one whose offset alone has no room, as after 4 GB. */
  test("is read by hand-made numbers of eight bytes, those alone that have no room", async () => {
    const name = Buffer.from("image.tar");
    const packed = deflateRawSync(content);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(8, 8);
    local.writeUInt16LE(name.length, 26);
    const before = Buffer.from("whatever stands before it");
    const file = Buffer.concat([before, local, name, packed]);
    const offset = Buffer.alloc(8);
    offset.writeBigUInt64LE(BigInt(before.length));
    const extra = Buffer.concat([extraField(0x5455, Buffer.alloc(5)), extraField(1, offset)]);
    const header = Buffer.alloc(46);
    header.writeUInt32LE(0x02014b50, 0);
    header.writeUInt16LE(8, 10);
    header.writeUInt32LE(packed.length, 20);
    header.writeUInt32LE(content.length, 24);
    header.writeUInt16LE(name.length, 28);
    header.writeUInt16LE(extra.length, 30);
    header.writeUInt32LE(0xffffffff, 42);
    const listed = Buffer.concat([header, name, extra]);
    const end = Buffer.alloc(56 + 20 + 22);
    end.writeUInt32LE(0x06064b50, 0);
    end.writeBigUInt64LE(44n, 4);
    end.writeBigUInt64LE(1n, 24);
    end.writeBigUInt64LE(1n, 32);
    end.writeBigUInt64LE(BigInt(listed.length), 40);
    end.writeBigUInt64LE(BigInt(file.length), 48);
    end.writeUInt32LE(0x07064b50, 56);
    end.writeBigUInt64LE(BigInt(file.length + listed.length), 64);
    end.writeUInt32LE(1, 72);
    end.writeUInt32LE(0x06054b50, 76);
    end.writeUInt32LE(0xffffffff, 88);
    end.writeUInt32LE(0xffffffff, 92);
    expect((await unpack(Buffer.concat([file, listed, end]))).equals(content)).toBe(true);
  });

  test.skipIf(missing("zip"))("is read as another program has made it", async () => {
    const file = join(folder, "image.tar");
    writeFileSync(file, content);
    for (const words of [["-fz"], ["-fz", "-0"], []]) {
      const made = join(folder, "made.zip");
      execFileSync("zip", ["--quiet", "--junk-paths", ...words, made, file]);
      expect((await unpack(readFileSync(made))).equals(content)).toBe(true);
      rmSync(made);
    }
  });

  const LARGE = zip([{ name: "image.tar", content, stored: true, large: true }], { large: true });
  const changed = (place: number, value: bigint): Buffer => {
    const archive = Buffer.from(LARGE);
    archive.writeBigUInt64LE(value, archive.length + place);
    return archive;
  };
  const [END, LOCATOR] = [-98, -42];
  test.each([
    ["the end of the directory stands nowhere", changed(LOCATOR + 8, 2n ** 64n - 1n), "the archive is cut off"],
    ["it stands somewhere else", changed(LOCATOR + 8, 0n), "the archive's directory is broken"],
    ["the directory stands nowhere", changed(END + 48, 2n ** 63n), "the archive is cut off"],
    ["the directory is larger than the archive", changed(END + 40, 2n ** 40n), "the archive is cut off"],
    ["the directory has nothing", changed(END + 40, 0n), "the archive does not hold image.tar"],
  ])("of which %s is refused", async (_title, archive, message) => {
    expect(await problem(archive)).toBe(message);
  });

  const ENTRY = LARGE.lastIndexOf(Buffer.from("image.tar")) + "image.tar".length;
  test.each([
    ["a size of more than anybody has", 4, /larger than it says|cut off|out of range/],
    ["more bytes than the archive has", 12, /larger than it says|out of range/],
    ["a place that is none", 20, /the archive is cut off/],
  ])("of which a file has %s is refused", async (_title, place, message) => {
    const archive = Buffer.from(LARGE);
    for (const value of [2n ** 64n - 1n, 2n ** 53n, 2n ** 33n]) {
      archive.writeBigUInt64LE(value, ENTRY + place);
      expect(await problem(archive)).toMatch(message);
    }
  });

  test("of which the numbers are missing is refused", async () => {
    const archive = Buffer.from(LARGE);
    archive.writeUInt16LE(2, ENTRY);
    expect(await problem(archive)).toBe("the archive is cut off");
    archive.writeUInt16LE(1, ENTRY);
    archive.writeUInt16LE(0xffff, ENTRY + 2);
    expect(await problem(archive)).toBeUndefined();
  });
});

describe("what is refused", () => {
  const text = "hello, hello, hello";
  const one = (change: Partial<ZipEntry> = {}): Buffer => zip([{ name: "image.tar", content: text, ...change }]);
  /** With one number of the directory's only entry, or of its end, changed. */
  function changed(archive: Buffer, where: "entry" | "end", place: number, value: number): Buffer {
    const signature = where === "entry" ? [0x50, 0x4b, 1, 2] : [0x50, 0x4b, 5, 6];
    archive.writeUInt16LE(value, archive.lastIndexOf(Buffer.from(signature)) + place);
    return archive;
  }

  test.each([
    ["nothing at all", Buffer.alloc(0), "this is no ZIP archive"],
    ["something else", Buffer.from('{"message":"Artifact has expired"}'), "this is no ZIP archive"],
    ["no files", zip([]), "the archive does not hold image.tar"],
    ["other files", one({ name: "other.tar" }), "the archive does not hold image.tar"],
    ["encrypted", one({ encrypted: true }), "image.tar in the archive is encrypted"],
    ["larger than it says", one({ claimedSize: 10 }), "image.tar in the archive is larger than it says"],
    ["larger than nothing", one({ claimedSize: 0 }), "image.tar in the archive is larger than it says"],
    ["smaller than it says", one({ claimedSize: 20 }), "image.tar in the archive is cut off"],
    ["stored, and smaller", one({ claimedSize: 20, stored: true }), "image.tar in the archive is cut off"],
    ["stored, and larger", one({ claimedSize: 10, stored: true }), "image.tar in the archive is larger than it says"],
    [
      "packed otherwise",
      changed(one(), "entry", 10, 14),
      "image.tar in the archive is packed in a way that is not known",
    ],
    ["half of a packed file", changed(one(), "entry", 20, 8), "unexpected end of file"],
    ["nothing of a packed file", changed(one(), "entry", 20, 0), "unexpected end of file"],
    ["no packed file", changed(one({ stored: true }), "entry", 10, 8), "invalid stored block lengths"],
    ["elsewhere", changed(one(), "entry", 42, 1), "image.tar in the archive is not where the directory says"],
    ["nowhere", changed(one(), "entry", 42, 60_000), "the archive is cut off"],
    ["a directory that begins elsewhere", changed(one(), "end", 16, 3), "the archive's directory is broken"],
    ["a directory that is nowhere", changed(one(), "end", 16, 60_000), "the archive is cut off"],
    ["half a directory", changed(one(), "end", 12, 20), "the archive's directory is broken"],
  ])("is %s", async (_title, archive, message) => {
    expect(await problem(archive)).toBe(message);
  });

  test("is not what stands behind the packed bytes, which are all that there is", async () => {
    // The directory says that more is packed than the stream itself, which knows its end: a descriptor, another file.
    const entries = [
      { name: "image.tar", content: randomBytes(200_000), described: true },
      { name: "other.tar", content: randomBytes(200_000), stored: true },
    ];
    const archive = zip(entries);
    const first = archive.indexOf(Buffer.from([0x50, 0x4b, 1, 2]), 400_000);
    archive.writeUInt32LE(390_000, first + 20);
    expect((await unpack(archive)).equals(entries[0]?.content ?? Buffer.alloc(0))).toBe(true);
  });

  test("leaves nothing where there is no such file", async () => {
    await problem(zip([]));
    expect(existsSync(target())).toBe(false);
  });
});
