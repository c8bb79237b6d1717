/** `npm run bench`: what is measured, beside what it is measured against. With arguments, only those counts of ports; `api` is the API. */
import { benchApi } from './api.ts';
import { benchWiring } from './wiring.ts';

const [first, ...others] = process.argv.slice(2);
if (first === 'api') await benchApi(others);
else await benchWiring(first === undefined ? [1, 10, 50] : [first, ...others].map(Number));
