import ipaddr from 'ipaddr.js';

/**
 * What counts as one place that tries come from: an IPv4 address, also one written as IPv6 (`::ffff:…`, as sockets on `::`
 * show it); of an IPv6 address its /64, of which a single subscriber has all the rest. Anything else is itself.
 */
export const sourceOf = (address: string): string => {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv6
    ? parsed.parts
        .slice(0, 4)
        .map((part) => part.toString(16))
        .join(':')
    : parsed.toString();
};
