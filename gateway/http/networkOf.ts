import { isIPv4, isIPv6 } from 'node:net';

/** Of eight groups, those before the address of IPv4 in an IPv4-mapped address. */
const MAPPED = '0:0:0:0:0:ffff';

/**
 * By what limits tell network addresses apart: an address of IPv4 is its own network, also as an IPv4-mapped address of IPv6; any other
 * address of IPv6 belongs to its /64, because that is what one household or one machine is given.
 *
 * @returns `203.0.113.7` or `2001:db8:0:0::/64`; undefined for what is no address
 */
export function networkOf(address: string): string | undefined {
  if (isIPv4(address)) return address;
  if (!isIPv6(address)) return undefined;
  const groups = groupsOf(address.replace(/%.*$/, ''));
  if (groups.slice(0, 6).join(':') === MAPPED) {
    return groups
      .slice(6)
      .flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255])
      .join('.');
  }
  return `${groups.slice(0, 4).join(':')}::/64`;
}

/** The eight groups of a valid address, in hexadecimal without leading zeros. */
function groupsOf(address: string): string[] {
  const hexadecimal = address.replace(
    /(\d+)\.(\d+)\.(\d+)\.(\d+)$/,
    (_all, ...bytes: string[]) => `${pair(bytes[0], bytes[1])}:${pair(bytes[2], bytes[3])}`,
  );
  const [head = '', tail] = hexadecimal.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const first = head === '' ? [] : head;
  const last = tail ?? [];
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => '0');
  return [...first, ...zeros, ...last].map((group) => Number.parseInt(group, 16).toString(16));
}

function pair(high = '0', low = '0'): string {
  return (Number(high) * 256 + Number(low)).toString(16);
}
