// Bundles the command `tapline` into one file, so that it starts fast and runs where there is no node_modules. Beside it goes
// what is no text: the database's migrations, and native code.
// node setup/build.mjs ENTRY OUTFILE bundles another program in the same way.
import { chmodSync, cpSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from './steps.mjs';

const [entry = 'src/cli/main.ts', outfile = 'dist/tapline.mjs'] = process.argv.slice(2);
const koffi = `@koromix/koffi-${process.platform}-${process.arch}`;
await build({
  absWorkingDir: root,
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
  // koffi looks for its native half among packages, for each platform one; here it is a file beside the bundle. Only the form
  // for CommonJS says where it looks in a way that can be followed.
  alias: {
    koffi: join(root, 'node_modules/koffi/index.cjs'),
    [koffi]: `${koffi}/${process.platform}_${process.arch}/koffi.node`,
  },
  define: { __filename: 'import.meta.filename', __dirname: 'import.meta.dirname' },
  loader: { '.node': 'copy' },
  banner: {
    js: "#!/usr/bin/env node\nimport { createRequire as __createRequire } from 'node:module';\nconst require = __createRequire(import.meta.url);",
  },
});
if (outfile === 'dist/tapline.mjs') cpSync('src/store/migrations', 'dist/migrations', { recursive: true });
chmodSync(outfile, 0o755);
