/** Cuts a stream of JSON values that follow each other without separator, as RFC 7047 sends them. */
export class JsonStream {
  #text = '';
  #at = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;

  /** Adds text and gives the values that are complete now. */
  push(chunk: string): readonly unknown[] {
    const values: unknown[] = [];
    this.#text += chunk;
    let start = 0;
    for (; this.#at < this.#text.length; this.#at++) {
      if (!this.#closes(this.#text.charCodeAt(this.#at))) continue;
      values.push(JSON.parse(this.#text.slice(start, this.#at + 1)));
      start = this.#at + 1;
    }
    this.#text = this.#text.slice(start);
    this.#at -= start;
    return values;
  }

  /** Whether this character ends a value of the outermost level. */
  #closes(code: number): boolean {
    if (this.#escaped) {
      this.#escaped = false;
    } else if (this.#inString) {
      if (code === 0x5c) this.#escaped = true;
      else if (code === 0x22) this.#inString = false;
    } else if (code === 0x22) {
      this.#inString = true;
    } else if (code === 0x7b || code === 0x5b) {
      this.#depth++;
    } else if (code === 0x7d || code === 0x5d) {
      this.#depth--;
      return this.#depth === 0;
    }
    return false;
  }
}
