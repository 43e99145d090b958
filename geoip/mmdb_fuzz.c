/* Any bytes as a database: a refusal or answers, no crash, no hang, nothing read outside. */
#define _GNU_SOURCE /* memfd_create */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "geoip/mmdb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static volatile unsigned char seen; /* what org points to is read */

static void ask(const struct mmdb *db, struct ip ip)
{
	struct network network = {0};
	struct error error;

	mmdb_lookup(db, &ip, &network, &error);
	for (size_t i = 0; i < network.org.len; i++)
		seen = (unsigned char)(seen ^ network.org.ptr[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct ip ip = {{ 0x20, 0x01, 0x0d, 0xb8 }};
	struct error error;
	struct mmdb *db;
	char path[64];

	if (fd < 0)
		return 0;
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (write(fd, data, size) == (ssize_t)size && (db = mmdb_open(path, &error)) != NULL) {
		ask(db, ip);
		for (uint32_t i = 0; i < 32; i++) {
			ask(db, ip_from_v4(i * 0x08080808u));
			ip.bytes[i / 2] = (uint8_t)(i * 37);
			ask(db, ip);
		}
		mmdb_close(&db);
	}
	close(fd);
	return 0;
}
