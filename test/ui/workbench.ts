import path from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';
import { outputFolder } from '../vscode/cache.ts';

/** A VS Code window, as the person before it sees and uses it. All waiting is for what appears, never for time. */
export class Workbench {
  readonly page: Page;
  readonly #address: string;

  constructor(page: Page, address: string) {
    this.page = page;
    this.#address = address;
  }

  /** Opens the window and waits until it can be used. */
  async open(): Promise<void> {
    await this.page.goto(this.#address);
    await expect(this.activityIcon).toBeVisible();
  }

  /** Opens the window with a folder. */
  async openFolder(folder: string): Promise<void> {
    const { origin } = new URL(this.#address);
    await this.page.goto(`${origin}/?folder=${encodeURIComponent(folder)}`);
    await expect(this.activityIcon).toBeVisible();
  }

  /** A file or folder of the folder that is open, in the explorer. */
  file(name: string): Locator {
    return this.page.getByRole('tree', { name: 'Files Explorer' }).getByRole('treeitem', { name, exact: true });
  }

  /** Opens a file from the explorer. */
  async openFile(name: string): Promise<void> {
    await this.file(name).dblclick();
    await expect(this.page.locator('.part.editor').getByRole('tab', { name: new RegExp(`^${name}`) })).toBeVisible();
  }

  /** Picks an entry of the menu of a file in the explorer. */
  async pickFromExplorerMenu(name: string, entry: string): Promise<void> {
    await this.file(name).click({ button: 'right' });
    await this.#pickFromMenu(entry);
  }

  /** Picks an entry of the menu of the text in the active editor. */
  async pickFromEditorMenu(entry: string): Promise<void> {
    await this.page.locator('.part.editor .editor-instance .view-lines').first().click({ button: 'right' });
    await this.#pickFromMenu(entry);
  }

  /** The rows of the Problems panel below the file that they are about. */
  get problems(): Locator {
    return this.page.locator('.markers-panel .monaco-list-row').filter({ has: this.page.locator('.marker-icon') });
  }

  /** Closes all notifications. */
  async closeNotifications(): Promise<void> {
    await this.runCommand('Notifications: Clear All Notifications');
    await expect(this.notifications).toHaveCount(0);
  }

  /** Reloads the window by its own command, which first saves what the window knows: the extension starts anew. */
  async reload(): Promise<void> {
    const loaded = this.page.waitForEvent('load');
    await this.runCommand('Developer: Reload Window');
    await loaded;
    await expect(this.activityIcon).toBeVisible();
  }

  /** Closes VS Code in this window, as by closing its tab. */
  async leave(): Promise<void> {
    await this.page.goto('about:blank');
  }

  /** The icon of the product in the activity bar. */
  get activityIcon(): Locator {
    return this.page.locator('.activitybar').getByRole('tab', { name: 'Azure Digital Twins' });
  }

  /** Shows the "Deletion Jobs" view by its icon. */
  async openView(): Promise<void> {
    // The icon closes the view too, and a window that has just been opened may be about to show it by itself.
    await expect(async () => {
      if ((await this.activityIcon.getAttribute('aria-selected')) !== 'true') {
        await this.activityIcon.click();
      }
      await expect(this.view).toBeVisible({ timeout: 3000 });
    }).toPass();
  }

  /** Drags the side bar to this width in pixels; a job's id alone fills it as it is at first. */
  async widenSideBar(width: number): Promise<void> {
    const box = await this.page.locator('.part.sidebar').boundingBox();
    if (!box) {
      throw new Error('The side bar is not visible.');
    }
    const middle = box.y + box.height / 2;
    await this.page.mouse.move(box.x + box.width, middle);
    await this.page.mouse.down();
    await this.page.mouse.move(box.x + width, middle, { steps: 5 });
    await this.page.mouse.up();
  }

  /** The "Deletion Jobs" view with its title bar; what it says while it is empty is in here too. */
  get view(): Locator {
    return this.page.locator('.part.sidebar .composite.viewlet:visible', {
      has: this.page.getByText('Azure Digital Twins').or(this.page.getByText('Deletion Jobs')),
    });
  }

  /** The rows of the "Deletion Jobs" view, from top to bottom. */
  get rows(): Locator {
    return this.page
      .locator('.part.sidebar')
      .getByRole('tree', { name: /Deletion Jobs/ })
      .getByRole('treeitem');
  }

  /** The first row that shows this text. */
  row(text: string | RegExp): Locator {
    return this.rows.filter({ hasText: text }).first();
  }

  /** Presses a button of a row, such as "Refresh", which appears when the pointer is on the row. */
  async pressRowButton(row: Locator, name: string): Promise<void> {
    await row.hover();
    await row.getByRole('button', { name }).click();
  }

  /** Opens the context menu of a row and picks an entry. */
  async pickFromRowMenu(row: Locator, name: string): Promise<void> {
    await row.click({ button: 'right' });
    await this.#pickFromMenu(name);
  }

  async #pickFromMenu(name: string): Promise<void> {
    const menu = this.page.locator('.monaco-menu');
    // VS Code takes no click in a menu's first moments, lest the one that opened it counts twice.
    let wasPressed = false;
    await expect(async () => {
      // On a busy machine it may go later than was waited for, and then there is nothing more to press.
      if (!wasPressed || (await menu.isVisible())) {
        await menu.getByRole('menuitem', { name, exact: true }).click({ timeout: 1000 });
        wasPressed = true;
      }
      await expect(menu).toBeHidden({ timeout: 500 });
    }).toPass({ timeout: 15_000 });
  }

  /** Presses a button in the title bar of the view, or picks it from the "…" beside them. */
  async pressViewButton(name: string): Promise<void> {
    const titleBar = this.page.locator('.part.sidebar .title-actions');
    const button = titleBar.getByRole('button', { name, exact: true });
    await this.page.locator('.part.sidebar').hover();
    if (await button.isVisible()) {
      await button.click();
    } else {
      await titleBar
        .getByLabel(/More Actions/)
        .first()
        .click();
      await this.#pickFromMenu(name);
    }
  }

  /** Presses a button in the title bar of the active editor. */
  async pressEditorButton(name: string): Promise<void> {
    await this.page.locator('.part.editor .editor-actions').getByRole('button', { name, exact: true }).click();
  }

  /** Runs a command from the palette, by its whole title: "Azure Digital Twins: Sign In". */
  async runCommand(title: string): Promise<void> {
    const entry = this.quickPickRow(title);
    let isOpen = false;
    // A new window may not listen to F1 yet, and an open palette does not add the commands that come later.
    await expect(async () => {
      if (isOpen) {
        await this.dismiss();
        isOpen = false;
      }
      await this.page.keyboard.press('F1');
      await this.quickInputBox.fill(`>${title}`, { timeout: 1000 });
      isOpen = true;
      await expect(entry).toBeVisible({ timeout: 1000 });
    }).toPass({ timeout: 20_000 });
    await entry.click();
  }

  /** An entry of the status bar, by what it shows. */
  statusBarItem(text: RegExp): Locator {
    return this.page.locator('.statusbar').locator('.statusbar-item').filter({ hasText: text });
  }

  /** The quick input: picks, input boxes and the palette. */
  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget:visible');
  }

