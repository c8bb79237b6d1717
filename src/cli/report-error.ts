import { ApiError } from '../client/api-client.ts';
import { ConfigError } from '../config/config.ts';

/**
 * Says an error to a person and returns the exit code: 2 for a wrong configuration or command line, else 1. The stack is
 * shown only when `TAPLINE_DEBUG` is set.
 */
export function reportError(error: unknown): number {
  const lines = [`tapline: ${error instanceof Error ? error.message : String(error)}`];
  if (error instanceof ApiError && error.type !== '') lines.push(`  (${error.type}, HTTP ${error.status})`);
  if (process.env['TAPLINE_DEBUG'] && error instanceof Error) {
    for (let one: unknown = error; one instanceof Error; one = one.cause) lines.push(one.stack ?? one.message);
  }
  console.error(lines.join('\n'));
  return error instanceof ConfigError ? 2 : 1;
}
