/**
 * What a click would run instead of show: pages and pictures with scripts, programs, installers. Agents open what
 * strangers send. Other types pass, since people send all kinds of documents.
 */
const active =
  /^(?:text\/(?:html|javascript|ecmascript|x-server-parsed-html|x-component|x-shellscript|vbscript|x-python)|image\/svg(?:\+xml)?|application\/(?:xhtml\+xml|(?:x-)?(?:javascript|ecmascript|hta|sh|csh|shellscript|msi|msdownload|msdos-program|ms-installer|ms-shortcut|dosexec|executable|elf|mach-binary|bat|powershell|perl|python|php|java-archive|java-applet|java-jnlp-file|shockwave-flash|apple-diskimage|debian-package|rpm)|java-archive|vnd\.microsoft\.portable-executable|vnd\.android\.package-archive|vnd\.ms-(?:htmlhelp|cab-compressed)))$/u;

/** `told`: a Content-Type, parameters and all. */
export const isActiveType = (told: string): boolean =>
  active.test((told.split(';', 1)[0] ?? '').trim().toLowerCase());

/** So many bytes are enough to tell. */
export const headBytes = 1024;

const programs: ReadonlyArray<ReadonlyArray<number>> = [
  // MZ, ELF, Mach-O (both orders, both widths, several architectures in one, and Java classes), #!, shortcuts of Windows
  [0x4d, 0x5a],
  [0x7f, 0x45, 0x4c, 0x46],
  [0xfe, 0xed, 0xfa],
  [0xce, 0xfa, 0xed, 0xfe],
  [0xcf, 0xfa, 0xed, 0xfe],
  [0xca, 0xfe, 0xba, 0xbe],
  [0x23, 0x21],
  [0x4c, 0x00, 0x00, 0x00, 0x01, 0x14, 0x02, 0x00],
];

/** As browsers sniff (WHATWG MIME Sniffing §7.1): behind a byte order mark, blanks and comments, a tag of HTML or SVG. */
const markup =
  /^\ufeff?(?:\s|<!--(?:(?!-->)[^])*-->|<\?xml[^>]*>)*<(?:!doctype\s+(?:html|svg)|html|head|body|script|iframe|h1|div|font|table|a|style|title|b|br|p|svg|[a-z]{1,16}:(?:svg|html))[\s>/]/iu;

/** The first bytes are those of a program or a page, whatever their type is called. */
export const looksActive = (head: Uint8Array): boolean => {
  if (programs.some((magic) => head.length >= magic.length && magic.every((byte, at) => head[at] === byte))) {
    return true;
  }
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, headBytes));
  const wide = (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
  // UTF-16 of either order has its ASCII in every other byte
  return markup.test(wide ? text.toString('latin1').replace(/^..|\0/gsu, '') : text.toString('utf8'));
};
