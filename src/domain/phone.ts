/** Digits of a phone number without its country: what Salesforce is searched for. */
const localDigits = 10;

/**
 * A phone number longer than 10 characters without its country code: of `codes`, in their order, the first that it
 * begins with and that leaves at least 10 characters is taken off (relay.md §2 step 2). Nothing else changes.
 */
export const cleanPhone = (phone: string, codes: ReadonlyArray<string>): string => {
  if (phone.length <= localDigits) return phone;
  const code = codes.find((code) => phone.startsWith(code) && phone.length - code.length >= localDigits);
  return code === undefined ? phone : phone.slice(code.length);
};
