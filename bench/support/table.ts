export interface Table {
  readonly title: string;
  /** The first column is to the left, all others are figures. */
  readonly head: ReadonlyArray<string>;
  readonly rows: ReadonlyArray<ReadonlyArray<string>>;
}

export const renderTable = ({ title, head, rows }: Table): string => {
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? '').length)));
  const render = (line: ReadonlyArray<string>): string =>
    widths
      .map((width, column) => {
        const cell = line[column] ?? '';
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [title, render(head), rule, ...rows.map(render)].join('\n');
};

const number = (value: number, digits: number): string =>
  Number.isFinite(value)
    ? value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
    : '-';

export const whole = (value: number): string => number(value, 0);
export const ms = (value: number): string => `${number(value, value < 100 ? 2 : 0)} ms`;
export const seconds = (value: number): string => `${number(value, 2)} s`;
export const micros = (value: number): string => `${number(value, 1)} µs`;
export const mebibytes = (bytes: number): string => `${number(bytes / 1_048_576, 0)} MiB`;
export const kibibytes = (bytes: number): string => `${number(bytes / 1024, 1)} KiB`;
export const ratio = (value: number): string => `${number(value, 2)}×`;
export const share = (value: number): string => `${number(value * 100, 1)} %`;
