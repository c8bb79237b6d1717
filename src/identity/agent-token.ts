import { join } from 'node:path';
import { secretFile } from './secret-file.ts';

/** What agents prove themselves with: `<state_directory>/agent-token`, made where there is none. */
export function agentToken(stateDirectory: string): Promise<string> {
  return secretFile(join(stateDirectory, 'agent-token'));
}
