/**
 * @file app/selftest.h  Selftest: does what the phone stands on work here?
 *
 *     `boardphone selftest` -> [selftest] -> crypto, codecs, devices
 */
#ifndef APP_SELFTEST_H
#define APP_SELFTEST_H

/** Run all tests, a line each. @return 0 all passed, EPROTO one failed */
int selftest_run(void);

#endif
