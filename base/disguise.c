/* base/disguise: see disguise.h. */
#include "base/disguise.h"

const char *disguise_name(unsigned number)
{
	static const char *const NAMES[DISGUISES] = {
		"references", "percent", "numeric", "carried", "userinfo", "slashes", "blanks",
		"invisible", "compatible", "confusable", "human", "nested", "data", "not-shown", "tags",
		"says-other", "reading"
	};

	return number < DISGUISES ? NAMES[number] : "";
}
