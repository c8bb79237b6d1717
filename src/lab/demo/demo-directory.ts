/** Where `tapline demo` and `tapline lab` keep their lab when they are not told otherwise. */
export const defaultLabName = 'tapline';
export const defaultLabDirectory = labDirectory(defaultLabName);

/** In `/run`, so that a reboot leaves nothing behind. */
export function labDirectory(name: string): string {
  return `/run/${name}-lab`;
}
