/* What a new list adds and takes away. */
#include <stdio.h>
#include <string.h>

#include "geoip/network_list.h"
#include "test-harness/t.h"

static struct network_list *parse(const char *text)
{
	struct diags diags = {0};
	struct network_list *list = network_list_parse("test", "test.list", str_from(text), &diags);

	t_need(list != NULL);
	diags_clear(&diags);
	return list;
}

static void add(char *out, size_t size, char sign, size_t n,
	const struct network_listing *const *shown)
{
	for (size_t i = 0; i < n && i < NETWORK_LIST_CHANGES_SHOWN; i++)
		snprintf(out + strlen(out), size - strlen(out), " %c%s", sign, shown[i]->entry);
}

/* "kept +added -removed: +ENTRY -ENTRY", in a static buffer */
static const char *changes(const char *from, const char *to)
{
	struct network_list *old = from == NULL ? NULL : parse(from), *new = parse(to);
	struct network_list_changes changes;
	static char out[512];

	t_int(network_list_compare(old, new, &changes), 0);
	snprintf(out, sizeof out, "%zu +%zu -%zu:", changes.kept, changes.added, changes.removed);
	add(out, sizeof out, '+', changes.added, changes.first_added);
	add(out, sizeof out, '-', changes.removed, changes.first_removed);
	network_list_free(&old);
	network_list_free(&new);
	return out;
}

T_TEST(changes_of_a_list)
{
	t_str(changes("AS1\nAS2\n192.0.2.0/24\n", "192.0.2.0/24 other note\nAS2\nAS1\n"),
		"3 +0 -0:");
	t_str(changes("AS1\nAS3\n10.0.0.0/8\n", "AS3\nAS4\nAS2\n2001:db8::/32\n"),
		"1 +3 -2: +AS2 +AS4 +2001:db8::/32 -AS1 -10.0.0.0/8");
	t_str(changes("10.0.0.0/8\n", "10.0.0.0/9\n"), "0 +1 -1: +10.0.0.0/9 -10.0.0.0/8");
	t_str(changes("AS1-AS9\n", "AS1-AS8\n"), "0 +1 -1: +AS1-AS8 -AS1-AS9");
	t_str(changes(NULL, "AS7\nAS7\nas5\n"), "0 +2 -0: +as5 +AS7");
}

T_TEST(other_days_are_another_entry)
{
	t_str(changes("AS1 2006-01-01..2008-01-01\n", "AS1 2006-01-01..2009-01-01\n"),
		"0 +1 -1: +AS1 -AS1");
	t_str(changes("AS1 ..2008-01-01\nAS1\n", "AS1 ..2008-01-01\n"), "1 +0 -1: -AS1");
}

T_TEST(the_first_few_are_shown_and_all_are_counted)
{
	t_str(changes("AS1\n", "AS9\nAS8\nAS7\nAS6\nAS5\nAS4\nAS3\n"),
		"0 +7 -1: +AS3 +AS4 +AS5 +AS6 +AS7 -AS1");
}
