/**
 * A port in a flow's text: by name, quoted as `ovs-ofctl --names` prints it, by number, or one of OpenFlow's reserved words
 * (`LOCAL`, `IN_PORT`, …).
 */
export type PortText =
  | { readonly kind: 'named'; readonly name: string; readonly quoted: boolean }
  | { readonly kind: 'numbered'; readonly ofport: number };

/** Reads a port; anything that is neither quoted nor a number is taken for a bare name. */
export function parsePort(text: string): PortText {
  if (text.length >= 2 && text.startsWith('"') && text.endsWith('"')) {
    return { kind: 'named', name: text.slice(1, -1), quoted: true };
  }
  if (/^(0|[1-9]\d{0,9})$/.test(text)) return { kind: 'numbered', ofport: Number(text) };
  return { kind: 'named', name: text, quoted: false };
}

/** The text that `parsePort` read. */
export function printPort(port: PortText): string {
  if (port.kind === 'numbered') return String(port.ofport);
  return port.quoted ? `"${port.name}"` : port.name;
}
