/**
 * IPv6 texts by their eight 16-bit words, without a detour over big numbers: a host writes thousands of them at each compilation.
 * The texts are known to be addresses; what is not gives words that are none.
 */

/** The words of an address in any of its forms (RFC 4291, 2.2). */
export function ipv6Words(text: string): readonly number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(text);
  const plain = dotted === null ? text : `${dotted[1]}${hex(dotted[2], dotted[3])}:${hex(dotted[4], dotted[5])}`;
  const [head = '', tail] = plain.split('::');
  const words = (part: string) => (part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16)));
  const before = words(head);
  if (tail === undefined) return before;
  const after = words(tail);
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after];
}

/** Writes words as `inet_ntop` does: the first longest run of two or more zeros as `::`, IPv4 within IPv6 with dots. */
export function ipv6Text(words: readonly number[]): string {
  const [start, length] = longestZeros(words);
  const isEmbedded = start === 0 && (length === 6 || (length === 5 && words[5] === 0xffff));
  if (isEmbedded) {
    const [a = 0, b = 0] = words.slice(6);
    return `::${length === 5 ? 'ffff:' : ''}${a >> 8}.${a & 255}.${b >> 8}.${b & 255}`;
  }
  const text = (part: readonly number[]) => part.map((word) => word.toString(16)).join(':');
  return length < 2 ? text(words) : `${text(words.slice(0, start))}::${text(words.slice(start + length))}`;
}

function longestZeros(words: readonly number[]): readonly [start: number, length: number] {
  let [start, length] = [0, 0];
  for (let at = 0; at < words.length; at++) {
    let end = at;
    while (words[end] === 0) end++;
    if (end - at > length) [start, length] = [at, end - at];
    at = end;
  }
  return [start, length];
}

function hex(high: string | undefined, low: string | undefined): string {
  return ((Number(high) << 8) | Number(low)).toString(16);
}
