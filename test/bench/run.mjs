// `npm run bench [-- NAME…]`: benchmarks side by side in one run, as ratios. Each is a module with run(args).
import { readdirSync } from 'node:fs';

const known = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith('.mjs') && !['run.mjs'].includes(file) && !file.startsWith('_'))
  .map((file) => file.slice(0, -'.mjs'.length));
const [wanted, args] = [
  process.argv.slice(2).filter((word) => !word.startsWith('-')),
  process.argv.slice(2).filter((word) => word.startsWith('-')),
];
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`there is no benchmark ${unknown.join(', ')}; there are ${known.join(', ')}\n`);
  process.exit(2);
}
for (const name of wanted.length > 0 ? wanted : known) {
  process.stdout.write(`\n== ${name}\n`);
  const { run } = await import(`./${name}.mjs`);
  await run(args);
}
