/** The part of package-lock.json that is looked at; the package '' is this one itself. */
export interface Lock {
  readonly packages: Readonly<Record<string, { readonly license?: string }>>;
}

/** Permissive ones, as their packages name them; of a choice the one that is taken is on the list alone too. */
const allowed: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Python-2.0',
  'Unlicense',
  '(AFL-2.1 OR BSD-3-Clause)',
  '(MIT OR CC0-1.0)',
]);

/** Packages that name their licence elsewhere than in their package.json. */
const readByHand: Readonly<Record<string, string>> = {
  // in its readme
  'escape-regexp-component': 'MIT',
};

/** Packages whose licence nobody has agreed to. */
export const unlicensed = ({
  packages,
}: Lock): ReadonlyArray<{ readonly name: string; readonly licence: string | undefined }> =>
  Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, { license }]) => {
      const name = path.replace(/^.*node_modules\//u, '');
      return { name, licence: license ?? (Object.hasOwn(readByHand, name) ? readByHand[name] : undefined) };
    })
    .filter(({ licence }) => licence === undefined || !allowed.has(licence));

interface Advisory {
  readonly name: string;
  readonly severity: string;
  readonly title: string;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** What `npm audit --json` says; undefined where it has asked nobody. */
export const readAudit = (stdout: string): ReadonlyArray<Advisory> | undefined => {
  let report: unknown;
  try {
    report = JSON.parse(stdout);
  } catch {
    return undefined;
  }
  if (!isRecord(report) || !isRecord(report.vulnerabilities)) return undefined;
  return Object.entries(report.vulnerabilities).map(([name, found]) => {
    const { severity, via } = isRecord(found) ? found : {};
    const first: unknown = Array.isArray(via) ? via.find(isRecord) : undefined;
    const title =
      isRecord(first) && typeof first.title === 'string' ? first.title : 'through its dependencies';
    return { name, severity: typeof severity === 'string' ? severity : 'critical', title };
  });
};
