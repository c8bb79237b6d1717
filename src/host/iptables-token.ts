/**
 * Splits a rule line at blanks; a token in double quotes keeps its blanks, and loses quotes and backslashes.
 *
 * Joined again by `printTokens` the tokens give the line back when iptables-save printed it.
 */
export function splitTokens(text: string): readonly string[] {
  const tokens = text.match(/"(?:\\.|[^"\\])*"|\S+/gs) ?? [];
  return tokens.map((token) => (token.startsWith('"') ? token.slice(1, -1).replaceAll(/\\(.)/gs, '$1') : token));
}

/** A value as iptables-save quotes it: bare when it holds letters, digits, `_` and `-` alone. */
export function quoteToken(value: string): string {
  return /^[A-Za-z0-9_-]+$/.test(value) ? value : `"${value.replaceAll(/["\\']/g, '\\$&')}"`;
}
