/**
 * Says that what was stored could not be understood, or not all of it, and where it is now.
 *
 * @param aside the path of the copy
 * @param kept what of the file goes on being used
 */
export function setAsideText(aside: string, kept: 'part' | 'nothing'): string {
  const isRecords = aside.includes('records.json');
  const what = isRecords
    ? 'the list of instances, protections and started jobs'
    : 'what is remembered of the jobs on an instance';
  const advice = isRecords
    ? "Look whether instances are missing. Where protections can't be read, all count as protected until you remove that."
    : 'Refresh the view Deletion Jobs: it then shows all jobs that the service still knows.';
  const happened = `${kept === 'part' ? 'Some' : 'All'} of ${what} can't be read and is left out.`;
  return `${happened} The file is kept as ${aside}. No deletion job is affected. ${advice}`;
}
