// Bundles the command `tapline` into one file, so that it starts fast and runs where there is no node_modules.
// node setup/build.mjs ENTRY OUTFILE bundles another program in the same way.
import { chmodSync, cpSync } from 'node:fs';
import { build } from 'esbuild';

const [entry = 'src/cli/main.ts', outfile = 'dist/tapline.mjs'] = process.argv.slice(2);
await build({
  entryPoints: [entry],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  minifySyntax: true,
  sourcemap: 'linked',
  legalComments: 'none',
  logLevel: 'warning',
  external: ['pg-native'],
  banner: {
    js: "#!/usr/bin/env node\nimport { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
  },
});
if (outfile === 'dist/tapline.mjs') cpSync('src/store/migrations', 'dist/migrations', { recursive: true });
chmodSync(outfile, 0o755);
