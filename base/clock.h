/* base/clock: deadlines on the monotonic clock, so that a wall clock that jumps changes nothing.
 *
 * Thread-safe. Who makes decisions by the time takes it as an argument, so that tests set it.
 */
#ifndef DEPEER_BASE_CLOCK_H
#define DEPEER_BASE_CLOCK_H

#include <stdint.h>

/* Microseconds of a clock that never goes back; the zero is arbitrary. */
uint64_t clock_monotonic_us(void);
/* CPU time of the calling thread, microseconds: a budget in it does not depend on how busy the
 * machine is. */
uint64_t clock_thread_cpu_us(void);
uint64_t clock_thread_cpu_ns(void);
/* Wall clock, seconds since 1970 (UTC). Only for what a person reads and for calendar days. */
int64_t clock_wall_seconds(void);

#endif
