import { defineConfig } from '@playwright/test';
import { browserLaunch } from './test/vscode/browser.ts';

const isCi = process.env['CI'] !== undefined;

export default defineConfig({
  testDir: 'test/ui',
  testMatch: '**/*.spec.ts',
  globalSetup: './test/ui/globalSetup.ts',
  outputDir: 'out/ui-results',
  // Each test has a VS Code and an instance of its own, so tests of one file need not wait for each other.
  fullyParallel: true,
  workers: 2,
  forbidOnly: isCi,
  // A failure is to be understood, not to be repeated until it hides.
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: [['list']],
  use: {
    browserName: 'chromium',
    launchOptions: browserLaunch(),
    viewport: { width: 1280, height: 800 },
    locale: 'en-US',
    permissions: ['clipboard-read', 'clipboard-write'],
    actionTimeout: 15_000,
    screenshot: 'only-on-failure',
    // Snapshots of the page at each step would double the duration: `--trace on` takes them.
    trace: { mode: 'retain-on-failure', snapshots: false },
  },
});
