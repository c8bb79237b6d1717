/** How one test of a suite ended. */
export interface Outcome {
  readonly id: string;
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly seconds: number;
  /** A traceback or the reason of a skip; empty when it passed. */
  readonly reason: string;
}

/** The line of the reason that says it: of a traceback the last one, with what the server answered. */
export function because({ reason }: Outcome): string {
  const lines = reason.split('\n').map((line) => line.trim());
  const details = lines.findLast((line) => line.startsWith('Details:')) ?? '';
  const last = lines.findLast((line) => line !== '' && line !== '}}}' && !line.startsWith('Details:')) ?? '';
  const said = reason.startsWith('AssertionError: ') ? lines.join(' ') : last;
  return `${said} ${details}`.trim().slice(0, 400);
}
