import fc from 'fast-check';
import { expect, test } from 'vitest';
import { clientAddress } from '../src/normalise/client-address.ts';

const LIST = '203.0.113.1, 203.0.113.2,203.0.113.3:443 , 2001:db8::4';

test.each<[string, string, string, number, string]>([
  ['nobody is trusted', '192.0.2.1:5000', LIST, 0, '192.0.2.1'],
  ['one wrote the last entry', '192.0.2.1', LIST, 1, '2001:db8:0:0:0:0:0:4'],
  ['two wrote the last entries', '192.0.2.1', LIST, 2, '203.0.113.3'],
  ['four wrote all', '192.0.2.1', LIST, 4, '203.0.113.1'],
  ['who came past the proxies', '192.0.2.1', LIST, 5, '192.0.2.1'],
  ['no entries', '192.0.2.1', '', 1, '192.0.2.1'],
  ['no address', '', LIST, 0, ''],
  ['no address but the entries', '', LIST, 1, '2001:db8:0:0:0:0:0:4'],
  ['an entry that is no address is no place, and neither is the proxy', '192.0.2.1', '203.0.113.1, unknown', 1, ''],
  ['no number', '192.0.2.1', LIST, Number.NaN, '192.0.2.1'],
  ['a negative number', '192.0.2.1', LIST, -1, '192.0.2.1'],
  ['half a proxy is none', '192.0.2.1', LIST, 1.5, '2001:db8:0:0:0:0:0:4'],
])('%s', (_title, remote, forwarded, hops, address) => {
  expect(clientAddress(remote, forwarded, hops)).toBe(address);
});

test('what a caller puts in front changes nothing', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 2 }), (claimed, hops) => {
      expect(clientAddress('192.0.2.1', `${claimed}, 203.0.113.2, 203.0.113.3`, hops)).toBe(`203.0.113.${4 - hops}`);
    }),
  );
  expect(clientAddress('192.0.2.1', `${'198.51.100.1, '.repeat(10_000)}203.0.113.3`, 1)).toBe('203.0.113.3');
});
