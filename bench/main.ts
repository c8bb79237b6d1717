/** `npm run bench`: what is measured, beside what it is measured against. With arguments, only those counts of ports. */
import { benchWiring } from './wiring.ts';

const counts = process.argv.slice(2).map(Number);
await benchWiring(counts.length > 0 ? counts : [1, 10, 50]);
