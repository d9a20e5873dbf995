/**
 * Finds the place of a config's value in the TypeScript that it was written in. The text alone is read, nothing is
 * evaluated: constants, spreads, shorthands, `as const`, `satisfies`, builder calls and small local functions of the same
 * file are followed; where the trail leaves the file, the last place in it is given.
 */
import {
  Node,
  Project,
  ScriptTarget,
  type Expression,
  type Identifier,
  type ObjectLiteralExpression,
  type SourceFile,
} from "ts-morph";
import type { Location, Problem } from "./problem.ts";
import type { LocatedProblem } from "./user-error.ts";

export interface CodeDocument {
  locate(problem: Problem): Location;
  /** The object literal that is written at a path, if one is. */
  objectAt(path: readonly PropertyKey[]): WrittenObject | undefined;
  /** Everything that does not parse, in TypeScript's words. */
  syntaxErrors(): LocatedProblem[];
}

/** Offsets in the text; an end is the offset behind the last character. */
export interface WrittenObject {
  start: number;
  end: number;
  last: { start: number; end: number } | undefined;
}

export function readCode(name: string, text: string): CodeDocument {
  const project = new Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    compilerOptions: { allowJs: true, target: ScriptTarget.ES2022 },
  });
  const file = project.createSourceFile(`/${name.split("/").at(-1) ?? "ci.config.ts"}`, text);
  const at = (position: number): Location => ({ file: name, ...file.getLineAndColumnAtPos(position) });
  return {
    locate: (problem) => at(find(file, problem).getStart()),
    objectAt: (path) => objectAt(file, path),
    syntaxErrors: () =>
      project
        .getProgram()
        .getSyntacticDiagnostics(file)
        .map((diagnostic) => {
          const message = diagnostic.getMessageText();
          return {
            message: typeof message === "string" ? message : message.getMessageText(),
            location: at(diagnostic.getStart()),
          };
        }),
  };
}

function find(file: SourceFile, { path, at }: Problem): Node {
  const root = defaultExport(file);
  if (!root) return file;
  let place: Node = root;
  let current: Node = root;
  for (const [index, part] of path.entries()) {
    const isLast = index === path.length - 1;
    const member = memberOf(current, part);
    if (!member) return nearestPlace(current, place);
    place = isLast && at === "key" ? member.key : member.value;
    current = member.value;
  }
  // A constant's own value is where the mistake is; a place outside of the file is not.
  return at === "key" || path.length === 0 ? place : nearestPlace(current, place);
}

function objectAt(file: SourceFile, path: readonly PropertyKey[]): WrittenObject | undefined {
  const node = path.reduce<Node | undefined>(
    (inside, part) => inside && memberOf(inside, part)?.value,
    defaultExport(file),
  );
  const object = node && meanings(node).find((meant) => Node.isObjectLiteralExpression(meant));
  if (!object) return undefined;
  const last = object.getProperties().at(-1);
  return {
    start: object.getStart(),
    end: object.getEnd(),
    last: last && { start: last.getStart(), end: last.getEnd() },
  };
}

/** Where to point when the trail ends at `current`: at what it stands for, if that is in this file. */
function nearestPlace(current: Node, place: Node): Node {
  const meant = meaning(current);
  return meant && !Node.isIdentifier(meant) ? meant : place;
}

function defaultExport(file: SourceFile): Expression | undefined {
  const assigned = file.getExportAssignment((assignment) => !assignment.isExportEquals());
  if (assigned) return assigned.getExpression();
  const renamed = file
    .getExportDeclarations()
    .flatMap((declaration) => declaration.getNamedExports())
    .find((specifier) => specifier.getAliasNode()?.getText() === "default");
  const name = renamed?.getNameNode();
  if (Node.isIdentifier(name)) return name;
  const moduleExports = file.getStatements().find((statement) => /^module\.exports\s*=/.test(statement.getText()));
  const expression = Node.isExpressionStatement(moduleExports) ? moduleExports.getExpression() : undefined;
  return Node.isBinaryExpression(expression) ? expression.getRight() : undefined;
}

interface Member {
  key: Node;
  value: Node;
}

/** Which parts of which expressions were asked for on the way: asked again, they have nothing new to say. */
type Asked = Map<Node, Set<string>>;

/** The places of one key or index of what an expression stands for. */
function memberOf(container: Node, part: PropertyKey, asked: Asked = new Map()): Member | undefined {
  const parts = asked.get(container) ?? new Set();
  if (parts.has(String(part))) return undefined;
  asked.set(container, parts.add(String(part)));
  for (const meant of meanings(container, asked)) {
    const member = Node.isObjectLiteralExpression(meant)
      ? propertyOf(meant, String(part), asked)
      : Node.isArrayLiteralExpression(meant)
        ? elementOf(meant.getElements(), Number(part), asked)
        : Node.isCallExpression(meant)
          ? builderArgument(meant.getExpression().getText(), String(part), meant.getArguments())
          : undefined;
    if (member) return member;
  }
  return undefined;
}

/** The last one wins, as it does when the object is made. */
function propertyOf(object: ObjectLiteralExpression, name: string, asked: Asked): Member | undefined {
  for (const property of object.getProperties().toReversed()) {
    if (Node.isSpreadAssignment(property)) {
      const member = memberOf(property.getExpression(), name, asked);
      if (member) return member;
    } else if (nameOf(property.getNameNode()) === name) {
      if (Node.isPropertyAssignment(property))
        return { key: property.getNameNode(), value: property.getInitializerOrThrow() };
      return { key: property.getNameNode(), value: property.getNameNode() };
    }
  }
  return undefined;
}

