// XML as test and coverage tools write it, read from an untrusted file: in one pass, without entities of its own, without
// regular expressions that could go back and forth.

const DEEPEST = 100;
const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const NAME_END = /[\s/>=]/g;

/**
 * Gives what a document holds, one after the other: `{ open: name, attributes }`, `{ close: name }`, `{ text }`. An empty
 * element gives both. Throws an error that says where the document breaks off.
 */
export function* readXml(document) {
  const open = [];
  let at = document.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (at < document.length) {
    const start = document.indexOf("<", at);
    if (start === -1 || start > at) {
      const text = document.slice(at, start === -1 ? undefined : start);
      if (text.trim() !== "") yield { text: decodeEntities(text) };
      if (start === -1) break;
    }
    const special = skipSpecial(document, start);
    if (special) {
      if (special.text !== undefined) yield { text: special.text };
      at = special.end;
    } else if (document[start + 1] === "/") {
      const end = endOf(document, ">", start);
      const name = document.slice(start + 2, end).trim();
      if (open.pop() !== name) throw xmlError(document, start, `</${name.slice(0, 80)}> closes what is not open`);
      yield { close: name };
      at = end + 1;
    } else {
      const tag = readTag(document, start);
      yield { open: tag.name, attributes: tag.attributes };
      if (tag.empty) yield { close: tag.name };
      else open.push(tag.name);
      if (open.length > DEEPEST) throw xmlError(document, start, `elements lie more than ${DEEPEST} deep`);
      at = tag.end;
    }
  }
  if (open.length > 0) throw xmlError(document, document.length, `<${open.at(-1).slice(0, 80)}> is never closed`);
}

/** Comments, declarations and the document type are passed over; CDATA is text as it stands. */
function skipSpecial(document, start) {
  if (document.startsWith("<!--", start)) return { end: endOf(document, "-->", start + 4) + 3 };
  if (document.startsWith("<?", start)) return { end: endOf(document, "?>", start) + 2 };
  if (document.startsWith("<![CDATA[", start)) {
    const end = endOf(document, "]]>", start);
    return { text: document.slice(start + 9, end), end: end + 3 };
  }
  if (!document.startsWith("<!", start)) return undefined;
  // A document type may hold declarations in brackets. None of them is obeyed.
  const end = endOf(document, ">", start);
  const bracket = document.slice(start, end).indexOf("[");
  if (bracket === -1) return { end: end + 1 };
  return { end: endOf(document, ">", endOf(document, "]", start + bracket)) + 1 };
}

function readTag(document, start) {
  let at = nameEnd(document, start + 1);
  const name = document.slice(start + 1, at);
  if (name === "") throw xmlError(document, start, "an element has no name");
  const attributes = new Map();
  while (true) {
    at = skipSpace(document, at);
    if (document[at] === ">") return { name, attributes, empty: false, end: at + 1 };
    if (document.startsWith("/>", at)) return { name, attributes, empty: true, end: at + 2 };
    const afterKey = nameEnd(document, at);
    const key = document.slice(at, afterKey);
    const equals = skipSpace(document, afterKey);
    const quote = skipSpace(document, equals + 1);
    const sign = document[quote];
    if (key === "" || document[equals] !== "=" || (sign !== '"' && sign !== "'"))
      throw xmlError(document, at, `<${name.slice(0, 80)}> has something that is no attribute`);
    const end = endOf(document, sign, quote + 1);
    attributes.set(key, decodeEntities(document.slice(quote + 1, end)));
    at = end + 1;
  }
}

function endOf(document, sign, from) {
  const end = document.indexOf(sign, from);
  if (end === -1) throw xmlError(document, from, `the document ends before ${sign}`);
  return end;
}

function nameEnd(document, from) {
  NAME_END.lastIndex = from;
  return NAME_END.exec(document)?.index ?? document.length;
}

function skipSpace(document, from) {
  let at = from;
  while (at < document.length && document.charCodeAt(at) <= 32) at += 1;
  return at;
}

/** The five entities of XML and characters by number; what is not known stays as it is written. */
export const decodeEntities = (text) =>
  text.includes("&") ? text.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(\w{1,8}));/g, decodeEntity) : text;

function decodeEntity(whole, decimal, hexadecimal, name) {
  if (name !== undefined) return Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : whole;
  const code = decimal === undefined ? Number.parseInt(hexadecimal, 16) : Number(decimal);
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
}

const xmlError = (document, at, problem) => new Error(`line ${document.slice(0, at).split("\n").length}: ${problem}`);
