/* geoip/network_list_compare: what a new list changes.
 *
 * Both are sorted and walked side by side. Duplicates are gone since the lists were built.
 */
#include <stdlib.h>

#include "geoip/network_list_build.h"

static int compare_pointers(const void *a, const void *b)
{
	const struct network_list_entry *const *x = a, *const *y = b;

	return network_list_entry_compare(*x, *y);
}

/* NULL: memory. Free it. */
static const struct network_list_entry **sorted(const struct network_list *list, size_t *n)
{
	const struct network_list_entry *entries = list == NULL ? NULL :
		network_list_entries(list, n);
	const struct network_list_entry **out;

	if (list == NULL)
		*n = 0;
	out = malloc((*n + 1) * sizeof(*out));
	for (size_t i = 0; out != NULL && i < *n; i++)
		out[i] = &entries[i];
	if (out != NULL)
		qsort(out, *n, sizeof *out, compare_pointers);
	return out;
}

static void note(const struct network_listing **shown, size_t *n,
	const struct network_list_entry *entry)
{
	if (*n < NETWORK_LIST_CHANGES_SHOWN)
		shown[*n] = &entry->listing;
	++*n;
}

int network_list_compare(const struct network_list *from, const struct network_list *to,
	struct network_list_changes *out)
{
	size_t old_n, new_n, i = 0, k = 0;
	const struct network_list_entry **old = sorted(from, &old_n), **new = sorted(to, &new_n);
	int status = old == NULL || new == NULL ? -1 : 0;

	*out = (struct network_list_changes){0};
	while (status == 0 && (i < old_n || k < new_n)) {
		int order = i == old_n ? 1 : k == new_n ? -1 :
			network_list_entry_compare(old[i], new[k]);

		if (order < 0)
			note(out->first_removed, &out->removed, old[i]);
		else if (order > 0)
			note(out->first_added, &out->added, new[k]);
		else
			out->kept++;
		i += order <= 0;
		k += order >= 0;
	}
	free(old);
	free(new);
	return status;
}