function nameOf(node: Node): string {
  if (Node.isStringLiteral(node) || Node.isNumericLiteral(node)) return String(node.getLiteralValue());
  if (!Node.isComputedPropertyName(node)) return node.getText();
  const meant = meaning(node.getExpression());
  return Node.isStringLiteral(meant) || Node.isNoSubstitutionTemplateLiteral(meant)
    ? meant.getLiteralValue()
    : node.getText();
}

function elementOf(elements: readonly Node[], index: number, asked: Asked): Member | undefined {
  let before = 0;
  for (const element of elements) {
    if (!Node.isSpreadElement(element)) {
      if (before === index) return { key: element, value: element };
      before += 1;
      continue;
    }
    const spread = meaning(element.getExpression());
    // How long is it? Unknown: this spread is as near as the text can tell.
    const isSpread =
      Node.isArrayLiteralExpression(spread) && spread.getElements().some((inner) => Node.isSpreadElement(inner));
    if (!Node.isArrayLiteralExpression(spread) || isSpread) return { key: element, value: element };
    const inside = elementOf(spread.getElements(), index - before, asked);
    if (inside) return inside;
    before += spread.getElements().length;
  }
  return undefined;
}

/** Keys that a builder fills from its first argument: `ghcr("owner")` has the namespace there. */
const FIRST_ARGUMENT: Readonly<Record<string, string>> = {
  ghcr: "namespace",
  dockerHub: "namespace",
  fly: "repository",
  registry: "host",
};

function builderArgument(builder: string, key: string, [first]: readonly Node[]): Member | undefined {
  return first && FIRST_ARGUMENT[builder] === key ? { key: first, value: first } : undefined;
}

/** The one thing that an expression stands for. */
const meaning = (node: Node): Node | undefined => meanings(node)[0];

/** What an expression may stand for, likeliest first. A constant that refers to itself is seen once. */
function meanings(node: Node, asked: Asked = new Map(), seen: Set<Node> = new Set()): Node[] {
  if (seen.has(node)) return [];
  seen.add(node);
  const follow = (next: Node | undefined): Node[] => (next ? meanings(next, asked, seen) : []);
  if (
    Node.isParenthesizedExpression(node) ||
    Node.isAsExpression(node) ||
    Node.isSatisfiesExpression(node) ||
    Node.isNonNullExpression(node) ||
    Node.isAwaitExpression(node) ||
    Node.isSpreadElement(node)
  ) {
    return follow(node.getExpression());
  }
  if (Node.isIdentifier(node)) return [...follow(initializerOf(node)), node];
  if (Node.isConditionalExpression(node)) return [...follow(node.getWhenTrue()), ...follow(node.getWhenFalse())];
  if (Node.isBinaryExpression(node)) return [...follow(node.getLeft()), ...follow(node.getRight())];
  if (Node.isPropertyAccessExpression(node))
    return [...follow(memberOf(node.getExpression(), node.getName(), asked)?.value), node];
  if (Node.isElementAccessExpression(node)) {
    const key = node.getArgumentExpression();
    const literal = Node.isStringLiteral(key) || Node.isNumericLiteral(key) ? key.getLiteralValue() : undefined;
    return [...(literal === undefined ? [] : follow(memberOf(node.getExpression(), literal, asked)?.value)), node];
  }
  if (Node.isCallExpression(node)) {
    const callee = node.getExpression();
    const returned = Node.isIdentifier(callee) ? returnedBy(callee) : [];
    const written = node
      .getArguments()
      .filter((argument) => !Node.isArrowFunction(argument) && !Node.isFunctionExpression(argument));
    const objects = written.flatMap(follow).filter((meant) => Node.isObjectLiteralExpression(meant));
    return [...returned.flatMap(follow), ...(Node.isIdentifier(callee) ? objects : []), node];
  }
  return [node];
}

/** The value of a constant of the same file, or the default that it is given where it is taken apart. */
function initializerOf(identifier: Identifier): Node | undefined {
  const declaration = declarationOf(identifier);
  return Node.isVariableDeclaration(declaration) ? declaration.getInitializer() : undefined;
}

/** What a function of the same file returns. */
function returnedBy(callee: Identifier): Node[] {
  const declaration = declarationOf(callee);
  const made = Node.isVariableDeclaration(declaration) ? declaration.getInitializer() : declaration;
  if (!Node.isArrowFunction(made) && !Node.isFunctionExpression(made) && !Node.isFunctionDeclaration(made)) return [];
  const body = made.getBody();
  if (!Node.isBlock(body)) return body ? [body] : [];
  return body
    .getStatements()
    .flatMap((statement) => (Node.isReturnStatement(statement) ? (statement.getExpression() ?? []) : []));
}

/** Looks outwards through the scopes, by name: no type checker is needed, and none is started. */
function declarationOf(identifier: Identifier): Node | undefined {
  const name = identifier.getText();
  for (const scope of identifier.getAncestors()) {
    if (!Node.isBlock(scope) && !Node.isSourceFile(scope)) continue;
    const found = scope.getVariableDeclaration(name) ?? scope.getFunction(name);
    if (found) return found;
  }
  return undefined;
}
