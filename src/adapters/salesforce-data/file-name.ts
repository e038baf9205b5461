import mime from 'mime';
import { cut, nameMax } from './fields.ts';

/** Where people use another extension than the first one that the registry lists. */
const usual: ReadonlyMap<string, string> = new Map([
  ['audio/aac', 'aac'],
  ['audio/mpeg', 'mp3'],
  ['audio/ogg', 'ogg'],
  ['image/jpg', 'jpg'],
  ['video/quicktime', 'mov'],
]);

/** Says nothing about what the file is. */
const untold = new Set(['', 'application/octet-stream', 'binary/octet-stream']);

const bare = (mediaType: string | undefined): string =>
  (mediaType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

/** The first of the media types that has a usual extension, as that extension and all that mean the same. */
const extensionOf = (
  mediaTypes: ReadonlyArray<string | undefined>,
): { readonly usual: string; readonly all: ReadonlySet<string> } | undefined => {
  for (const type of mediaTypes.map(bare)) {
    const extension = untold.has(type) ? undefined : (usual.get(type) ?? mime.getExtension(type));
    if (extension !== undefined && extension !== null) {
      return { usual: extension, all: mime.getAllExtensions(type) ?? new Set([extension]) };
    }
  }
  return undefined;
};

/** What turns the reading direction or takes no room: a name could look like another. Joiners stay, emoji need them. */
const deceptive = /[\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]/gu;

/** Control characters, line breaks and spaces in a row become one space. */
const tidy = (text: string): string =>
  text
    .toWellFormed()
    .replace(deceptive, '')
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();

/** The last segment of the URL's path, without its query. */
const nameInUrl = (url: string): string => {
  const path = URL.parse(url)?.pathname ?? '';
  const last = path.slice(path.lastIndexOf('/') + 1);
  let decoded: string;
  try {
    decoded = decodeURIComponent(last);
  } catch {
    decoded = last;
  }
  const name = tidy(decoded.slice(Math.max(decoded.lastIndexOf('/'), decoded.lastIndexOf('\\')) + 1));
  return /^\.*$/u.test(name) ? '' : name;
};

/** A name that no file system takes for a path, a device or a hidden file. */
const harmless = (name: string): string => {
  const plain = name
    .replace(/[\\/:*?"<>|]/gu, '_')
    .replace(/^[.\s]+/u, '')
    .replace(/[.\s]+$/u, '');
  return /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/iu.test(plain) || plain === '' ? `_${plain}` : plain;
};

/** Endings that a double click would run, or open as a page with scripts. */
const runs =
  /^(?:x?html?|shtml|svgz?|xml|xsl|mht(?:ml)?|m?js|jse|vb[se]?|ws[fh]?|hta|exe|com|scr|pif|bat|cmd|ps1|msi|msp|cpl|dll|reg|lnk|url|scf|jar|jnlp|chm|sh|app|dmg|pkg|apk|deb|rpm|php\d?|py|iso)$/iu;

/** So named, it opens as the text that it is. */
const inert = (ending: string): string => (runs.test(ending) ? `${ending}.txt` : ending);

export interface FileNames {
  readonly title: string;
  readonly pathOnClient: string;
}

/**
 * `title`: the caption, else the file name of the URL, else `fallback`. `pathOnClient`: the title as a file name, with
 * the usual extension of the media type (the first known one counts) unless it ends in an extension of that type.
 * Both have at most 255 code points; the file name is cut in front of its extension. What would run at a click gets `.txt`
 * behind it.
 */
export const fileNames = (file: {
  readonly caption?: string | undefined;
  readonly url: string;
  readonly fallback: string;
  /** As told by the channel, then as told by the server. */
  readonly mediaTypes: ReadonlyArray<string | undefined>;
}): FileNames => {
  const whole = tidy(file.caption ?? '') || nameInUrl(file.url) || file.fallback;
  const title = cut(whole, nameMax);
  const name = harmless(whole);
  const own = /^(?<stem>.+)\.(?<extension>[A-Za-z0-9]{1,10})$/u.exec(name)?.groups;
  const extension = extensionOf(file.mediaTypes);
  if (extension === undefined) {
    const ending = own?.extension === undefined ? '' : `.${inert(own.extension)}`;
    return { title, pathOnClient: withEnding(own?.stem ?? name, ending) };
  }
  const ending = own?.extension ?? '';
  const told = extension.all.has(ending.toLowerCase());
  return {
    title,
    pathOnClient: told
      ? withEnding(own?.stem ?? '', `.${inert(ending)}`)
      : withEnding(name, `.${inert(extension.usual)}`),
  };
};

const withEnding = (stem: string, ending: string): string => cut(stem, nameMax - ending.length) + ending;
