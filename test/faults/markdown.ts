import type { Outcome, Row } from './row.ts';
import type { Group } from './rows/expected.ts';

/** What is the same in many messages, and said once above the tables. */
const wellKnown: readonly (readonly [RegExp, string])[] = [
  [
    / The request was sent once and is not repeated\. localhost:8443 is being asked for the job: the view Deletion Jobs shows what comes of it\./,
    ' *(A)*',
  ],
  [
    /^localhost is empty: 9 models, 20 twins and 22 relationships deleted in (.+?)\. The deletion job on localhost succeeded in \1, and a count after it found nothing left\. \[Show Job Details\] \[Show Log\]$/,
    '*(B: $1)*',
  ],
  [
    /^localhost is backed up to backup\.ndjson \(…\): 9 models, 20 twins and 22 relationships\. Its manifest is beside it\. \[Open Manifest\] \[Show Log\]$/,
    '*(D)*',
  ],
  [
    /^backup\.ndjson is restored to localhost \(…\)\. Created: 1 model, 3 twins and 2 relationships\. localhost now holds 1 model, 3 twins and 2 relationships\. \[Show Log\]$/,
    '*(E)*',
  ],
  [
    / An instance runs one bulk job at a time, deletion or import: no deletion job can be started until it has ended\./,
    ' *(C)*',
  ],
];

const introduction = `# What can go wrong, and what a person is told

Every row of these tables is a test: \`test/faults/\` injects the fault into a [simulated instance](../test/simulator/README.md),
starts a deletion job as a person would (in the last two tables, a backup or restore), and checks the messages word by word, their buttons, and every request that the
instance received. In every row the instance gets **at most one** request that starts a job, no job is missing from the view
at the end, and no text or line of the log has a token in it. \`npm run faults\` plays all of it and prints this page;
\`npm test\` fails when the page is not what it prints.

In the tables the instance is \`localhost:8443\`, and buttons are in brackets. What is the same in many messages is left out:

- *(A)* "The request was sent once and is not repeated. localhost:8443 is being asked for the job: the view Deletion Jobs shows
  what comes of it."
- *(B: time)* "localhost is empty: 9 models, 20 twins and 22 relationships deleted in *time*. The deletion job on localhost
  succeeded in *time*, and a count after it found nothing left." \\[Show Job Details\\] \\[Show Log\\]
- *(C)* "An instance runs one bulk job at a time, deletion or import: no deletion job can be started until it has ended."
- *(D)* "localhost is backed up to backup.ndjson (…): 9 models, 20 twins and 22 relationships. Its manifest is beside it."
  \\[Open Manifest\\] \\[Show Log\\]
- *(E)* "backup.ndjson is restored to localhost (…). Created: 1 model, 3 twins and 2 relationships. localhost now holds 1 model,
  3 twins and 2 relationships." \\[Show Log\\]

*Tree:* is what rows of the view Deletion Jobs say while it lasts, *Confirmation:* what is said before the name is typed.

Of what the instance received, a **look** is what is asked for before the confirmation: the lists of deletion jobs and import
jobs, and a count. A **count** is \`GET /models\` and two times \`POST /query\`. \`×2\` is twice, \`≥4\` four times or more,
where it is a matter of time.
`;

/** The page of all faults. */
export function markdown(groups: readonly Group[], outcomes: ReadonlyMap<Row, Outcome>): string {
  const tables = groups.map(({ title, rows }) => {
    const lines = rows.map((row) => {
      const outcome = outcomes.get(row);
      return `| ${[row.fault, outcome ? told(outcome) : '', received(row)].map(cell).join(' | ')} |`;
    });
    return [
      `## ${title}`,
      '',
      '| Fault | What the user is told | What the service received |',
      '| --- | --- | --- |',
      ...lines,
      '',
    ].join('\n');
  });
  return [introduction, ...tables].join('\n');
}

function told({ confirmation, told: messages, tree }: Outcome): string {
  const parts = [
    ...(confirmation === undefined ? [] : [`*Confirmation:* … ${confirmation}`]),
    ...messages.map(({ text, buttons }) => shortened([text, ...buttons.map((button) => `[${button}]`)].join(' '))),
    ...(tree.length === 0 ? [] : [`*Tree:* ${tree.join('; ')}`]),
  ];
  return parts.length === 0 ? 'Nothing.' : parts.join('<br>');
}

function received({ received: written }: Row): string {
  return written === 'nothing'
    ? 'Nothing.'
    : written.replaceAll(/(?:GET|POST|PUT|PATCH) \/[\w/{}]+/g, '`$&`').replaceAll(/\b(look|count)\b/g, '**$1**');
}

function shortened(text: string): string {
  return wellKnown.reduce((rest, [known, mark]) => rest.replace(known, mark), text);
}

function cell(text: string): string {
  // What is in brackets would be taken for a link, a star within a rule for emphasis.
  return text.replaceAll('|', '\\|').replaceAll('[', '\\[').replaceAll(']', '\\]').replaceAll('local*', 'local\\*');
}
