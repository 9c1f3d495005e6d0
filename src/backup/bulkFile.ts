// The service's own format for bulk imports: UTF-8, one JSON value a line, sections in this order, each but the first
// optional (https://learn.microsoft.com/azure/digital-twins/concepts-apis-sdks#bulk-import-with-the-import-jobs-api).

/** The sections of a file, in their order. */
export const sections = ['Header', 'Models', 'Twins', 'Relationships'] as const;

/** A section of a file. */
export type Section = (typeof sections)[number];

/** The version of the format that is written. */
export const fileVersion = '1.0.0';

/** How the names of such files end. */
export const fileExtension = '.ndjson';

/** The line that begins a section. */
export function sectionLine(section: Section): string {
  return JSON.stringify({ Section: section });
}

/** Where what the format can't hold stands: beside the file. */
export function manifestPath(file: string): string {
  return `${file}.manifest.json`;
}

/** Where the items of a file are listed that could not be restored: beside the file. */
export function failuresPath(file: string): string {
  return `${file}.errors${fileExtension}`;
}

/** The name to suggest for a backup: the instance's, and the time in UTC, which every file system takes. */
export function suggestedName(instanceName: string, time: number): string {
  const utc = new Date(time).toISOString().slice(0, 19).replaceAll(':', '-');
  return `${instanceName}-${utc}Z${fileExtension}`;
}

/**
 * Bounds of the service (https://learn.microsoft.com/azure/digital-twins/reference-service-limits). Those on numbers of
 * items are raised for some instances on request; those on sizes never are.
 */
export const limits = {
  models: 10_000,
  twins: 2_000_000,
  relationships: 10_000_000,
  /** Bytes of JSON. */
  modelBytes: 1024 * 1024,
  /** Bytes of JSON of a twin, and of a relationship. */
  itemBytes: 32 * 1024,
  /** Bytes of UTF-8 of a text in a property. */
  textBytes: 4 * 1024,
  /** Characters of an id. */
  idLength: 128,
} as const;
