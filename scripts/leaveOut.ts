import type { Plugin } from 'esbuild';

/**
 * What takes the place of packages that others bring along:
 *
 * - signal-exit, of proper-lockfile and write-file-atomic, does something to the whole process, and that is an extension
 *   host that others share: it listens to every signal that ends one and replaces `process.emit` and
 *   `process.reallyExit`. proper-lockfile has it do so from loading to the end. A process that is busy then outlives a
 *   SIGTERM (https://github.com/moxystudio/node-proper-lockfile/issues/111). `FileLocks.dispose` does for the locks what
 *   it is for; of a file that is being replaced at the very end, a temporary one may stay.
 * - debug, of the proxy agents, writes to a console that nobody sees, and weighs more than they do.
 * - open, of @azure/identity, opens a browser, for credentials that are not used here. No sign-in opens one by itself.
 * - semver, of jsonwebtoken, answers whether Node is 16.9 or newer, and weighs more than jsonwebtoken does.
 */
const standIns: Readonly<Record<string, string>> = {
  'signal-exit': 'const onExit = () => () => {}; module.exports = Object.assign(onExit, { onExit });',
  debug: 'module.exports = () => () => {};',
  open: 'module.exports = () => Promise.reject(new Error("No browser is opened from here."));',
  semver: 'module.exports = { satisfies: () => true };',
};

/** Leaves out of the bundle what the extension must not or need not have. */
export const leaveOut: Plugin = {
  name: 'leave-out',
  setup(build) {
    build.onResolve({ filter: new RegExp(`^(${Object.keys(standIns).join('|')})$`) }, ({ path }) => ({
      path,
      namespace: 'stand-in',
    }));
    build.onLoad({ filter: /.*/, namespace: 'stand-in' }, ({ path }) => ({ contents: standIns[path] ?? '' }));
    // It replaces `fs.close` for all, and proper-lockfile is handed a file system of our own.
    build.onResolve({ filter: /^graceful-fs$/ }, () => ({ path: 'node:fs', external: true }));
  },
};
