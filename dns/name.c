/* dns/name: see name.h. */
#include "dns/name.h"

#include <stdio.h>
#include <string.h>

static bool name_byte(char c)
{
	return c > ' ' && c < 0x7f && c != '\\' && c != '.';
}

static bool all_digits(struct str text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!ascii_digit(text.ptr[i]))
			return false;
	return true;
}

size_t dns_name_normalise(struct str name, char out[DNS_NAME_TEXT_MAX])
{
	size_t label = 0;

	if (name.len > 0 && name.ptr[name.len - 1] == '.')
		name.len--;
	if (name.len == 0 || name.len > DNS_NAME_MAX)
		return 0;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];

		if (c == '.' ? i == label : !name_byte(c) || i - label >= DNS_LABEL_MAX)
			return 0;
		if (c == '.')
			label = i + 1;
		out[i] = ascii_lower(c);
	}
	if (all_digits(str_slice(name, label, name.len))) /* also when it is empty */
		return 0;
	out[name.len] = '\0';
	return name.len;
}

bool dns_name_ok(struct str name)
{
	char text[DNS_NAME_TEXT_MAX];

	return dns_name_normalise(name, text) > 0;
}

size_t dns_name_from_wire(struct str wire, char out[DNS_NAME_TEXT_MAX], size_t *used)
{
	size_t at = 0, len = 0;

	for (;;) {
		size_t label = at < wire.len ? (unsigned char)wire.ptr[at] : DNS_LABEL_MAX + 1;

		if (label > DNS_LABEL_MAX || label >= wire.len - at)
			return 0;
		at++;
		if (label == 0)
			break;
		if (len + (len > 0) + label > DNS_NAME_MAX)
			return 0;
		if (len > 0)
			out[len++] = '.';
		for (size_t i = 0; i < label; i++, at++) {
			if (!name_byte(wire.ptr[at]))
				return 0;
			out[len++] = ascii_lower(wire.ptr[at]);
		}
	}
	out[len] = '\0';
	if (used != NULL)
		*used = at;
	return len;
}

size_t dns_name_to_wire(struct str name, unsigned char out[DNS_NAME_MAX + 2])
{
	char text[DNS_NAME_TEXT_MAX];
	size_t len = dns_name_normalise(name, text), label = 0;

	if (len == 0)
		return 0;
	memcpy(out + 1, text, len + 1); /* each dot becomes the length of the label behind it */
	for (size_t i = 0; i <= len; i++) {
		if (text[i] != '.' && text[i] != '\0')
			continue;
		out[label] = (unsigned char)(i - label);
		label = i + 1;
	}
	return len + 2;
}

size_t dns_name_reverse(const struct ip *ip, struct str zone, char out[DNS_NAME_TEXT_MAX])
{
	static const char hex[] = "0123456789abcdef";
	char text[DNS_NAME_TEXT_MAX + 64];
	size_t len = 0;

	if (ip_is_v4(ip)) {
		len = (size_t)snprintf(text, sizeof(text), "%u.%u.%u.%u.", ip->bytes[15],
			ip->bytes[14], ip->bytes[13], ip->bytes[12]);
	} else {
		for (size_t i = 16; i-- > 0;) {
			text[len++] = hex[ip->bytes[i] & 15];
			text[len++] = '.';
			text[len++] = hex[ip->bytes[i] >> 4];
			text[len++] = '.';
		}
	}
	if (zone.len == 0)
		zone = ip_is_v4(ip) ? STR("in-addr.arpa") : STR("ip6.arpa");
	if (zone.len > DNS_NAME_MAX)
		return 0;
	memcpy(text + len, zone.ptr, zone.len);
	return dns_name_normalise(str_make(text, len + zone.len), out);
}
