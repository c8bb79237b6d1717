/** An agent as a process: its configuration is the JSON file that it is given. */
import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { startAgent } from '../src/agent/agent.ts';
import { checkConfig } from '../src/config/config.ts';

const config = checkConfig(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')));
const agent = await startAgent(config, { logger: pino({ level: config.log_level }) });
process.once('SIGTERM', () => {
  void agent[Symbol.asyncDispose]().then(() => process.exit(0));
});
