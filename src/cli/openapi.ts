import type { Command } from 'commander';
import { openApiDocument } from '../api/openapi/document.ts';

/** `tapline openapi`: the document of the API that this version serves. */
export function addOpenapi(program: Command): void {
  program
    .command('openapi')
    .description('print the OpenAPI document of the Networking API, which servers have at /tapline/v1/openapi.json')
    .action(() => {
      process.stdout.write(`${JSON.stringify(openApiDocument(), null, 2)}\n`);
    });
}
