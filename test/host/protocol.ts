/** The line with which the extension host tells the runner that the tests begin. */
export const testsBegin = 'HOST TESTS BEGIN';
