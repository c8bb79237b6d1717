/**
 * Remembers, for each object, what was last made of it with the same further arguments. Objects of a share are replaced and never
 * changed, so what was made of one holds as long as it is the same object; a host of which one port changed does not make
 * the text of two thousand others again. Arguments are compared by identity.
 */
export function remembered<Key extends object, Args extends readonly unknown[], Value>(
  make: (key: Key, ...args: Args) => Value,
): (key: Key, ...args: Args) => Value {
  const known = new WeakMap<Key, { readonly args: Args; readonly value: Value }>();
  return (key, ...args) => {
    const last = known.get(key);
    if (last?.args.every((argument, index) => argument === args[index])) return last.value;
    const value = make(key, ...args);
    known.set(key, { args, value });
    return value;
  };
}
