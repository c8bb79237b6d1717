// Sets a fresh clone up and runs a job: node setup/run.mjs demo|test|test:kernel|bench|conformance|ok [arguments of the job…].
// Plain JavaScript without npm packages, because it runs before they are there.
import { ensureDebianPackages, ensureSuites, installPrograms, missingPackages } from './debian-packages.mjs';
import { checkNode, ensureNpmPackages } from './npm-packages.mjs';
import { Failed, node, note, staticChecks, step } from './steps.mjs';

const isRoot = process.getuid?.() === 0;
const [job, ...args] = process.argv.slice(2);

// Ctrl-C reaches the job as well, being in the same foreground group. The job ends in its own way, and then this does.
process.on('SIGINT', () => undefined);

/** Builds the one-file command. */
const build = () => step('build', () => node(['setup/build.mjs']));

const jobs = {
  async demo() {
    if (!isRoot) throw new Failed('the demo makes namespaces and switches, so it needs root: sudo npm run demo');
    await ensureDebianPackages();
    await ensureNpmPackages();
    await build();
    return node(['dist/tapline.mjs', 'demo', ...args], { allowFailure: true });
  },

  async test() {
    if (isRoot) {
      await ensureDebianPackages();
      await ensureSuites();
      // The Keystone that a server may be told to ask.
      await installPrograms({ 'keystone-manage': 'keystone' });
    }
    await ensureNpmPackages();
    await build();
    const code = await gate();
    if (!isRoot || args.length > 0) return code;
    note("\nOther people's suites and clients");
    return (await conformance([])) || code;
  },

  async ok() {
    await ensureNpmPackages();
    await build();
    return gate();
  },

  async 'test:kernel'() {
    if (!isRoot) throw new Failed('the kernel guest is built with chroot, so it needs root: sudo npm run test:kernel');
    await ensureNpmPackages();
    await build();
    return node(['setup/kernel-guest.mjs', ...args], { allowFailure: true });
  },

  async bench() {
    if (!isRoot) throw new Failed('the benchmark wires ports, so it needs root: sudo npm run bench');
    await ensureDebianPackages();
    await ensureNpmPackages();
    await build();
    await step('build of the benchmark', () =>
      node(['setup/build.mjs', 'bench/main.ts', 'node_modules/.cache/bench.mjs']),
    );
    return node(['node_modules/.cache/bench.mjs', ...args], { allowFailure: true });
  },

  async conformance() {
    if (!isRoot)
      throw new Failed('the suites are installed as Debian packages, which needs root: sudo npm run conformance');
    await ensureDebianPackages();
    await ensureSuites();
    await ensureNpmPackages();
    await build();
    return conformance(args);
  },
};

/** Runs other people's suites against the built command. Returns the exit code. */
async function conformance(options) {
  await step('build of the runner of the suites', () =>
    node(['setup/build.mjs', 'conformance/main.ts', 'node_modules/.cache/conformance.mjs']),
  );
  return node(['node_modules/.cache/conformance.mjs', ...options], { allowFailure: true });
}

/** Static checks, unless only some tests are asked for, and the tests that can run here. Returns the exit code. */
async function gate() {
  const failed = args.length > 0 ? [] : await staticChecks();
  const missing = missingPackages();
  const why = !isRoot ? 'this is not root' : missing.length > 0 ? `not installed: ${missing.join(' ')}` : '';
  if (why !== '') {
    note(`Only the tests that need nothing are run, because ${why}. The others work on real namespaces, switches and`);
    note('databases. To run all of them: sudo npm test');
  }
  const project = why === '' ? [] : ['--project', 'pure'];
  const code = await node(['node_modules/vitest/vitest.mjs', 'run', ...project, ...args], { allowFailure: true });
  if (failed.length > 0) note(`static checks that failed: ${failed.join(', ')}`);
  return code !== 0 ? code : failed.length > 0 ? 1 : 0;
}

try {
  checkNode();
  const run = Object.hasOwn(jobs, job ?? '') ? jobs[job] : undefined;
  if (run === undefined) throw new Failed(`usage: node setup/run.mjs ${Object.keys(jobs).join('|')}`);
  process.exitCode = await run();
} catch (error) {
  if (!(error instanceof Failed)) throw error;
  console.error(`\n${error.message}`);
  process.exitCode = 1;
}
