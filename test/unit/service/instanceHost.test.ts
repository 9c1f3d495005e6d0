import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clouds } from '../../../src/service/cloud.ts';
import { InvalidInputError } from '../../../src/service/errors.ts';
import { InstanceHost } from '../../../src/service/instanceHost.ts';

const contoso = 'contoso.api.wcus.digitaltwins.azure.net';

describe('A host name', () => {
  it('is one of the cloud that is worked with', () => {
    const cloud = clouds.AzureUSGovernment;
    const typed = 'contoso.api.usgv.digitaltwins.azure.us';
    const host = InstanceHost.parse(typed, ['localhost:8443'], cloud);
    assert.equal(host.cloud, cloud);
    assert.equal(InstanceHost.parse('localhost:8443', ['localhost:8443'], cloud).cloud, cloud);
    assert.throws(() => InstanceHost.parse(contoso, [], cloud), /set digitalTwins.cloud to AzurePublic/);
    assert.throws(() => InstanceHost.parse(typed), /set digitalTwins.cloud to AzureUSGovernment/);
    assert.throws(() => InstanceHost.parse(`${typed}.evil.com`, [], cloud), InvalidInputError);
    assert.throws(() => InstanceHost.parse('digitaltwins.azure.us', [], cloud), InvalidInputError);
  });

  for (const typed of [
    contoso,
    `  ${contoso}\n`,
    'Contoso.API.wcus.DigitalTwins.Azure.net',
    `https://${contoso}`,
    `https://${contoso}/`,
    `HTTPS://${contoso}/`,
    `${contoso}:443`,
  ]) {
    it(`is read from ${JSON.stringify(typed)}`, () => {
      const host = InstanceHost.parse(typed);
      assert.equal(host.hostname, contoso);
      assert.equal(host.origin, `https://${contoso}`);
      assert.equal(host.name, 'contoso');
      assert.equal(host.domain, 'api.wcus.digitaltwins.azure.net');
    });
  }

  for (const typed of [
    '',
    '   ',
    'contoso',
    'digitaltwins.azure.net',
    '.digitaltwins.azure.net',
    `${contoso}.evil.com`,
    `${contoso}.`,
    `evil.com#${contoso}`,
    `evil.com/${contoso}`,
    `evil.com?${contoso}`,
    `evil.com\\.${contoso}`,
    `user@${contoso}`,
    `user:secret@${contoso}`,
    `https://user@${contoso}/`,
    `http://${contoso}`,
    `ftp://${contoso}`,
    `//${contoso}`,
    `https://https://${contoso}`,
    `${contoso}:8443`,
    `${contoso}:0`,
    `${contoso}:99999`,
    `${contoso}/models`,
    `${contoso}?api-version=1`,
    `con toso.api.wcus.digitaltwins.azure.net`,
    `contoso..digitaltwins.azure.net`,
    `-contoso.digitaltwins.azure.net`,
    `contoso%2eevil.digitaltwins.azure.net`,
    `contosо.api.wcus.digitaltwins.azure.net`, // a Cyrillic о
    `contoso.api.wcus.digitaltwins。azure.net`,
    '[::1]',
    '[::1]:8443',
    '127.0.0.1',
    'localhost',
    `${'a'.repeat(64)}.digitaltwins.azure.net`,
    `${'a.'.repeat(150)}digitaltwins.azure.net`,
  ]) {
    it(`is refused in ${JSON.stringify(typed)}`, () => {
      assert.throws(() => InstanceHost.parse(typed), InvalidInputError);
    });
  }

  it('says which hosts are allowed when it is refused', () => {
    assert.throws(() => InstanceHost.parse('contoso.example.com'), {
      message: /\.digitaltwins\.azure\.net.*digitalTwins\.additionalHosts/,
    });
  });
});

describe('An additional host', () => {
  it('is accepted with exactly its port', () => {
    assert.equal(InstanceHost.parse('https://LOCALHOST:8443/', ['localhost:8443']).hostname, 'localhost:8443');
    assert.throws(() => InstanceHost.parse('localhost:8444', ['localhost:8443']), InvalidInputError);
    assert.throws(() => InstanceHost.parse('localhost', ['localhost:8443']), InvalidInputError);
  });

  it('needs no port for 443', () => {
    assert.equal(InstanceHost.parse('twins.example.com:443', ['Twins.example.com']).hostname, 'twins.example.com');
  });

  it('does not admit its subdomains', () => {
    assert.throws(() => InstanceHost.parse('a.example.com', ['example.com']), InvalidInputError);
  });

  it('has all of an IPv4 address as its name', () => {
    const host = InstanceHost.parse('127.0.0.1:8443', ['127.0.0.1:8443']);
    assert.equal(host.name, '127.0.0.1');
    assert.equal(host.domain, ':8443');
  });

  it('accepts nothing when it is no host name', () => {
    for (const entry of ['*', '', 'https://localhost:8443', '[::1]:8443', '2130706433', '127.1', '0x7f.1']) {
      assert.throws(() => InstanceHost.parse(entry, [entry]), InvalidInputError, entry);
    }
  });

  it('reaches the host that its text names', () => {
    for (const entry of ['localhost:8443', '127.0.0.1:1', 'a-b.c1.example']) {
      const { origin, hostname } = InstanceHost.parse(entry, [entry]);
      assert.equal(new URL(origin).host, hostname);
    }
  });
});
