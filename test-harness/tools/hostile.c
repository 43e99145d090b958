/* hostile: writes mails that are made to cost much (test-harness/hostile_mails).
 *
 *     hostile KIND BYTES >mail      one mail of about BYTES
 *     hostile --list                the kinds, one a line
 *     hostile --list-headers        those whose flood stands in the headers
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test-harness/hostile_mails.h"

int main(int argc, char **argv)
{
	size_t kind, len;
	char *mail;
	int status;

	if (argc == 2 && strncmp(argv[1], "--list", 6) == 0) {
		for (kind = 0; kind < hostile_mails_n(); kind++)
			if (argv[1][6] == '\0' || hostile_mails_in_headers(kind))
				puts(hostile_mails_name(kind));
		return 0;
	}
	kind = argc == 3 ? hostile_mails_find(argv[1]) : hostile_mails_n();
	if (kind == hostile_mails_n()) {
		fprintf(stderr, "usage: hostile KIND BYTES | hostile --list | hostile --list-headers\n");
		return 64;
	}
	mail = hostile_mails_make(kind, strtoul(argv[2], NULL, 10), &len);
	if (!mail)
		return 71;
	status = fwrite(mail, 1, len, stdout) == len && fflush(stdout) == 0 ? 0 : 74;
	free(mail);
	return status;
}
