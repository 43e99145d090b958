/* message/domain: see domain.h. */
#include "message/domain.h"

#include <libpsl.h>
#include <string.h>

/* A lower-case C string without a trailing dot; false when it cannot be a name. */
static bool copy_name(struct str host, char name[DOMAIN_NAME_MAX + 1], bool wide)
{
	if (host.len > 0 && host.ptr[host.len - 1] == '.')
		host.len--;
	if (host.len == 0 || host.len > DOMAIN_NAME_MAX || host.ptr[0] == '.')
		return false;
	for (size_t i = 0; i < host.len; i++) {
		unsigned char c = (unsigned char)host.ptr[i];

		if (c <= ' ' || (c >= 0x80 && !wide))
			return false;
		name[i] = ascii_lower(host.ptr[i]);
	}
	name[host.len] = '\0';
	return true;
}

/* Letters only, at least two, or "xn--..." (RFC 3696 section 2; all of the root zone is so): "3.50",
 * "i.e" and "file.7z" need no look-up. */
static bool may_be_top(const char *name)
{
	size_t n = 0;

	if (strncmp(name, "xn--", 4) == 0)
		return true;
	while (name[n] && (ascii_alpha(name[n]) || (unsigned char)name[n] >= 0x80))
		n++;
	return n >= 2 && !name[n];
}

static bool known_suffix(const char *name)
{
	const char *dot = strrchr(name, '.'), *top = dot ? dot + 1 : name;

	if (!may_be_top(top))
		return false;
	/* most hosts; libpsl searches its ten thousand suffixes for them, too */
	if (strcmp(top, "com") == 0 || strcmp(top, "net") == 0 || strcmp(top, "org") == 0)
		return true;
	/* the only one of the root zone's that is on the list with its second level alone */
	if (strcmp(top, "za") == 0)
		return true;
	return psl_is_public_suffix2(psl_builtin(), top, PSL_TYPE_ANY | PSL_TYPE_NO_STAR_RULE);
}

struct str domain_registered(struct str host)
{
	char name[DOMAIN_NAME_MAX + 1];
	const char *domain;

	if (!copy_name(host, name, false) || !known_suffix(name))
		return str_make(NULL, 0);
	domain = psl_registrable_domain(psl_builtin(), name);
	if (!domain)
		return str_make(NULL, 0);
	return str_make(host.ptr + (domain - name), strlen(domain));
}

bool domain_has_suffix(struct str host)
{
	char name[DOMAIN_NAME_MAX + 1];

	return copy_name(host, name, true) && known_suffix(name);
}
