import { basename } from 'node:path';
import { stat } from 'node:fs/promises';
import type { Contents } from '../jobs/contents.ts';
import { LocalFileError } from '../service/errors.ts';
import { isJsonObject, type JsonObject } from '../service/exactJson.ts';
import { printable } from '../service/printable.ts';
import { limits, sectionLine, sections, type Section } from './bulkFile.ts';
import { mayBeginSection, sectionOf } from './bulkItems.ts';
import { BulkLines, type Line } from './bulkLines.ts';
import { CompactMap } from './compactMap.ts';
import { inDependencyOrder, type OrderedModel } from './modelOrder.ts';
import type { KnownOfBackup } from './manifest.ts';
import { isInterface, modelReferences } from './modelReferences.ts';

/** Something wrong with a file. */
export interface Problem {
  /** From 1. */
  readonly line: number;
  /** An error keeps the file from being restored; with a warning it depends on what the instance holds. */
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** What it means where the file is as a backup has left it, and no more than a warning is due: see {@link withManifest}. */
  readonly inBackup?: string;
}

/** What was found out about a file. */
export interface Validation {
  /** The first of the problems, in the order of their lines. */
  readonly problems: readonly Problem[];
  /** How many there are in all. */
  readonly errors: number;
  readonly warnings: number;
  /** How many of the errors are none in a file that is as a backup has left it. */
  readonly errorsButInBackup: number;
  /** The ids of its models. */
  readonly modelIds: ReadonlySet<string>;
  /** How many items the file has. */
  readonly contents: Contents;
  /** How many of them have an id that an item before them has. */
  readonly twice: Readonly<Counts>;
  /** SHA-256 of the file, in hexadecimal digits. */
  readonly sha256: string;
  readonly bytes: number;
}

/** How many items of each kind. */
type Counts = Record<'models' | 'twins' | 'relationships', number>;

/** What an error means in a file that is as a backup has left it. */
const inBackup = {
  twice: 'It was written to or moved from page to page while the backup was made: restoring takes the first.',
  asGiven: 'The instance had it so: a restore lists it if the service does not take it again, and goes on.',
} as const;

/**
 * The same of a file of which a manifest is known. Where the file is as the backup has left it, nothing of what an instance
 * itself has given keeps it from being restored: after a deletion it is all that there is.
 */
export function withManifest(validation: Validation, known: KnownOfBackup | undefined): Validation {
  if (known?.sha256 !== validation.sha256) {
    return validation;
  }
  const { problems, errors, warnings, errorsButInBackup, contents, twice } = validation;
  const without = (kind: keyof Counts): number => (contents[kind] ?? 0) - twice[kind];
  return {
    ...validation,
    problems: problems.map((problem) =>
      problem.inBackup === undefined
        ? problem
        : { line: problem.line, severity: 'warning', message: `${problem.message} ${problem.inBackup}` },
    ),
    errors: errors - errorsButInBackup,
    warnings: warnings + errorsButInBackup,
    errorsButInBackup: 0,
    contents: { models: without('models'), twins: without('twins'), relationships: without('relationships') },
    twice: { models: 0, twins: 0, relationships: 0 },
  };
}

/** How many problems of each severity are kept: more is not read, and VS Code shows no more of a file. */
const mostKept = 500;

