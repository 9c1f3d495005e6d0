import { contentsText } from './contents.ts';
import { isActive, type DeletionJob, type TimelineEntry } from './deletionJob.ts';
import { statusText } from './jobText.ts';

/** How many entries stay: the first ones tell how it began, the last ones how it ended. */
const kept = { first: 20, last: 80 } as const;

/** The timeline of a job after a change: what it had, and what is new. */
export function extendedTimeline(before: DeletionJob | undefined, next: DeletionJob): readonly TimelineEntry[] {
  const news = before ? changes(before, next) : beginning(next);
  const timeline = [...next.timeline, ...news.map((what) => ({ at: next.updatedAt, what }))];
  return timeline.length <= kept.first + kept.last
    ? timeline
    : [...timeline.slice(0, kept.first), ...timeline.slice(-kept.last)];
}

// Of a job that had ended before it was first seen there is nothing to tell that its own times don't.
function beginning(job: DeletionJob): string[] {
  if (job.start) {
    return [`start ${job.state.status === 'unconfirmed' ? 'sent, not confirmed' : 'accepted'}: ${statusText(job)}`];
  }
  return isActive(job) ? [`found: ${statusText(job)}`] : [];
}

function changes(before: DeletionJob, next: DeletionJob): string[] {
  const news: string[] = [];
  if (statusText(before) !== statusText(next)) {
    news.push(statusText(next));
  }
  if (next.problem && next.problem.short !== before.problem?.short) {
    news.push(`no news: ${next.problem.short}`);
  } else if (before.problem && !next.problem) {
    news.push('news again');
  }
  if (next.isTimeoutWarned && !before.isTimeoutWarned) {
    news.push('expected to reach its timeout');
  }
  if (next.leftover && next.leftover !== before.leftover) {
    const found = contentsText(next.leftover);
    news.push(
      `counted what is left: ${found === '' ? `not possible, ${next.leftover.missing ?? 'unknown why'}` : found}`,
    );
  }
  if (next.start?.isEndTold === true && before.start?.isEndTold !== true) {
    news.push('end told');
  }
  if (next.isPurged && !before.isPurged) {
    news.push('no longer listed by the service');
  }
  return news;
}
