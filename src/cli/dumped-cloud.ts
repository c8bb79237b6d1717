/** A cloud out of files: hosts as `tapline collect` or Neutron's operators dumped them, and the answers of its API. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { HostState } from '../host/host-state.ts';
import { readDump } from '../host/read-dump.ts';
import { collections, modelOfAnswers } from '../trace/api-model.ts';
import type { TraceModel } from '../trace/trace-model.ts';

export interface DumpedCloud {
  readonly states: Readonly<Record<string, HostState>>;
  readonly model: TraceModel;
}

/** The ending of a file that `tapline collect` wrote on a host. */
export const hostFileEnding = '.host.json';
export const apiFile = 'api.json';

/**
 * Reads a folder: a subfolder a host with its dumps, or a file `NAME.host.json` a host; and `api.json`, which has the answers by
 * collection or by request (`GET /v2.0/ports`). Throws when there is no host, or a file is not what its name says.
 */
export async function readDumpedCloud(directory: string): Promise<DumpedCloud> {
  const states: Record<string, HostState> = {};
  for (const name of (await readdir(directory)).sort()) {
    const path = join(directory, name);
    if (name.endsWith(hostFileEnding)) states[basename(name, hostFileEnding)] = readDump(await readHostFile(path));
    else if ((await stat(path)).isDirectory()) states[name] = readDump(await readFolder(path));
  }
  if (Object.keys(states).length === 0) {
    throw new Error(`${directory} has no dump of a host: a folder with its dumps, or a file of \`tapline collect\``);
  }
  const text = await readFile(join(directory, apiFile), 'utf8').catch(() => {
    throw new Error(`${directory} has no ${apiFile}: the answers of the cloud's API, see \`tapline collect --api\``);
  });
  return { states, model: modelOfAnswers(answersIn(parseObject(text, apiFile))) };
}

async function readFolder(directory: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const name of await readdir(directory)) {
    if (name.endsWith('.txt')) files[name] = await readFile(join(directory, name), 'utf8');
  }
  return files;
}

async function readHostFile(path: string): Promise<Record<string, string>> {
  const { files } = parseObject(await readFile(path, 'utf8'), path);
  if (typeof files !== 'object' || files === null) throw new Error(`${path} is no file of \`tapline collect\``);
  return Object.fromEntries(Object.entries(files).filter((one): one is [string, string] => typeof one[1] === 'string'));
}

function parseObject(text: string, what: string): Readonly<Record<string, unknown>> {
  try {
    const read: unknown = JSON.parse(text);
    if (typeof read === 'object' && read !== null) return Object.fromEntries(Object.entries(read));
  } catch (cause) {
    throw new Error(`${what} is not JSON`, { cause });
  }
  throw new Error(`${what} is not a JSON object`);
}

/** The lists by collection, wherever among the answers they stand. */
function answersIn(read: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  const look = (value: unknown, depth: number): void => {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || depth === 0) return;
    for (const [key, inner] of Object.entries(value)) {
      if (collections.some((one) => one === key) && Array.isArray(inner)) found[key] ??= inner;
      else look(inner, depth - 1);
    }
  };
  look(read, 3);
  return found;
}
