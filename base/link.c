/* base/link: the names of the types. */
#include "base/link.h"

const char *link_type_name(unsigned number)
{
	static const char *const NAMES[LINK_TYPES] = {
		"a", "area", "link", "img", "frame", "iframe", "embed", "script", "bgsound", "form",
		"base", "meta", "body", "table", "tr", "td", "parsed", "unlinked", "schemeless",
		"domainkeys", "nocanon", "noclean"
	};

	return NAMES[number];
}
