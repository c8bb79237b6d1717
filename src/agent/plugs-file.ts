/** What was plugged on this host, on disk: the one thing that neither the server nor the kernel could tell again. */
import { join } from 'node:path';
import { Type } from 'typebox';
import { Value } from 'typebox/value';
import type { Plug } from '../compile/wiring.ts';
import { DurableFile, readDurable } from './durable-file.ts';

/** Port id to plug. */
export type Plugs = Readonly<Record<string, Plug>>;

/** The shape of a plug where it comes from outside: a file or the control socket. */
export const PlugSchema = Type.Union([
  Type.Object({ kind: Type.Literal('tap') }),
  Type.Object({
    kind: Type.Literal('netns'),
    namespace: Type.String({ minLength: 1 }),
    device: Type.String({ minLength: 1, maxLength: 15 }),
  }),
]);

const OnDisk = Type.Object({ format: Type.Literal(1), plugs: Type.Record(Type.String(), PlugSchema) });

export interface PlugsFile {
  /** None where the file is missing or torn. */
  read(): Promise<Plugs>;
  save(plugs: Plugs): Promise<void>;
}

/** `plugs.json` in the state directory. */
export function plugsFile(stateDirectory: string): PlugsFile {
  const path = join(stateDirectory, 'plugs.json');
  const file = new DurableFile<{ readonly format: 1; readonly plugs: Plugs }>(path);
  return {
    read: async () => {
      const value = await readDurable(path);
      return Value.Check(OnDisk, value) ? value.plugs : {};
    },
    save: (plugs) => file.save({ format: 1, plugs }),
  };
}
