import ipaddr from 'ipaddr.js';

/** Globally routed by their number, and yet the inside of somebody's cloud. */
const alsoInside: ReadonlyArray<[ipaddr.IPv4, number]> = [
  // Azure's platform and metadata address
  ipaddr.IPv4.parseCIDR('168.63.129.16/32'),
];

const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * `public`: may be connected to. `loopback`: this machine. `inside`: everything else: private, link-local, metadata,
 * carrier NAT, multicast, reserved, and every IPv6 address that stands for an IPv4 one (mapped, translated, tunnelled),
 * since who translates it decides where it leads. What cannot be read is `inside`.
 */
export const addressKind = (address: string): 'public' | 'loopback' | 'inside' => {
  // the four-part decimal form or IPv6: a resolver and the URL parser give nothing else
  if (!ipaddr.IPv4.isValidFourPartDecimal(address) && !ipaddr.IPv6.isValid(address)) return 'inside';
  const parsed = ipaddr.parse(address);
  const range = parsed.range();
  if (range === 'loopback') return 'loopback';
  if (range !== 'unicast') return 'inside';
  if (parsed instanceof ipaddr.IPv4) {
    return alsoInside.some((subnet) => parsed.match(subnet)) ? 'inside' : 'public';
  }
  return parsed.match(globalUnicast) && parsed.zoneId === undefined ? 'public' : 'inside';
};
