import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { printable } from '../../../src/service/printable.ts';

describe('Text of the service', () => {
  it('shows what would hide or reorder', () => {
    assert.equal(printable('a\r\nb\u202ec\u200bd\u0000'), 'a\\u000d\\u000ab\\u202ec\\u200bd\\u0000');
  });

  it('is cut where it is too long', () => {
    assert.equal(printable('abcdef', 3), 'abc…');
  });

  it('can not become a command or link of a message', () => {
    // What VS Code makes a link of in the text of a notification.
    const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)/i;
    const text = '[fix](command:digitalTwins.startDeletionJob) [x](https://evil.com)';
    assert.match(text, link);
    assert.doesNotMatch(printable(text), link);
  });

  it('is otherwise left as it is', () => {
    assert.equal(printable('Über 100 % – 删除 👍'), 'Über 100 % – 删除 👍');
  });
});
