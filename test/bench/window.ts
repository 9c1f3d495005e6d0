import type { Locator, Page } from '@playwright/test';

/** What the bench sees of VS Code's window: by it, it knows when the extension is done with something. */
export class BenchWindow {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** High enough for the rows of all instances: what is beyond the edge is not drawn, and can't be waited for. */
  async enlarge(): Promise<void> {
    await this.page.setViewportSize({ width: 1400, height: 3600 });
  }

  /** Waits until the badge in the activity bar says that so many jobs are running; 0 is no badge. */
  async untilBadge(count: number, timeout: number): Promise<void> {
    // Every icon has one, mostly empty; that of the extension is the only one with a number here.
    const badges = this.page.locator('.activitybar .badge-content');
    const badge = (text: RegExp): Locator => badges.filter({ hasText: text }).first();
    await (count === 0
      ? badge(/\d/).waitFor({ state: 'hidden', timeout })
      : badge(new RegExp(`^${count}$`)).waitFor({ timeout }));
  }

  /** Waits until a row with this text is on the screen. */
  async untilRow(text: string, timeout: number): Promise<void> {
    await this.#rows.filter({ hasText: text }).first().waitFor({ timeout });
  }

  /** Waits until the view is not on the screen. */
  async untilHidden(timeout: number): Promise<void> {
    await this.#rows.first().waitFor({ state: 'hidden', timeout });
  }

  get #rows(): Locator {
    return this.page
      .locator('.part.sidebar')
      .getByRole('tree', { name: /Deletion Jobs/ })
      .getByRole('treeitem');
  }
}
