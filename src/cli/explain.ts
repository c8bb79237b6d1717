import type { Command } from 'commander';
import { type ReasonCode, reasons } from '../trace/reasons.ts';

/** `tapline explain [CODE]`: what a reason code means and what usually mends it; without one, all of them. */
export function addExplain(program: Command): void {
  program
    .command('explain')
    .description('say what a reason code of `tapline trace` means, and what usually mends it')
    .argument('[code]', 'such as SG_NO_MATCH; without one all are listed')
    .option('--json', 'print as JSON')
    .action((code: string | undefined, options: { json?: boolean }) => {
      const codes = Object.keys(reasons).filter(isCode);
      const wanted = code === undefined ? codes : codes.filter((one) => one === code.toUpperCase());
      if (wanted.length === 0) throw new Error(`no reason is called ${code}; tapline explain lists all`);
      if (options.json) {
        console.log(JSON.stringify(Object.fromEntries(wanted.map((one) => [one, reasons[one]])), null, 2));
        return;
      }
      for (const one of wanted) {
        console.log(code === undefined ? `${one.padEnd(24)}${reasons[one].message}` : explained(one));
      }
    });
}

function explained(code: ReasonCode): string {
  const { message, mend } = reasons[code];
  return `${code}\n  ${message}\n  mend: ${mend}`;
}

function isCode(text: string): text is ReasonCode {
  return Object.hasOwn(reasons, text);
}
