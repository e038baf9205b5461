/** Chat ids as the service makes them (ULIDs), in the order of their numbers. */
export const chatIdOf = (number: number): string => `01JDRE0000000000${String(number).padStart(10, '0')}`;
