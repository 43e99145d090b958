/* Any bytes as a name on the wire and as text: what is taken comes back as it was. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dns/name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str input = str_make((const char *)data, size);
	unsigned char wire[DNS_NAME_MAX + 2];
	char text[DNS_NAME_TEXT_MAX], again[DNS_NAME_TEXT_MAX];
	size_t used = 0, len = dns_name_from_wire(input, text, &used), wire_len;

	if (len > 0 && (len > DNS_NAME_MAX || used != len + 2 || used > size || strlen(text) != len))
		abort();
	len = dns_name_normalise(input, text);
	wire_len = dns_name_to_wire(input, wire);
	if ((len > 0) != (wire_len > 0) || dns_name_ok(input) != (len > 0))
		abort();
	if (len == 0)
		return 0;
	if (dns_name_from_wire(str_make((const char *)wire, wire_len), again, &used) != len ||
		used != wire_len || strcmp(text, again) != 0)
		abort();
	if (dns_name_normalise(str_make(text, len), again) != len || strcmp(text, again) != 0)
		abort();
	return 0;
}
