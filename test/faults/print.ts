import { playAll } from './play.ts';

// `npm run --silent faults > docs/faults.md`: all faults as Markdown.

process.stdout.write(await playAll());
