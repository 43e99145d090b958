/* test-harness/bench_server: what another process costs, as the kernel counts it. */
#ifndef DEPEER_TEST_HARNESS_BENCH_SERVER_H
#define DEPEER_TEST_HARNESS_BENCH_SERVER_H

#include <stdint.h>
#include <sys/types.h>

struct bench_server {
	uint64_t cpu_us;          /* of all its threads, also ended ones, to the microsecond */
	uint64_t user_ms, sys_ms; /* the same, split, in the kernel's ticks of 10 ms */
	size_t rss_kib, peak_kib; /* VmRSS and VmHWM */
	size_t anon_kib;          /* of VmRSS: its own memory, without mapped files */
	unsigned threads, descriptors;
};

/* -1: there is no such process (any more). */
int bench_server_look(pid_t pid, struct bench_server *out);

#endif
