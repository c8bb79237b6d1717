/** What the numbers of QoS rules may be. */
export const largestAmount = 2 ** 31 - 1;
export const dscpMarks = [0, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40, 44, 46, 48, 56];
