/** Types of xml.mjs, for the tests. */
export interface XmlEvent {
  readonly open?: string;
  readonly attributes?: ReadonlyMap<string, string>;
  readonly close?: string;
  readonly text?: string;
}
export function readXml(document: string): Generator<XmlEvent>;
