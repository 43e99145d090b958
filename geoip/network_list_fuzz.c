/* Any bytes as a list: refused with a finding, or a list that can be asked. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "geoip/network_list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diags diags = {0};
	struct network_list *list = network_list_parse("fuzz", "fuzz.list",
		str_make((const char *)data, size), &diags);
	struct network network = { .ip = ip_from_v4(0xc0000201), .asn_state = NETWORK_KNOWN,
		.asn = 64500 };
	struct network_list_changes changes;

	if ((list == NULL) != (diags.errors > 0))
		abort(); /* refused in silence, or kept although broken */
	if (list != NULL) {
		if (network_list_info(list)->entries == 0)
			abort();
		network_list_match(list, 0, 14000, &network);
		if (network_list_compare(list, list, &changes) != 0 || changes.added != 0 ||
				changes.removed != 0 || changes.kept != network_list_info(list)->entries)
			abort(); /* a list differs from itself: the order is none */
		network_list_free(&list);
	}
	diags_clear(&diags);
	return 0;
}
