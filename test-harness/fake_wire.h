/* test-harness/fake_wire: packets of the milter protocol on a socket, in pieces and cut if asked.
 *
 * A packet is a 32-bit length in network order, which counts the command, the command (one byte)
 * and its content. Below fake_mta, which knows what the packets mean. Not thread-safe.
 */
#ifndef DEPEER_TEST_HARNESS_FAKE_WIRE_H
#define DEPEER_TEST_HARNESS_FAKE_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

struct fake_wire {
	int fd;                 /* -1: hung up */
	unsigned timeout_ms;    /* of each read */
	size_t piece;           /* bytes a write(2); 0: a packet in one */
	size_t cut_bytes, cut_packets, cut_replies; /* hang up after so many; 0: never */
	size_t bytes_out, packets_out, replies_in;
	bool cut;               /* we hung up because of one of the three */
	struct buf in;          /* the packet read last */
	struct error trouble;
};

/* Opens the socket ("unix:/path", "local:/path", "/path", "inet:port@address"); the other members
 * are left as they are. -1 with a text. */
int fake_wire_dial(struct fake_wire *wire, const char *socket, struct error *error);
void fake_wire_hang_up(struct fake_wire *wire);
/* Hangs up and frees. */
void fake_wire_clear(struct fake_wire *wire);

/* 0, or -1 when hung up: by the filter (`trouble`) or by a cut. */
int fake_wire_packet(struct fake_wire *wire, char command, struct str payload);
int fake_wire_raw(struct fake_wire *wire, struct str bytes);
bool fake_wire_readable(struct fake_wire *wire, int wait_ms); /* also at the end of file */
/* The command; *payload until the next call. 0 at the end of file, -1 on time-out or rubbish. */
int fake_wire_read(struct fake_wire *wire, struct str *payload);

/* How the protocol writes numbers and texts. */
void fake_wire_add_u32(struct buf *buf, uint32_t value);
uint32_t fake_wire_get_u32(const char *ptr);
void fake_wire_add_text(struct buf *buf, const char *text); /* with its NUL */

#endif
