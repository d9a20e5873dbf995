// Image references in text files (Dockerfiles, compose files, workflows), and the digests behind them.

const escape = (text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
const TAG = "[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}";
/** What may stand in a reference: next to it, the name would be another one. */
const PART = "[A-Za-z0-9_./:@-]";
/** Lines that name an image. Elsewhere `node:fs`, say, is a module. */
const NAMES_IMAGE = /^\s*(FROM|ARG|ENV|COPY|ADD)\s|^\s*(-\s+)?["']?(?!run\b)[\w.-]+["']?\s*[:=]/i;

/** Throws when a pin could change anything but a digest in a file of the repository. */
export function checkPin(pin) {
  const { file = "", image = "", digest = "", tag, newTag } = pin;
  const complaint = (text) => new Error(`${text}: ${JSON.stringify(pin)}`);
  if (
    typeof file !== "string" ||
    file === "" ||
    /[\u0000-\u001f\u007f]/.test(file) ||
    file.split("/").some((part) => ["", ".", "..", ".git"].includes(part.toLowerCase()))
  )
    throw complaint("This names no file of the repository");
  if (!/^[a-z0-9]+([._:/-]+[a-zA-Z0-9]+)*$/.test(image)) throw complaint("This names no image");
  if (!/^sha256:[0-9a-f]{64}$/.test(digest)) throw complaint("This holds no digest");
  for (const one of [tag, newTag])
    if (one !== undefined && !new RegExp(`^${TAG}$`).test(one)) throw complaint("This holds no tag");
}

/** The part of a line that is no comment. */
function codeOf(line) {
  if (/^\s*(#|\/\/)/.test(line)) return "";
  const comment = /\s#/.exec(line);
  return comment ? line.slice(0, comment.index) : line;
}

/**
 * The text with the pin's image at its digest, and how many references of it there are, those that were right already
 * included. A reference has a tag or a digest; a word that is only named like the image is none. With `tag` only references
 * with that tag count; they keep it, or get `newTag`. Without it, and without a digest, only lines that name images count.
 * Comments stay as they are.
 */
export function pinImage(text, { image, digest, tag, newTag }) {
  const reference = new RegExp(
    `(?<!${PART})((?:docker://)?${escape(image)})(?::(${TAG}))?(?:@sha256:[0-9a-f]{64})?(?!${PART})`,
    "g",
  );
  let references = 0;
  const pin = (line) => (whole, name, ownTag) => {
    if (whole === name || (tag !== undefined && ownTag !== tag)) return whole;
    if (tag === undefined && !whole.includes("@") && !NAMES_IMAGE.test(line)) return whole;
    references += 1;
    const newOne = newTag ?? ownTag;
    return `${name}${newOne === undefined ? "" : `:${newOne}`}@${digest}`;
  };
  const lines = text.split("\n").map((line) => {
    const code = codeOf(line);
    return code.replace(reference, pin(line)) + line.slice(code.length);
  });
  return { text: lines.join("\n"), references };
}
