// Bundles the command `tapline` into one file, so that it starts fast and runs where there is no node_modules.
import { chmodSync, cpSync } from 'node:fs';
import { build } from 'esbuild';

await build({
  entryPoints: ['src/cli/main.ts'],
  outfile: 'dist/tapline.mjs',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  minifySyntax: true,
  sourcemap: 'linked',
  legalComments: 'none',
  external: ['pg-native'],
  banner: {
    js: "#!/usr/bin/env node\nimport { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
  },
});
cpSync('src/store/migrations', 'dist/migrations', { recursive: true });
chmodSync('dist/tapline.mjs', 0o755);