  /** Its text box. */
  get quickInputBox(): Locator {
    return this.quickInput.locator('.quick-input-box input');
  }

  /** Its title. */
  get quickInputTitle(): Locator {
    return this.quickInput.locator('.quick-input-title');
  }

  /** What it says below the text box: the prompt, or what is wrong with the text. */
  get quickInputMessage(): Locator {
    return this.quickInput.locator('.quick-input-message');
  }

  /** The entries of a pick. */
  get quickPickRows(): Locator {
    return this.quickInput.locator('.quick-input-list .monaco-list-row');
  }

  /** The entry of a pick whose label is exactly this text. */
  quickPickRow(label: string): Locator {
    return this.quickPickRows
      .filter({ has: this.page.locator('.label-name').getByText(label, { exact: true }) })
      .first();
  }

  /** Replaces the text in the quick input's box. */
  async typeInQuickInput(text: string): Promise<void> {
    await this.quickInputBox.fill(text);
  }

  /** Picks an entry by its label. */
  async pick(label: string): Promise<void> {
    await this.quickPickRow(label).click();
  }

  /** Accepts what the quick input holds, with Enter. */
  async accept(): Promise<void> {
    await this.quickInputBox.press('Enter');
  }

  /** Goes one step back by the quick input's arrow. */
  async back(): Promise<void> {
    await this.quickInput.getByRole('button', { name: /^Back( \(.*\))?$/ }).click();
  }

  /** Leaves the quick input with Escape. */
  async dismiss(): Promise<void> {
    await this.quickInputBox.press('Escape');
    await expect(this.quickInput).toBeHidden();
  }

  /** Presses a button in the title of the quick input, by what it says under the pointer. */
  async pressQuickInputButton(name: string): Promise<void> {
    await this.quickInput.locator('.quick-input-titlebar').getByRole('button', { name, exact: true }).click();
  }

