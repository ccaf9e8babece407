/**
 * @file app/crash.h  Crash: the last words of a phone that died
 *
 *     SIGSEGV, SIGABRT, ... -> [crash] -> a small file -> told at next start
 *
 * Version, signal, address, time since start, what the phone was doing, and
 * which functions stand on the stack, as places in the program for addr2line.
 * No memory, no text of a call, no registers: no secret. The program has no
 * tables to unwind by; so all of the stack is listed that points into it.
 */
#ifndef APP_CRASH_H
#define APP_CRASH_H

enum {
	CRASH_PLACES = 48,   /**< Listed at most, ours                   */
	CRASH_STATE = 128,   /**< What it was doing [bytes], ours        */
	CRASH_REPORT = 4096, /**< Length of a report [bytes], ours       */
};

/**
 * Tell of a report that is there, keep it as PATH.old, and write the next one
 * there. Without the folder nothing happens.
 *
 * @param path  Of the report
 */
void crash_watch(const char *path);

/** What the phone does now, for a report; copied */
void crash_state(const char *text);

#endif
