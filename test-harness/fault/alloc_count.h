/* test-harness/fault/alloc_count: the counting that both implementations of alloc.h share.
 */
#ifndef DEPEER_TEST_HARNESS_FAULT_ALLOC_COUNT_H
#define DEPEER_TEST_HARNESS_FAULT_ALLOC_COUNT_H

#include "test-harness/fault/alloc.h"

static struct {
	size_t asked, nth;
	bool lasting, on;
} fault;

void fault_begin(size_t nth, bool lasting)
{
	fault.asked = 0;
	fault.nth = nth;
	fault.lasting = lasting;
	fault.on = true;
}

size_t fault_end(void)
{
	fault.on = false;
	return fault.asked;
}

bool fault_now(void)
{
	if (!fault.on)
		return false;
	fault.asked++;
	return fault.nth && (fault.lasting ? fault.asked >= fault.nth : fault.asked == fault.nth);
}

#endif