  /**
   * Answers VS Code's own dialog for a file, which it shows as a quick input where there is no dialog of the system.
   *
   * @param suggested what it suggests; by default a folder
   */
  async chooseFile(path: string, suggested = /\/$/): Promise<void> {
    // "OK" or what the extension calls it; "Show Local" has the same class, and comes after it.
    const ok = this.quickInput.locator('.quick-input-action .monaco-button').first();
    await expect(ok).toBeVisible();
    // It fills its box only when it has looked around, and would do so over what was typed before.
    await expect(this.quickInputBox).toHaveValue(suggested);
    await expect(this.quickPickRow('..')).toBeVisible();
    // It looks into what is typed first, and takes no answer before.
    await expect(async () => {
      await this.quickInputBox.fill(path, { timeout: 1000 });
      await expect(this.quickInputBox).toHaveValue(path, { timeout: 1000 });
      await ok.click({ timeout: 1000 });
      await expect(ok).toBeHidden({ timeout: 1000 });
    }).toPass({ timeout: 20_000 });
  }

  /** The notifications on the screen, progress included. */
  get notifications(): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item');
  }

  /** The notification that shows this text. */
  notification(text: string | RegExp): Locator {
    return this.notifications.filter({ hasText: text });
  }

  /** Presses a button of a notification, such as "Show Log". */
  async pressNotificationButton(notification: Locator, name: string): Promise<void> {
    await notification.getByRole('button', { name, exact: true }).click();
  }

  /** Closes a notification by its cross. */
  async closeNotification(notification: Locator): Promise<void> {
    // The cross shows while the pointer is on the notification, which may still be sliding in.
    await expect(async () => {
      await notification.hover({ timeout: 1000 });
      await notification.getByRole('button', { name: /^Clear Notification/ }).click({ timeout: 1000 });
    }).toPass({ timeout: 15_000 });
    await expect(notification).toBeHidden();
  }

  /** The modal dialog, with its message and its detail. */
  get dialog(): Locator {
    return this.page.locator('.monaco-dialog-box');
  }

  /** Presses a button of the modal dialog and waits until it has closed. */
  async pressDialogButton(name: string): Promise<void> {
    await this.dialog.getByRole('button', { name, exact: true }).click();
    await expect(this.dialog).toBeHidden();
  }

  /** Answers VS Code's question whether the extension may sign in: "Allow". */
  async allowSignIn(): Promise<void> {
    await expect(this.dialog).toContainText('wants to sign in using Microsoft');
    await this.pressDialogButton('Allow');
  }

  /** Answers VS Code's question whether the extension may sign in: "Cancel". */
  async refuseSignIn(): Promise<void> {
    await expect(this.dialog).toContainText('wants to sign in using Microsoft');
    await this.pressDialogButton('Cancel');
  }

  /** Shows the output channel "Azure Digital Twins" and returns its part of the screen. */
  async openOutput(): Promise<Locator> {
    const channel = this.quickPickRow('Azure Digital Twins');
    // The list does not add a channel that comes while it is open, as when the extension is still starting.
    await expect(async () => {
      await this.runCommand('Output: Show Output Channels...');
      await expect(channel).toBeVisible({ timeout: 1000 });
    }).toPass({ timeout: 20_000 });
    await channel.click();
    await expect(this.output).toBeVisible();
    return this.output;
  }

  /** The lines of the output panel that are on the screen. */
  get output(): Locator {
    return this.page.locator('.part.panel .output-view .view-lines, .part.panel .editor-instance .view-lines').first();
  }

  /** The text of the active editor, as far as it is on the screen. */
  async editorText(): Promise<string> {
    return visibleText(this.page.locator('.part.editor .editor-instance .view-lines').first());
  }

  /** The text of the output panel, as far as it is on the screen. */
  async outputText(): Promise<string> {
    return visibleText(this.output);
  }

  /** What is on the clipboard. */
  async clipboard(): Promise<string> {
    // As text, since the types of a browser are not those of these files.
    return this.page.evaluate<string>('navigator.clipboard.readText()');
  }

  /** Writes a picture of the window to `out/screenshots/<name>.png`. */
  async screenshot(name: string): Promise<void> {
    await this.page.screenshot({
      path: path.join(outputFolder, 'screenshots', `${name}.png`),
      animations: 'disabled',
    });
  }
}

/** An editor keeps its lines in any order, each at its height, and with no-break spaces. */
async function visibleText(lines: Locator): Promise<string> {
  const texts = await lines.locator('.view-line').evaluateAll((elements: readonly Line[]) =>
    elements
      .map((element) => ({ top: element.getBoundingClientRect().top, text: element.textContent }))
      .sort((one, other) => one.top - other.top)
      .map(({ text }) => text),
  );
  return texts.join('\n').replaceAll('\u00a0', ' ');
}

/** What is needed of an element of the page, whose types are not those of Node. */
interface Line {
  readonly textContent: string;
  getBoundingClientRect(): { readonly top: number };
}