/** The characters that ids of twins and relationships may have (https://learn.microsoft.com/azure/digital-twins/concepts-twins-graph). */
const itemId = /^[A-Za-z0-9\-.+%_#*?!(),=@$']+$/;

/** A model's id: a DTMI of DTDL v2 or v3. */
const modelId = /^dtmi:[A-Za-z]\w*(?::[A-Za-z_]\w*)*(?:;[1-9]\d{0,8}(?:\.\d{1,6})?)?$/;

/**
 * Reads a whole file and finds out whether it can be restored. Holds no items: some bytes for each of them, and models.
 *
 * @param tell is told the share that was read, 0 to 1
 * @throws LocalFileError when the file can't be read; the signal's reason when that aborts
 */
export async function validate(
  path: string,
  signal: AbortSignal,
  tell: (share: number) => void = () => undefined,
): Promise<Validation> {
  let size: number;
  try {
    ({ size } = await stat(path));
  } catch (error) {
    throw new LocalFileError(path, 'read', error);
  }
  const lines = new BulkLines(path);
  const validator = new Validator(basename(path));
  for await (const line of lines.read(signal)) {
    validator.take(line);
    if (line.number % 1000 === 0) {
      tell(Math.min(1, lines.bytes / Math.max(1, size)));
    }
  }
  return { ...validator.end(), sha256: lines.digest(), bytes: lines.bytes };
}

interface Model extends OrderedModel {
  readonly line: number;
}

/** Takes the lines of a file one after the other. */
class Validator {
  readonly #name: string;
  readonly #found = { error: [] as Problem[], warning: [] as Problem[] };
  readonly #totals = { error: 0, warning: 0, errorsButInBackup: 0 };
  readonly #counts: Counts = { models: 0, twins: 0, relationships: 0 };
  readonly #twice: Counts = { models: 0, twins: 0, relationships: 0 };
  readonly #models: Model[] = [];
  readonly #modelLines = new Map<string, number>();
  readonly #twins = new CompactMap();
  readonly #relationships = new CompactMap();
  readonly #missingModels = new Set<string>();
  readonly #begun = new Map<Section, number>();
  #section: Section | undefined;
  #line = 0;
  #hasHeader = false;
  #isLost = false;

  constructor(name: string) {
    this.#name = name;
  }

  take(line: Line): void {
    this.#line = line.number;
    if (line.text.trim() === '') {
      return;
    }
    const value = this.#parse(line);
    if (value === undefined) {
      return;
    }
    const begins = mayBeginSection(line) ? sectionOf(value) : undefined;
    if (begins) {
      this.#begin(begins);
    } else if (this.#section === undefined) {
      this.#outside();
    } else if (!isJsonObject(value)) {
      this.#error('An item is a JSON object.');
    } else {
      this.#item(this.#section, value, line.text);
    }
  }

  end(): Omit<Validation, 'sha256' | 'bytes'> {
    this.#checkModels();
    if (this.#section === undefined && !this.#isLost) {
      this.#report('error', 1, `${this.#name} is empty: it has no section.`);
    } else if (this.#begun.has('Header') && !this.#hasHeader) {
      this.#report(
        'error',
        this.#begun.get('Header') ?? 1,
        'The section Header has no line with the version of the file.',
      );
    }
    const { error, warning } = this.#found;
    return {
      problems: [...error, ...warning].sort((one, other) => one.line - other.line),
      errors: this.#totals.error,
      warnings: this.#totals.warning,
      errorsButInBackup: this.#totals.errorsButInBackup,
      modelIds: new Set(this.#modelLines.keys()),
      contents: { ...this.#counts },
      twice: { ...this.#twice },
    };
  }

  #parse({ text }: Line): unknown {
    try {
      return JSON.parse(text);
    } catch (error) {
      this.#error(`This line is not JSON: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }

  #begin(begins: NonNullable<ReturnType<typeof sectionOf>>): void {
    if ('unknown' in begins) {
      this.#error(`${quoted(begins.unknown)} is no section. There are: ${sections.join(', ')}.`);
      return;
    }
    const { known } = begins;
    const earlier = this.#begun.get(known);
    if (earlier !== undefined) {
      this.#error(`The section ${known} begins in line ${earlier} already.`);
    } else if (this.#section === undefined && known !== 'Header') {
      this.#error(`The file does not begin with the section Header: ${sectionLine('Header')}`);
    } else {
      const later = sections.slice(sections.indexOf(known) + 1).find((each) => this.#begun.has(each));
      if (later) {
        this.#error(`The section ${known} comes after ${later}. The order is ${sections.join(', ')}.`);
      }
    }
    this.#begun.set(known, earlier ?? this.#line);
    this.#section = known;
  }

  /** An item before any section: that is said once, for all that follow may be the same. */
  #outside(): void {
    if (!this.#isLost) {
      this.#isLost = true;
      this.#error(`The file does not begin with the section Header: ${sectionLine('Header')}`);
    }
  }

  #item(section: Section, item: JsonObject, text: string): void {
    if (text.includes('\ufffd')) {
      this.#warning('There is a replacement character (U+FFFD) here: the file may not be in UTF-8.');
    }
    switch (section) {
      case 'Header':
        this.#header(item);
        break;
      case 'Models':
        this.#model(item, text);
        break;
      case 'Twins':
        this.#twin(item, text);
        break;
      case 'Relationships':
        this.#relationship(item, text);
        break;
    }
  }

  #header({ fileVersion }: JsonObject): void {
    if (this.#hasHeader) {
      this.#error('The section Header has one line only.');
    } else if (typeof fileVersion !== 'string') {
      this.#error('The header needs a fileVersion, such as "1.0.0".');
    } else if (!fileVersion.startsWith('1.')) {
      this.#warning(`The version of the file is ${quoted(fileVersion)}; this extension knows 1.0.0.`);
    }
    this.#hasHeader = true;
  }

  #model(item: JsonObject, text: string): void {
    this.#counts.models += 1;
    this.#checkNumber('models');
    const { '@id': id, model } = item;
    if (isJsonObject(model) && typeof item['id'] === 'string') {
      this.#error(
        'This is a model as the service lists it. The file takes the DTDL interface alone, which is in "model".',
      );
      return;
    }
    if (!isText(id) || !modelId.test(id) || id.length > limits.idLength) {
      this.#error(
        `A model needs an "@id" that is a DTMI, such as dtmi:com:example:Room;1. It has ${quoted(id)}.`,
        isText(id) ? inBackup.asGiven : undefined,
      );
      return;
    }
    if (!isInterface(item)) {
      this.#error(`The model ${id} is no DTDL interface: its "@type" is not Interface.`, inBackup.asGiven);
      return;
    }
    const bytes = Buffer.byteLength(text);
    if (bytes > limits.modelBytes) {
      this.#error(`The model ${id} has ${bytes} bytes. The service takes ${limits.modelBytes}.`, inBackup.asGiven);
    }
    const earlier = this.#modelLines.get(id);
    if (earlier !== undefined) {
      this.#isTwice('models', `The model ${id}`, earlier);
      return;
    }
    this.#modelLines.set(id, this.#line);
    this.#models.push({ id, line: this.#line, bytes, references: modelReferences(item) });
  }

  /** Once all models are known. */
  #checkModels(): void {
    const known = new Set(this.#models.flatMap(({ references }) => references.defines));
    for (const { id, line, references } of this.#models) {
      for (const missing of references.needs.filter((each) => !known.has(each))) {
        this.#report(
          'warning',
          line,
          `The model ${id} extends or contains ${quoted(missing)}, which is not in this file: the instance must have it.`,
        );
      }
    }
    for (const group of inDependencyOrder(this.#models)) {
      const [first] = group;
      if (first && (group.length > 1 || first.references.needs.includes(first.id))) {
        const ids = group.map(({ id }) => id).join(', ');
        const message = `Models extend or contain each other in a circle: ${printable(ids, 500)}.`;
        this.#report('error', first.line, message, inBackup.asGiven);
      }
    }
  }

  #twin(item: JsonObject, text: string): void {
    this.#counts.twins += 1;
    this.#checkNumber('twins');
    const { $dtId: id, $metadata } = item;
    if (!this.#isId('twin', '$dtId', id)) {
      return;
    }
    const earlier = this.#twins.add(id, this.#line);
    if (earlier !== undefined) {
      this.#isTwice('twins', `The twin ${quoted(id)}`, earlier);
    }
    const model = isJsonObject($metadata) ? $metadata['$model'] : undefined;
    if (!isText(model)) {
      this.#error(`The twin ${quoted(id)} needs a "$metadata" with "$model", the id of its model.`);
    } else if (!this.#modelLines.has(model) && !this.#missingModels.has(model)) {
      // Once for each model: there may be a million twins of it.
      this.#missingModels.add(model);
      this.#warning(
        `The model ${quoted(model)} of this twin, and maybe of others, is not in this file: the instance must have it.`,
      );
    }
    this.#checkSize(`The twin ${quoted(id)}`, item, text);
  }

  #relationship(item: JsonObject, text: string): void {
    this.#counts.relationships += 1;
    this.#checkNumber('relationships');
    const { $dtId: source, $relationshipId: id, $targetId: target, $relationshipName: name } = item;
    if (source === undefined && item['$sourceId'] !== undefined) {
      this.#error(
        'A relationship names its source twin in "$dtId". This one has "$sourceId", as query results have, which ' +
          'import jobs refuse.',
      );
      return;
    }
    const isWhole =
      this.#isId('relationship', '$dtId', source) &&
      this.#isId('relationship', '$relationshipId', id) &&
      this.#isId('relationship', '$targetId', target);
    if (!isWhole || !isText(source) || !isText(id) || !isText(target)) {
      return;
    }
    if (!isText(name) || name === '') {
      this.#error(`The relationship ${quoted(id)} of ${quoted(source)} needs a "$relationshipName".`);
    }
    const earlier = this.#relationships.add(`${source}/${id}`, this.#line);
    if (earlier !== undefined) {
      this.#isTwice('relationships', `The relationship ${quoted(id)} of ${quoted(source)}`, earlier);
    }
    if (source === target) {
      this.#error(
        `The relationship ${quoted(id)} leads from ${quoted(source)} to itself. The service refuses that.`,
        inBackup.asGiven,
      );
    }
    for (const twin of new Set([source, target]).values()) {
      if (!this.#twins.has(twin)) {
        this.#warning(`The twin ${quoted(twin)} is not in this file: the instance must have it.`);
      }
    }
    this.#checkSize(`The relationship ${quoted(id)} of ${quoted(source)}`, item, text);
  }

  #isId(what: string, key: string, id: unknown): id is string {
    if (!isText(id) || id === '') {
      this.#error(`A ${what} needs ${key}: a text. It has ${quoted(id)}.`);
      return false;
    }
    const isAddressable = id !== '.' && id !== '..';
    if (id.length > limits.idLength || !itemId.test(id) || !isAddressable) {
      this.#error(
        `${quoted(id)} can't be an id: 1 to ${limits.idLength} letters, digits and - . + % _ # * ? ! ( ) , = @ $ '`,
        isAddressable ? inBackup.asGiven : undefined,
      );
      return false;
    }
    return true;
  }

  #checkSize(which: string, item: JsonObject, text: string): void {
    // No text in a line is longer than the line: most need no closer look.
    if (text.length * 3 <= limits.textBytes) {
      return;
    }
    const bytes = Buffer.byteLength(text);
    if (bytes > limits.itemBytes) {
      this.#error(`${which} has ${bytes} bytes. The service takes ${limits.itemBytes}.`, inBackup.asGiven);
    }
    const long = bytes > limits.textBytes ? longText(item) : undefined;
    if (long !== undefined) {
      this.#error(`${which} has a text of ${long} bytes. The service takes ${limits.textBytes}.`, inBackup.asGiven);
    }
  }

  /** Said once: where there is one too many, the others are no other problem. */
  #checkNumber(kind: keyof Contents): void {
    if (this.#counts[kind] === limits[kind] + 1) {
      this.#warning(
        `From here on there are more than ${limits[kind].toLocaleString('en-US')} ${kind}: an import job takes no more.`,
      );
    }
  }

  #isTwice(kind: keyof Counts, which: string, earlier: number): void {
    this.#twice[kind] += 1;
    this.#error(`${which} is in line ${earlier} already.`, inBackup.twice);
  }

  #error(message: string, meaningInBackup?: string): void {
    this.#report('error', this.#line, message, meaningInBackup);
  }

  #warning(message: string): void {
    this.#report('warning', this.#line, message);
  }

  #report(severity: Problem['severity'], line: number, message: string, meaningInBackup?: string): void {
    this.#totals[severity] += 1;
    this.#totals.errorsButInBackup += meaningInBackup === undefined ? 0 : 1;
    if (this.#found[severity].length < mostKept) {
      const problem = { line, severity, message };
      this.#found[severity].push(meaningInBackup === undefined ? problem : { ...problem, inBackup: meaningInBackup });
    }
  }
}

/** Bytes of the longest text among the values, if it is too long for one. */
function longText(value: unknown): number | undefined {
  if (typeof value === 'string') {
    const bytes = value.length * 3 > limits.textBytes ? Buffer.byteLength(value) : 0;
    return bytes > limits.textBytes ? bytes : undefined;
  }
  if (typeof value !== 'object' || value === null) {
    return undefined;
  }
  const longest = Math.max(0, ...Object.values(value).map((each) => longText(each) ?? 0));
  return longest > 0 ? longest : undefined;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

/** A value of the file in a message. */
function quoted(value: unknown): string {
  return value === undefined
    ? 'none'
    : isText(value)
      ? `"${printable(value, 150)}"`
      : printable(JSON.stringify(value), 150);
}
