/** Dates and times as they are written in JSON and in SOQL (SOQL and SOSL Reference, "Date Formats and Date Literals"). */

const dateText = /^(?<date>\d{4}-\d{2}-\d{2})(?:T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?)?$/u;
const instantText =
  /^(?<time>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?)(?:Z|(?<hours>[+-]\d{2}):?(?<minutes>\d{2}))$/u;

/** The day, of a text that may go on with a time; undefined for what is no day. */
export const dateOf = (text: string): string | undefined => {
  const date = dateText.exec(text)?.groups?.date;
  if (date === undefined) return undefined;
  const time = Date.parse(`${date}T00:00:00Z`);
  // a day that no month has would be taken for one of the next
  return Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== date ? undefined : date;
};

/** ms since 1970; undefined for what is no time with its zone. */
export const millisecondsOf = (text: string): number | undefined => {
  const { time, hours = '+00', minutes = '00' } = instantText.exec(text)?.groups ?? {};
  if (time === undefined || dateOf(time) === undefined) return undefined;
  const result = Date.parse(`${time}${hours}:${minutes}`);
  return Number.isNaN(result) ? undefined : result;
};

/** As records hold it: whole seconds. */
export const instant = (milliseconds: number): string =>
  new Date(Math.floor(milliseconds / 1000) * 1000).toISOString().replace('Z', '+0000');

export const instantOf = (text: string): string | undefined => {
  const milliseconds = millisecondsOf(text);
  return milliseconds === undefined ? undefined : instant(milliseconds);
};
